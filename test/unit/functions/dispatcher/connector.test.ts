import { describe, expect, it, vi } from 'vitest';
import { Connector } from '../../../../functions/dispatcher/connector.ts';
import { fcSink } from '../../../../functions/dispatcher/fc-sink.ts';
import { MemoryBudget } from '../../../../functions/dispatcher/memory/memory-budget.ts';
import { workerMemory } from '../../../../functions/dispatcher/memory/worker-memory.ts';
import { Metrics } from '../../../../functions/dispatcher/metrics.ts';
import { Task } from '../../../../functions/dispatcher/task.ts';
import { parseConnector } from '../../../../shared/config/connector-keys.ts';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import type { ConsumerListener, KafkaAdmin, KafkaDriver } from '../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import type { SourceTopic } from '../../../../shared/sink.ts';
import { allWritten, blockAt, ScriptedInvoker, throwing } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

const noBucket = new FatalError('OSS_BUCKET_MISSING', 'no bucket', { mayHeal: true });
const wrongAnswer = new FatalError('ANSWER_INVALID', 'version 7');

/** A connector of two tasks over a Kafka that gives out nothing by itself: tests speak to the listeners of its consumers. */
function setUp(invoker = new ScriptedInvoker([allWritten]), lastCall?: AbortSignal) {
  const clock = new ManualClock();
  const listeners: ConsumerListener[] = [];
  const closed: ConsumerListener[] = [];
  const admin = {
    describeTopics: async (names: readonly string[]) => names.map((name) => ({ name, partitions: [0] })),
    listOffsets: async () => new Map([[0, 5]]),
    committedOffsets: async () => new Map(),
    close: async () => undefined,
  } as unknown as KafkaAdmin;
  const driver = {
    admin: () => admin,
    producer: () => ({ send: async () => undefined, close: async () => undefined }),
    consumer: (_: unknown, listener: ConsumerListener) => {
      listeners.push(listener);
      return {
        start: async () => undefined,
        pause: () => undefined,
        resume: () => undefined,
        commit: async () => undefined,
        close: async () => {
          closed.push(listener);
          await listener.revoked([{ topic: 'orders', partition: 0 }]);
        },
      };
    },
  } as unknown as KafkaDriver;
  const { connector: config } = parseConnector(fcSink, {
    name: 'orders',
    'connector.class': 'fc-sink',
    topics: 'orders',
    'tasks.max': '2',
    'batch.size': '3',
    'invoke.target': 'http',
    'invoke.http.url': 'http://127.0.0.1:1/',
  });
  const metrics = new Metrics(new MemoryBudget(0));
  const connector = new Connector(
    { config, sink: fcSink, windowOf: undefined, invoker, claimCheck: undefined, resumeStopped: false, lastCall },
    {
      driver,
      memory: workerMemory(1_000_000),
      metrics,
      limits: { memoryBudgetBytes: 1_000_000, sessionTimeoutMs: 30_000, metadataMaxAgeMs: 60_000, tasks: 2 },
      clock,
      random: () => 0.999_999_999,
      logger: silentLogger,
    },
  );
  let end: unknown = 'none';
  void connector.failed().then((error) => (end = error));
  return { connector, clock, listeners, closed, metrics, admin, ended: () => end };
}

const statesOf = (connector: Connector) => connector.status().tasks.map(({ state }) => state);

