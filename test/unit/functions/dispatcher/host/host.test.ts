import { describe, expect, it } from 'vitest';
import { DispatcherHost } from '../../../../../functions/dispatcher/host/host.ts';
import type { HostedTask } from '../../../../../functions/dispatcher/host/hosted.ts';
import { workerMemory } from '../../../../../functions/dispatcher/memory/worker-memory.ts';
import { Metrics } from '../../../../../functions/dispatcher/metrics.ts';
import { parseConnector } from '../../../../../shared/config/connector-keys.ts';
import { ConfigError, FatalError } from '../../../../../shared/errors.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { allWritten, blockAt, ScriptedInvoker } from '../../../../helpers/dispatcher.ts';
import { keptSink } from '../../../../helpers/kept-sink.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';
import { ScriptedKafka } from '../../../../helpers/scripted-kafka.ts';

const wrongAnswer = new FatalError('ANSWER_INVALID', 'version 7');

function setUp(invoker = new ScriptedInvoker([allWritten])) {
  const kafka = new ScriptedKafka();
  const clock = new ManualClock();
  const memory = workerMemory(16_000_000);
  const metrics = new Metrics(memory.budget);
  let stalls = 'watched';
  const host = new DispatcherHost({
    driver: kafka.driver,
    memory,
    metrics,
    limits: { memoryBudgetBytes: 16_000_000, sessionTimeoutMs: 30_000, metadataMaxAgeMs: 60_000 },
    clock,
    random: () => 0.999_999_999,
    logger: silentLogger,
    stalls: { stop: () => (stalls = 'stopped') },
    wayOf: async ({ parsed }) => {
      if (parsed.connector.topics?.includes('secret'))
        throw new ConfigError([{ key: 'k', message: 'does not resolve' }]);
      return { config: parsed.connector, sink: keptSink, windowOf: undefined, invoker, claimCheck: undefined };
    },
  });
  const open = async (name = 'orders', topics = 'orders') => {
    const raw = { name, 'connector.class': keptSink.connectorClass, topics };
    const told: HostedTask[] = [];
    const setup = { definition: keptSink, parsed: parseConnector(keptSink, raw), raw };
    const connector = await host.open(setup, {
      task: (task) => told.push(task),
      topic: () => undefined,
      event: () => undefined,
    });
    const states = () => connector.tasks().map(({ id, state }) => `${id} ${state}`);
    return { connector, told, states };
  };
  const series = async (name: string) => (await host.metrics()).includes(`connector="${name}"`);
  return { kafka, clock, host, open, series, stalls: () => stalls };
}

