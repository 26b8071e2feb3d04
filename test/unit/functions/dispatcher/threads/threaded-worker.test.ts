import { describe, expect, it } from 'vitest';
import { EventLoopStalls } from '../../../../../functions/dispatcher/event-loop-stalls.ts';
import { fcSink } from '../../../../../functions/dispatcher/fc-sink.ts';
import { Ledger } from '../../../../../functions/dispatcher/ledger.ts';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import { Metrics } from '../../../../../functions/dispatcher/metrics.ts';
import type { TaskStatus } from '../../../../../functions/dispatcher/task-supervisor.ts';
import { carryError } from '../../../../../functions/dispatcher/threads/carried-error.ts';
import { createThreadedWorker } from '../../../../../functions/dispatcher/threads/create.ts';
import type { StartThread, ThreadListener } from '../../../../../functions/dispatcher/threads/thread-link.ts';
import { type ServedConnector, ThreadServer } from '../../../../../functions/dispatcher/threads/thread-server.ts';
import { parseConnector } from '../../../../../shared/config/connector-keys.ts';
import { ConfigError, FatalError, RetriableError } from '../../../../../shared/errors.ts';
import type { KafkaAdmin } from '../../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

/** A connector in a thread, whose tasks do what the test says. */
class Tasks implements ServedConnector {
  readonly name = 'orders';
  state: TaskStatus['state'] = 'stopped';
  failure: TaskStatus['failure'];
  nothingLeft: { topic: string; partition: number }[] = [];
  goal: ReadonlyMap<string, number> | undefined;
  joined: Promise<void> = Promise.resolve();
  stopped: Promise<void> = Promise.resolve();
  readonly log: string[];
  #fail: (error: unknown) => void = () => undefined;
  readonly #failed = new Promise((resolve) => (this.#fail = resolve));

  constructor(
    readonly thread: number,
    readonly ids: readonly number[],
    log: string[],
  ) {
    this.log = log;
  }

  async join(goal: ReadonlyMap<string, number> | undefined): Promise<void> {
    this.goal = goal;
    this.log.push(`${this.thread} joins`);
    await this.joined;
    this.state = 'running';
  }

  begin(heals: boolean): void {
    this.log.push(`${this.thread} begins${heals ? ' and heals' : ''}`);
  }

  failed(): Promise<unknown> {
    return this.#failed;
  }

  fail(error: FatalError): void {
    this.state = 'failed';
    this.failure = { code: error.code, message: error.message, trace: '' };
    this.#fail(error);
  }

  async stop(): Promise<void> {
    this.log.push(`${this.thread} stops`);
    await this.stopped;
    if (this.state === 'running') this.state = 'stopped';
  }

  abort(): void {
    this.log.push(`${this.thread} gives up`);
  }

  status() {
    const tasks = this.ids.map((id) => ({ id, state: this.state, ...(this.failure && { failure: this.failure }) }));
    const waiting = this.nothingLeft.map((tp) => ({ ...tp, reason: 'stopped' }));
    return { name: 'orders', tasks, waiting, lag: 0, totals: Object.assign(new Ledger(), { polled: 1 }) };
  }

  lags() {
    return new Map();
  }

  nothingLeftToDo() {
    return this.nothingLeft;
  }
}