describe('Connector', () => {
  it('leaves resources to whoever prepared them before it joined, also when a task is started again', async () => {
    const { connector, clock, listeners, admin } = setUp();
    const described = vi.spyOn(admin, 'describeTopics');
    await connector.join(undefined);
    connector.begin(true);
    listeners[0]?.failed(noBucket);
    await clock.advance(1_000);
    expect([listeners.length, described.mock.calls]).toEqual([3, []]);
    await connector.stop();
  });

  it('has failed only when every task failed for good', async () => {
    const { connector, clock, listeners, ended } = setUp();
    await connector.start(false);
    listeners[0]?.failed(wrongAnswer);
    listeners[1]?.failed(noBucket);
    await settle();
    expect(ended()).toBe('none');
    expect(connector.status().tasks[0]?.restart).toBeUndefined();
    expect(connector.status().tasks[1]).toMatchObject({ state: 'failed', restart: { attempt: 1 } });
    await clock.advance(1_000);
    expect(statesOf(connector)).toEqual(['failed', 'running']);
    listeners[2]?.failed(wrongAnswer);
    await settle();
    expect(ended()).toBe(wrongAnswer);
    await connector.stop();
  });

  it('looks at the target once before any task joins, and is told how large its topics are', async () => {
    const opened: unknown[] = [];
    const { connector, listeners } = setUp(
      Object.assign(new ScriptedInvoker([allWritten]), {
        open: async (topics: readonly SourceTopic[]) => void opened.push(topics, statesOf(connector)),
      }),
    );
    await connector.start(false);
    expect(opened).toEqual([[{ name: 'orders', partitions: 1 }], ['stopped', 'stopped']]);
    expect(listeners).toHaveLength(2);
    await connector.stop();
  });

  /** A connector whose target answers every look with `failure`, until it heals. */
  const opening = (failure: Error) => {
    let isHealed = false;
    const invoker = Object.assign(new ScriptedInvoker([allWritten]), {
      open: async () => {
        if (!isHealed) throw failure;
      },
    });
    const heal = () => {
      isHealed = true;
    };
    return { ...setUp(invoker), heal };
  };

  it('does not start where the target is not as it must be, and starts where it cannot be reached now', async () => {
    const refused = opening(wrongAnswer);
    await expect(refused.connector.start(false)).rejects.toBe(wrongAnswer);
    expect(statesOf(refused.connector)).toEqual(['stopped', 'stopped']);
    await refused.connector.stop();
    const away = opening(new RetriableError('TARGET_UNREACHABLE', 'nobody there'));
    await away.connector.start(false);
    expect(statesOf(away.connector)).toEqual(['running', 'running']);
    await away.connector.stop();
  });

  it('starts with failed tasks where what the target refuses may heal, and looks again before each restart', async () => {
    const { connector, clock, ended, heal } = opening(noBucket);
    await connector.start(false);
    expect(connector.status().tasks).toMatchObject([
      { id: 0, state: 'failed', failure: { code: 'OSS_BUCKET_MISSING' }, restart: { attempt: 1 } },
      { id: 1, state: 'failed', failure: { code: 'OSS_BUCKET_MISSING' }, restart: { attempt: 1 } },
    ]);
    await settle();
    await clock.advance(1_000);
    expect(statesOf(connector)).toEqual(['failed', 'failed']);
    expect(connector.status().tasks[0]).toMatchObject({ restart: { attempt: 2 } });
    heal();
    await clock.advance(2_000);
    expect(statesOf(connector)).toEqual(['running', 'running']);
    expect(ended()).toBe('none');
    await connector.stop();
  });

  it('has failed at once where the target refuses a run that ends when it caught up', async () => {
    const { connector, clock, listeners, ended } = opening(noBucket);
    await connector.start(true);
    await settle();
    expect(ended()).toBe(noBucket);
    await clock.advance(600_000);
    expect(statesOf(connector)).toEqual(['failed', 'failed']);
    expect(listeners).toHaveLength(2);
    await connector.stop();
  });

  it('starts nothing again in a run that ends when it caught up', async () => {
    const { connector, clock, listeners, ended } = setUp();
    await connector.start(true);
    for (const listener of listeners.slice(0, 2)) listener.failed(noBucket);
    await settle();
    expect(ended()).toBe(noBucket);
    await clock.advance(600_000);
    expect(listeners).toHaveLength(2);
    await connector.stop();
  });

  it('looks at no partition but its own for a batch, however many are owned', async () => {
    const invoker = new ScriptedInvoker([allWritten]);
    const { connector, listeners } = setUp(invoker);
    await connector.start(false);
    const owned = Array.from({ length: 1_000 }, (_, partition) => ({ topic: 'orders', partition }));
    listeners[0]?.assigned(owned.map((tp) => ({ ...tp, position: 0, metadata: '' })));
    const readings = vi.spyOn(Task.prototype, 'partitions');
    for (let offset = 0; offset < 30; offset += 3) {
      listeners[0]?.records(blockAt([offset, offset + 1, offset + 2]));
      await settle();
    }
    expect(invoker.calls).toHaveLength(10);
    expect(readings).not.toHaveBeenCalled();
    readings.mockRestore();
    await connector.stop();
  });

  it('starts nothing again after a stop', async () => {
    const { connector, clock, listeners } = setUp();
    await connector.start(false);
    listeners[0]?.failed(noBucket);
    await settle();
    await connector.stop();
    await clock.advance(600_000);
    expect(listeners).toHaveLength(2);
  });

  it('accounts for every record over a restart, with one series a task', async () => {
    const { connector, clock, listeners, metrics } = setUp(new ScriptedInvoker([throwing(noBucket), allWritten]));
    await connector.start(false);
    const owned = [{ topic: 'orders', partition: 0, position: 0, metadata: '' }];
    listeners[0]?.assigned(owned);
    listeners[0]?.records(blockAt([0, 1, 2]));
    await settle();
    expect(statesOf(connector)).toEqual(['failed', 'running']);
    expect(connector.status().totals).toMatchObject({ polled: 3, written: 0, released: 3 });
    await clock.advance(1_000);
    expect(statesOf(connector)).toEqual(['running', 'running']);
    listeners[2]?.assigned(owned);
    listeners[2]?.records(blockAt([0, 1, 2]));
    await settle();
    expect(connector.status().totals).toMatchObject({ polled: 6, written: 3, released: 3 });
    const text = await metrics.render();
    expect(text.match(/^spillway_records_polled_total\{/gm)).toHaveLength(1);
    expect(text).toContain('spillway_records_in_flight{connector="orders",task="0",topic="orders"} 0');
    expect(text).toContain('spillway_task_restarts_total{connector="orders",task="0",reason="OSS_BUCKET_MISSING"} 1');
    // One partition with one batch at a time is owned.
    expect(text).toContain('spillway_adaptive_limit{connector="orders"} 1');
    await connector.stop();
  });

  describe('after the last call', () => {
    /** A run to catch up, in which partition 0 of a topic that ends at offset 5 came to one of its tasks. */
    const reading = async (invoker?: ScriptedInvoker) => {
      const lastCall = new AbortController();
      const all = setUp(invoker, lastCall.signal);
      await all.connector.start(true);
      all.listeners[0]?.assigned([{ topic: 'orders', partition: 0, position: 0, metadata: '' }]);
      let ended: unknown = 'not yet';
      const stop = new AbortController();
      const caughtUp = all.connector.caughtUp(stop.signal);
      caughtUp.then(
        (reached) => (ended = reached),
        (error: unknown) => (ended = error),
      );
      return { ...all, lastCall, stop, ended: () => ended };
    };

    it('has not caught up, and ends when what was read is settled and committed', async () => {
      let release: (outcome: BatchOutcome) => void = () => undefined;
      const invoker = new ScriptedInvoker([() => new Promise((resolve) => (release = resolve))]);
      const { connector, clock, listeners, lastCall, ended } = await reading(invoker);
      listeners[0]?.records(blockAt([0, 1]));
      lastCall.abort(new Error('over'));
      await clock.advance(500);
      expect([invoker.calls, ended()]).toEqual([[[0, 1]], 'not yet']);
      release({ all: 'written', count: 2 });
      await clock.advance(1_000);
      expect(ended()).toBe(false);
      await connector.stop();
    });

    it('waits for what does not end only until it is stopped', async () => {
      const never = new ScriptedInvoker([
        (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]);
      const { connector, clock, listeners, lastCall, stop, ended } = await reading(never);
      listeners[0]?.records(blockAt([0, 1]));
      lastCall.abort(new Error('over'));
      await clock.advance(500);
      const reason = new Error('stopped');
      stop.abort(reason);
      await settle();
      expect(ended()).toBe(reason);
      connector.abort();
      await connector.stop();
    });

    it('starts nothing while the group still waits for a dead member', async () => {
      const lastCall = new AbortController();
      const { connector, clock } = setUp(undefined, lastCall.signal);
      vi.spyOn(Task.prototype, 'start').mockReturnValue(new Promise(() => undefined));
      const started = connector.start(true);
      await settle();
      lastCall.abort(new Error('over'));
      await started;
      const caughtUp = connector.caughtUp(new AbortController().signal);
      await clock.advance(100);
      expect(await caughtUp).toBe(false);
      vi.restoreAllMocks();
    });
  });
});
