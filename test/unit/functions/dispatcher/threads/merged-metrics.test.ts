import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import { Metrics } from '../../../../../functions/dispatcher/metrics.ts';
import { mergedMetrics } from '../../../../../functions/dispatcher/threads/merged-metrics.ts';
import { SharedCounts, sharedCountsBuffer } from '../../../../../functions/dispatcher/threads/shared-counts.ts';
import { batchOf } from '../../../../../shared/envelope/block-builder.ts';
import { blockAt } from '../../../../helpers/dispatcher.ts';

const json = async ({ registry }: Metrics) => structuredClone(await registry.getMetricsAsJSON());
const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();

/** A thread with one task that did something of everything. */
function busy(task: number, budget = new MemoryBudget(1_000)): Metrics {
  const metrics = new Metrics(budget);
  const own = metrics.task('orders', task, 'oss-sink');
  Object.assign(own.ledger('orders'), { polled: 10, written: 4 });
  own.batchClosed('count');
  own.invoked('answered', 70);
  own.retried('TARGET_UNAVAILABLE');
  own.restarted('OSS_BUCKET_MISSING');
  own.written(batchOf(blockAt([0, 1, 2])), 1_700_000_000_000);
  own.watch({
    state: 'running',
    partitions: () => [
      { topic: 'orders', partition: task, inFlight: 6, lag: 3, pausedReason: undefined, bufferBytes: 9 },
    ],
  });
  metrics.targets.watch('orders', { limit: 4, inFlight: 1, breakerState: task });
  metrics.targets.reduced('orders', 'latency');
  metrics.targets.sink('orders').count('stale-versions', 5);
  return metrics;
}

describe('mergedMetrics', () => {
  it('of one thread is what that thread shows', async () => {
    const metrics = busy(0);
    expect(await mergedMetrics([await json(metrics)])).toBe(await metrics.render());
  });

  it('has the series of all threads, in the order of the first', async () => {
    const main = new Metrics(new MemoryBudget(1_000));
    const text = await mergedMetrics([await json(main), await json(busy(0)), await json(busy(1))]);
    const names = (of: string) => [...of.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([line]) => line);
    expect(names(text)).toEqual(names(await main.render()));
    const perTask = (await busy(0).render()).split('\n').filter((line) => line.includes('task="0"'));
    for (const line of perTask) {
      expect(text).toContain(line);
      expect(text).toContain(line.replace('task="0"', 'task="1"').replace('partition="0"', 'partition="1"'));
    }
    expect(new Set(lines(text).map((line) => line.slice(0, line.lastIndexOf(' ')))).size).toBe(lines(text).length);
  });

  it('adds what gates count, shows the worst breaker, and the one budget once', async () => {
    const buffer = sharedCountsBuffer(3);
    const budgets = [0, 1, 2].map((row) => new MemoryBudget(1_000, new SharedCounts(buffer, row)));
    budgets[1]?.take(100);
    budgets[2]?.request(50);
    const [main, first, second] = budgets;
    const threads = [new Metrics(main ?? new MemoryBudget(0)), busy(0, first), busy(1, second)];
    const text = await mergedMetrics(await Promise.all(threads.map(json)));
    expect(lines(text)).toEqual(
      expect.arrayContaining([
        'spillway_adaptive_limit{connector="orders"} 8',
        'spillway_batches_in_flight{connector="orders"} 2',
        'spillway_breaker_state{connector="orders"} 1',
        'spillway_adaptive_reductions_total{connector="orders",reason="latency"} 2',
        'spillway_stale_versions_total{connector="orders"} 10',
        'spillway_memory_budget_bytes 1000',
        'spillway_memory_used_bytes 150',
        'spillway_memory_bytes{use="records"} 100',
        'spillway_memory_bytes{use="requests"} 50',
      ]),
    );
  });
});
