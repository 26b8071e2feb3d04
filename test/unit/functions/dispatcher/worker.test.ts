import { describe, expect, it } from 'vitest';
import { Connector } from '../../../../functions/dispatcher/connector.ts';
import { fcSink } from '../../../../functions/dispatcher/fc-sink.ts';
import { MemoryBudget } from '../../../../functions/dispatcher/memory/memory-budget.ts';
import { workerMemory } from '../../../../functions/dispatcher/memory/worker-memory.ts';
import { Metrics } from '../../../../functions/dispatcher/metrics.ts';
import { Worker } from '../../../../functions/dispatcher/worker.ts';
import { parseConnector } from '../../../../shared/config/connector-keys.ts';
import { RetriableError } from '../../../../shared/errors.ts';
import type { KafkaAdmin, KafkaConsumer, KafkaDriver } from '../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { allWritten, ScriptedInvoker } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

/** A worker over one connector whose group never gets to an assignment. `describe` is asked for the topics first. */
function setUp(describe: () => Promise<void>) {
  const calls: string[] = [];
  const admin = {
    describeTopics: async (names: readonly string[]) => {
      await describe();
      return names.map((name) => ({ name, partitions: [0] }));
    },
    close: async () => undefined,
  } as unknown as KafkaAdmin;
  const consumer = (): KafkaConsumer => {
    let reject: (error: Error) => void = () => undefined;
    return {
      start: () => {
        calls.push('start');
        return new Promise((_, rejected) => (reject = rejected));
      },
      pause: () => undefined,
      resume: () => undefined,
      reread: () => undefined,
      commit: async () => undefined,
      close: async () => {
        calls.push('close');
        reject(new RetriableError('CONSUMER_CLOSED', 'the consumer was closed while it started'));
      },
    };
  };
  const driver: KafkaDriver = {
    admin: () => admin,
    producer: () => ({ send: async () => undefined, close: async () => undefined }),
    consumer,
    reader: () => ({
      read: async () => [],
      page: async () => ({ blocks: [], nextOffset: 0 }),
      close: async () => undefined,
    }),
  };
  const { connector: config } = parseConnector(fcSink, {
    name: 'orders',
    'connector.class': 'fc-sink',
    topics: 'orders',
    'tasks.max': '1',
    'invoke.target': 'http',
    'invoke.http.url': 'http://127.0.0.1:1/',
  });
  const spec = {
    config,
    sink: fcSink,
    windowOf: undefined,
    invoker: new ScriptedInvoker([allWritten]),
    claimCheck: undefined,
    resumeStopped: false,
  };
  const clock = new ManualClock();
  const connector = new Connector(spec, {
    driver,
    memory: workerMemory(1_000_000),
    metrics: new Metrics(new MemoryBudget(0)),
    limits: { memoryBudgetBytes: 1_000_000, sessionTimeoutMs: 30_000, metadataMaxAgeMs: 60_000, tasks: 1 },
    clock,
    random: () => 0.5,
    logger: silentLogger,
  });
  const worker = new Worker([connector], {
    shutdownTimeoutMs: 30_000,
    clock,
    logger: silentLogger,
    stalls: { longestMs: 12, stop: () => undefined },
  });
  const stop = new AbortController();
  const run = worker.run(false, stop.signal, new AbortController().signal);
  let ended: unknown = 'running';
  run.then(
    ({ started, longestStallMs }) =>
      (ended = `stopped, ${started ? '' : 'not '}started, longest stall ${longestStallMs} ms`),
    (error: unknown) => (ended = error),
  );
  return { calls, stop, ended: () => ended };
}

describe('Worker', () => {
  it('stops while its tasks still wait for their first assignment', async () => {
    const { calls, stop, ended } = setUp(async () => undefined);
    await settle();
    stop.abort(new Error('stopped by SIGTERM'));
    await settle();
    expect(calls).toEqual(['start', 'close']);
    expect(ended()).toBe('stopped, not started, longest stall 12 ms');
  });

  it('starts no task after it was stopped', async () => {
    let answer: () => void = () => undefined;
    const { calls, stop, ended } = setUp(() => new Promise((resolve) => (answer = resolve)));
    await settle();
    stop.abort(new Error('stopped by SIGTERM'));
    await settle();
    answer();
    await settle();
    expect(calls).toEqual([]);
    expect(ended()).toBe('stopped, not started, longest stall 12 ms');
  });
});
