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

describe('occasions', () => {
  it('are told apart where calls have ids, and nowhere else', () => {
    expect(tellsOccasions(config({ ...FC, 'invoke.mode': 'async' }))).toBe(true);
    expect(tellsOccasions(config({ ...FC, 'invoke.mode': 'async', 'fc.async.task.id': 'none' }))).toBe(false);
    expect(tellsOccasions(config(FC))).toBe(false);
  });
});
