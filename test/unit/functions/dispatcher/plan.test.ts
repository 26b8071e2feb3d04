import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../../functions/dispatcher/fc-sink.ts';
import { consumerOptions, DRAIN_SHARE, tellsOccasions } from '../../../../functions/dispatcher/plan.ts';
import { LONGEST_FC_CALL_MS } from '../../../../shared/config/connector/fc-checks.ts';
import { parseConnector } from '../../../../shared/config/connector-keys.ts';

const WORKER = { memoryBudgetBytes: 100_000_000, sessionTimeoutMs: 45_000, metadataMaxAgeMs: 300_000, tasks: 1 };
const FC = { 'fc.function.name': 'orders', 'fc.endpoint': 'http://127.0.0.1:9000' };

function config(raw: Readonly<Record<string, string>>) {
  return parseConnector(fcSink, { name: 'orders', 'connector.class': 'fc-sink', topics: 'orders', ...raw }).connector;
}

describe('how a group is read', () => {
  const waits = (raw: Readonly<Record<string, string>>) => consumerOptions(config(raw), WORKER);

  it.each([1_000, 60_000, LONGEST_FC_CALL_MS])(
    'a partition that goes waits for a call of %i ms, and the group for the partition',
    (ms) => {
      const { drainTimeoutMs, rebalanceTimeoutMs } = waits({ ...FC, 'invoke.timeout.ms': String(ms) });
      expect(drainTimeoutMs * DRAIN_SHARE).toBeGreaterThanOrEqual(ms);
      expect(rebalanceTimeoutMs).toBeGreaterThanOrEqual(drainTimeoutMs + 30_000);
      // Not much longer than Java's consumers let a group wait (max.poll.interval.ms).
      expect(rebalanceTimeoutMs).toBeLessThanOrEqual(330_000);
    },
  );

  it('waits 30 s where a call can be given up, or takes no time', () => {
    const http = { 'invoke.target': 'http', 'invoke.http.url': 'http://h/f', 'invoke.timeout.ms': '600000' };
    const queued = { ...FC, 'invoke.mode': 'async', 'invoke.timeout.ms': '600000' };
    for (const raw of [http, queued]) {
      expect(waits(raw)).toMatchObject({ drainTimeoutMs: 30_000, rebalanceTimeoutMs: 60_000 });
    }
  });
});

describe('what a fetch may bring', () => {
  it('follows the number of tasks of the process, within bounds', () => {
    const worker = { ...WORKER, tasks: 1 };
    const options = consumerOptions(config(FC), worker);
    expect(options.fetchMaxBytes).toBe(6_250_000);
    expect(options.fetchMaxBytesPerPartition).toBe(4_194_304);
    worker.tasks = 10;
    expect([options.fetchMaxBytes, options.fetchMaxBytesPerPartition]).toEqual([625_000, 625_000]);
    worker.tasks = 1_000;
    expect(options.fetchMaxBytes).toBe(262_144);
    worker.tasks = 0;
    expect(options.fetchMaxBytes).toBe(6_250_000);
  });

  it('is less where the connector asks for less, and never more than its share', () => {
    const overrides = (bytes: string) => ({ ...FC, 'consumer.override.fetch.max.bytes': bytes });
    expect(consumerOptions(config(overrides('70000')), WORKER).fetchMaxBytes).toBe(70_000);
    expect(consumerOptions(config(overrides('700000000')), WORKER).fetchMaxBytes).toBe(6_250_000);
    const partition = { ...FC, 'consumer.override.max.partition.fetch.bytes': '50000' };
    expect(consumerOptions(config(partition), WORKER).fetchMaxBytesPerPartition).toBe(50_000);
  });
});

it('takes what a connector says of its members in place of what the worker says', () => {
  const mine = {
    'consumer.override.session.timeout.ms': '9000',
    'consumer.override.heartbeat.interval.ms': '3000',
    'consumer.override.metadata.max.age.ms': '7000',
    'consumer.override.fetch.max.wait.ms': '250',
  };
  expect(consumerOptions(config({ ...FC, ...mine }), WORKER)).toMatchObject({
    sessionTimeoutMs: 9_000,
    heartbeatIntervalMs: 3_000,
    metadataMaxAgeMs: 7_000,
    fetchMaxWaitMs: 250,
  });
});

describe('occasions', () => {
  it('are told apart where calls have ids, and nowhere else', () => {
    expect(tellsOccasions(config({ ...FC, 'invoke.mode': 'async' }))).toBe(true);
    expect(tellsOccasions(config({ ...FC, 'invoke.mode': 'async', 'fc.async.task.id': 'none' }))).toBe(false);
    expect(tellsOccasions(config(FC))).toBe(false);
  });
});