/** A worker of two threads and four tasks. The threads are objects here; everything they say is cloned on its way. */
function setUp(options: { unable?: Error; describe?: () => Promise<void>; busy?: { thread?: number } } = {}) {
  const clock = new ManualClock();
  const log: string[] = [];
  const tasks = new Map<number, Tasks>();
  const listeners = new Map<number, ThreadListener>();
  const ended: number[] = [];
  let committed = 0;
  const admin = {
    describeTopics: async (names: readonly string[]) => {
      await options.describe?.();
      return names.map((name) => ({ name, partitions: [0] }));
    },
    listOffsets: async () => new Map([[0, 5]]),
    committedOffsets: async () => new Map([[0, { offset: committed, metadata: '' }]]),
    close: async () => void log.push('admin closed'),
  } as unknown as KafkaAdmin;
  const start: StartThread = (seat, listener) => {
    listeners.set(seat.index, listener);
    const metrics = new Metrics(new MemoryBudget(0));
    const own = seat.tasks[0] ?? [];
    for (const id of own) metrics.task('orders', id, 'fc-sink').ledger('orders').polled = 10 + id;
    const served = new Tasks(seat.index, own, log);
    tasks.set(seat.index, served);
    let alive = true;
    const end = () => {
      alive = false;
      ended.push(seat.index);
    };
    const post: ThreadListener['message'] = (message) => {
      if (alive) queueMicrotask(() => listener.message(structuredClone(message)));
    };
    const server = new ThreadServer({
      connectors: [served],
      metrics,
      stalls: { longestMs: 40 + seat.index },
      post,
      clock,
    });
    if (options.unable !== undefined && seat.index === 2) post({ say: 'unable', error: carryError(options.unable) });
    else server.start();
    return {
      post: (message) => {
        if (alive && options.busy?.thread !== seat.index) void server.handle(structuredClone(message));
      },
      terminate: async () => {
        if (alive) listener.exit();
        end();
      },
    };
  };
  const raw = {
    name: 'orders',
    'connector.class': 'fc-sink',
    topics: 'orders',
    'tasks.max': '4',
    'invoke.target': 'http',
    'invoke.http.url': 'http://127.0.0.1:1/',
  };
  const lines: string[] = [];
  const plan = {
    setup: { start, worker: {}, logLine: (line: string) => void lines.push(line) },
    connectors: [{ raw, folder: undefined }],
    tasks: [[[0, 2]], [[1, 3]]],
  };
  const worker = createThreadedWorker(plan, {
    configs: [parseConnector(fcSink, raw).connector],
    worker: { 'memory.budget.bytes': 1_000_000, 'shutdown.timeout.ms': 30_000 },
    resumeStopped: false,
    driver: { admin: () => admin },
    stalls: new EventLoopStalls({ max: 0, reset: () => undefined, enable: () => true, disable: () => true }),
    clock,
    logger: silentLogger,
  });
  const stop = new AbortController();
  const kill = new AbortController();
  let end: unknown = 'running';
  const run = (untilCaughtUp: boolean) => {
    worker.run(untilCaughtUp, stop.signal, kill.signal).then(
      (report) => (end = report),
      (error: unknown) => (end = error),
    );
    return settle();
  };
  const of = (thread: number) => tasks.get(thread) as Tasks;
  const heard = (thread: number) => listeners.get(thread) as ThreadListener;
  const commit = (offset: number) => (committed = offset);
  return { worker, clock, log, lines, of, heard, ended, stop, kill, run, commit, end: () => end };
}

const states = (worker: ReturnType<typeof setUp>['worker']) =>
  worker.statuses().map(({ tasks }) => tasks.map(({ id, state }) => `${id} ${state}`))[0];