/** A promise, and what resolves it. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('DispatcherHost', () => {
  it('runs exactly the tasks that it is told to run, without waiting until they have joined', async () => {
    const { kafka, open } = setUp();
    const join = gate();
    kafka.joining = () => join.opened;
    const { connector, states } = await open();
    await connector.run([0, 1]);
    await settle();
    expect(kafka.states).toEqual(['joining', 'joining']);
    expect(states()).toEqual(['0 starting', '1 starting']);
    join.open();
    await settle();
    await connector.run([1, 2]);
    await settle();
    expect(states()).toEqual(['1 running', '2 running']);
    expect(kafka.states).toEqual(['left', 'joined', 'joined']);
    await connector.stop();
    expect(kafka.states).toEqual(['left', 'left', 'left']);
  });

  it('lets no task read before those that start with it have joined, or failed to', async () => {
    const invoker = new ScriptedInvoker([allWritten]);
    const { kafka, host, open } = setUp(invoker);
    const slow = gate();
    const joins = [async () => undefined, () => slow.opened];
    kafka.joining = () => (joins.shift() ?? (async () => undefined))();
    const { connector, states } = await open();
    await connector.run([0, 1]);
    await settle();
    kafka.members[0]?.listener.assigned([{ topic: 'orders', partition: 0, position: 0, metadata: '' }]);
    expect(states()).toEqual(['0 running', '1 starting']);
    const held = async () => /spillway_partition_paused\{.*reason="(\w*)"/.exec(await host.metrics())?.[1];
    expect(await held()).toBe('starting');
    slow.open();
    await settle();
    expect(await held()).toBe('');
    await connector.stop();
  });

  it('looks at topics once for all tasks that start, and for later ones not again', async () => {
    const { kafka, open } = setUp();
    const { connector } = await open();
    await connector.run([0, 1, 2]);
    await settle();
    await connector.run([0, 1, 2, 3]);
    await settle();
    expect(kafka.described).toBe(1);
    await connector.stop();
  });

  it('carries calls out one after the other, and stops without waiting for them', async () => {
    const { kafka, open } = setUp();
    const { connector } = await open();
    await connector.run([0, 1]);
    await settle();
    const leave = gate();
    kafka.leaving = () => leave.opened;
    const done: string[] = [];
    const note = (what: string) => (work: Promise<void>) => void work.then(() => done.push(what));
    note('run')(connector.run([0]));
    note('again')(connector.run([0, 5]));
    await settle();
    expect(kafka.members).toHaveLength(2);
    note('stop')(connector.stop());
    await settle();
    expect(done).toEqual([]);
    leave.open();
    await settle();
    expect(done).toEqual(['run', 'again', 'stop']);
    expect(kafka.states).toEqual(['left', 'left']);
    await connector.run([7]);
    expect(kafka.members).toHaveLength(2);
  });

  it('stops while Kafka does not answer', async () => {
    const { kafka, open } = setUp();
    kafka.describing = () => new Promise(() => undefined);
    const { connector, states } = await open();
    await connector.run([0]);
    await settle();
    expect(states()).toEqual(['0 starting']);
    await connector.stop();
  });

  it('gives up what is under way when told to', async () => {
    const never = new ScriptedInvoker([
      (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]);
    const { kafka, open } = setUp(never);
    const { connector } = await open();
    await connector.run([0]);
    await settle();
    const { listener } = kafka.members[0] ?? {};
    listener?.assigned([{ topic: 'orders', partition: 0, position: 0, metadata: '' }]);
    listener?.records(blockAt([0, 1, 2]));
    kafka.leaving = () => listener?.revoked([{ topic: 'orders', partition: 0 }]) ?? Promise.resolve();
    connector.pause();
    await settle();
    const abort = new AbortController();
    let stopped = false;
    void connector.stop(abort.signal).then(() => (stopped = true));
    await settle();
    expect([never.calls.length, stopped]).toEqual([1, false]);
    abort.abort();
    await settle();
    expect(stopped).toBe(true);
  });

  it('starts a task anew when a person asks, a failed one too, and tells so', async () => {
    const { kafka, open } = setUp();
    const { connector, told } = await open();
    await connector.run([0, 1]);
    await settle();
    kafka.members[1]?.listener.failed(wrongAnswer);
    await settle();
    await connector.restart([1, 9]);
    await settle();
    expect(told.map(({ id, state }) => `${id} ${state}`)).toEqual([
      '0 starting',
      '1 starting',
      '0 running',
      '1 running',
      '1 failed',
      '1 starting',
      '1 running',
    ]);
    expect(told[4]?.failure).toMatchObject({ code: 'ANSWER_INVALID', message: 'version 7' });
    expect(kafka.members).toHaveLength(3);
    await connector.stop();
  });

  it('shares the fetch memory among the tasks that there are now', async () => {
    const { kafka, open } = setUp();
    const [a, b] = [await open('a'), await open('b')];
    await a.connector.run([0]);
    await settle();
    const { options } = kafka.members[0] ?? {};
    expect(options?.fetchMaxBytes).toBe(1_000_000);
    await b.connector.run([0]);
    expect(options?.fetchMaxBytes).toBe(500_000);
    await b.connector.stop();
    expect(options?.fetchMaxBytes).toBe(1_000_000);
    await a.connector.stop();
  });

  it('takes the metrics of tasks and connectors along when they go, and of no others', async () => {
    const { open, series } = setUp();
    const [a, b] = [await open('a'), await open('b')];
    await Promise.all([a.connector.run([0]), b.connector.run([0])]);
    await settle();
    expect([await series('a'), await series('b')]).toEqual([true, true]);
    await a.connector.stop();
    expect([await series('a'), await series('b')]).toEqual([false, true]);
    await b.connector.stop();
  });

  it('opens a connector beside one of its name that still runs, and keeps the metrics of the one that stays', async () => {
    const { open, series } = setUp();
    const old = await open();
    await old.connector.run([0]);
    const next = await open();
    await old.connector.stop();
    expect(await series('orders')).toBe(true);
    await next.connector.run([0]);
    await settle();
    expect(next.states()).toEqual(['0 running']);
    await next.connector.stop();
    expect(await series('orders')).toBe(false);
  });

  it('keeps the metrics of one that runs when the one that was to replace it goes', async () => {
    const { host, open, series } = setUp();
    const old = await open();
    await old.connector.run([0]);
    await settle();
    const before = await host.metrics();
    await (await open()).connector.stop();
    expect(await host.metrics()).toBe(before);
    await old.connector.stop();
    expect(await series('orders')).toBe(false);
  });

  it('goes on, and stops, after a call that failed in a way that nobody foresaw', async () => {
    const { kafka, open } = setUp();
    const { connector, states } = await open();
    kafka.making = () => {
      throw new Error('no consumer can be made');
    };
    await expect(connector.run([0])).rejects.toThrow('no consumer can be made');
    kafka.making = () => undefined;
    await connector.run([1]);
    await settle();
    expect(states()).toEqual(['1 running']);
    await connector.stop();
    expect(kafka.states).toEqual(['left']);
  });

  it('opens nothing where a secret does not resolve, and closes what is open', async () => {
    const { kafka, host, open, stalls } = setUp();
    await expect(open('a', 'secret')).rejects.toThrow(ConfigError);
    const { connector } = await open('b');
    await connector.run([0]);
    await settle();
    await host.close();
    expect([kafka.states, stalls()]).toEqual([['left'], 'stopped']);
  });

  it('closes within seconds what does not come to its end by itself', async () => {
    const { kafka, clock, host, open, stalls } = setUp();
    kafka.leaving = () => new Promise(() => undefined);
    const { connector } = await open();
    await connector.run([0]);
    await settle();
    const closed = host.close();
    await clock.advance(5_000);
    await closed;
    expect([kafka.states, stalls()]).toEqual([['joined'], 'stopped']);
  });
});