describe('a worker with threads', () => {
  it('starts none before it runs, and shows its tasks all the same', async () => {
    const { worker, ended } = setUp();
    expect(states(worker)).toEqual(['0 stopped', '1 stopped', '2 stopped', '3 stopped']);
    expect(await worker.metrics()).toContain('spillway_memory_budget_bytes 1000000');
    expect(ended).toEqual([]);
  });

  it('shows what the others count, and the last of a thread that is too busy to answer', async () => {
    const busy: { thread?: number } = {};
    const { worker, run, clock } = setUp({ busy });
    await run(false);
    const before = await worker.metrics();
    busy.thread = 2;
    const rendered = worker.metrics();
    await settle();
    await clock.advance(1_000);
    expect(await rendered).toBe(before);
    expect(before).toContain('spillway_records_polled_total{connector="orders",task="3",topic="orders"} 13');
  });

  it('lets no task read before those of all threads joined', async () => {
    const { worker, of, log, run, stop, ended, end } = setUp({ describe: () => new Promise((go) => (answer = go)) });
    let answer: () => void = () => undefined;
    await run(false);
    let join: () => void = () => undefined;
    of(2).joined = new Promise((resolve) => (join = resolve));
    answer();
    await settle();
    expect(log).toEqual(['1 joins', '2 joins']);
    join();
    await settle();
    expect(log.slice(2)).toEqual(['1 begins and heals', '2 begins and heals']);
    expect(states(worker)).toEqual(['0 running', '1 running', '2 running', '3 running']);
    expect(await worker.metrics()).toContain(
      'spillway_records_polled_total{connector="orders",task="3",topic="orders"} 13',
    );
    stop.abort();
    await settle();
    expect(log.slice(4)).toEqual(['1 stops', '2 stops', 'admin closed']);
    expect(end()).toMatchObject({ ok: true, connectors: [{ totals: { polled: 2 } }], longestStallMs: 42 });
    expect(ended).toEqual([1, 2]);
  });

  it('gives all threads the same goal, and ends when nothing is behind but what waits in any of them', async () => {
    const { of, run, clock, end, commit } = setUp();
    await run(true);
    expect([of(1).goal, of(2).goal]).toEqual([new Map([['orders-0', 5]]), new Map([['orders-0', 5]])]);
    commit(3);
    await clock.advance(1_000);
    expect(end()).toBe('running');
    of(2).nothingLeft = [{ topic: 'orders', partition: 0 }];
    await clock.advance(1_000);
    expect(end()).toMatchObject({ ok: false, reasons: ['connector orders, orders-0 waits for a person: stopped'] });
  });

  it('has failed when the tasks of all threads failed for good', async () => {
    const { of, run, worker, clock, end } = setUp();
    await run(false);
    of(1).fail(new FatalError('ANSWER_INVALID', 'version 7'));
    await clock.advance(100);
    expect(end()).toBe('running');
    expect(states(worker)).toEqual(['0 failed', '1 running', '2 failed', '3 running']);
    of(2).fail(new FatalError('ANSWER_INVALID', 'version 8'));
    await settle();
    expect(end()).toMatchObject({
      ok: false,
      reasons: ['connector orders, 4 of 4 tasks failed: ANSWER_INVALID: version 7'],
    });
  });

  it('throws what kept a thread from starting, as it was, and stops the others', async () => {
    const unable = new ConfigError([{ key: 'ssl.key', message: 'is none' }], 'worker settings');
    const { run, end, ended, log } = setUp({ unable });
    await run(false);
    expect(end()).toBeInstanceOf(ConfigError);
    expect(end()).toMatchObject({ message: unable.message, problems: unable.problems });
    expect([log, ended]).toEqual([
      ['1 stops', 'admin closed'],
      [1, 2],
    ]);
  });

  it('throws what kept tasks from joining, as it was, and stops all threads', async () => {
    let answer: () => void = () => undefined;
    const { run, of, end, log } = setUp({ describe: () => new Promise((go) => (answer = go)) });
    await run(false);
    of(2).joined = Promise.reject(new RetriableError('KAFKA_UNREACHABLE', 'no broker', { retryAfterMs: 5 }));
    answer();
    await settle();
    expect(end()).toBeInstanceOf(RetriableError);
    expect(end()).toMatchObject({ code: 'KAFKA_UNREACHABLE', message: 'no broker', retryAfterMs: 5 });
    expect(log).toEqual(['1 joins', '2 joins', '1 stops', '2 stops', 'admin closed']);
  });

  it.each([
    ['an error that nobody caught', new RangeError('out of memory'), 'thread 2 of 2 died: out of memory'],
    ['its own exit', undefined, 'thread 2 of 2 died: it ended by itself'],
  ])('ends when a thread dies by %s; the others give up what is under way', async (_what, error, message) => {
    const { run, heard, end, log, ended } = setUp();
    await run(false);
    if (error !== undefined) heard(2).error(error);
    heard(2).exit();
    await settle();
    expect(end()).toBeInstanceOf(FatalError);
    expect(end()).toMatchObject({ code: 'WORKER_THREAD_DIED', message: expect.stringContaining(message) });
    expect((end() as FatalError).cause).toBe(error);
    expect(log.slice(4)).toEqual(['1 gives up', '1 stops', 'admin closed']);
    expect(ended).toEqual([1, 2]);
  });

  it('ends a thread that does not stop', async () => {
    const { run, of, stop, clock, end, log, ended } = setUp();
    await run(false);
    of(1).stopped = new Promise(() => undefined);
    stop.abort();
    await settle();
    await clock.advance(30_000);
    expect(log.slice(4)).toEqual(['1 stops', '2 stops', 'admin closed', '1 gives up', '2 gives up']);
    expect(end()).toBe('running');
    await clock.advance(10_000);
    expect(end()).toMatchObject({
      code: 'WORKER_THREAD_DIED',
      message: expect.stringContaining('did not stop in time'),
    });
    expect(new Set(ended)).toEqual(new Set([1, 2]));
  });

  it('passes a second signal on, and the lines that threads log', async () => {
    const { run, of, heard, stop, kill, log, lines, end } = setUp();
    await run(false);
    heard(1).message({ say: 'log', line: '{"level":30}\n' });
    expect(lines).toEqual(['{"level":30}\n']);
    let stopped: () => void = () => undefined;
    of(1).stopped = new Promise((resolve) => (stopped = resolve));
    stop.abort();
    kill.abort();
    await settle();
    expect(log).toEqual(expect.arrayContaining(['1 gives up', '2 gives up']));
    stopped();
    await settle();
    expect(end()).toMatchObject({ ok: true });
  });
});
