import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../../functions/dispatcher/memory/memory-budget.ts';
import { Metrics, type PartitionReading, type TaskMetrics } from '../../../../functions/dispatcher/metrics.ts';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';

function reading(partition: number, change: Partial<PartitionReading> = {}): PartitionReading {
  return { topic: 'orders', partition, inFlight: 0, lag: 0, pausedReason: undefined, bufferBytes: 0, ...change };
}

async function scrape(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

describe('Metrics', () => {
  it('keeps the names that dashboards rely on', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    metrics.task('c', 0, 'oss-sink');
    const names = [...(await metrics.render()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
      (match) => `${match[1]} ${match[2]}`,
    );
    expect(names.sort()).toEqual([
      'spillway_adaptive_limit gauge',
      'spillway_adaptive_reductions_total counter',
      'spillway_batches_closed_total counter',
      'spillway_batches_in_flight gauge',
      'spillway_breaker_state gauge',
      'spillway_buffer_bytes gauge',
      'spillway_consumer_lag_records gauge',
      'spillway_invocation_seconds histogram',
      'spillway_invocations_total counter',
      'spillway_mapping_races_total counter',
      'spillway_memory_budget_bytes gauge',
      'spillway_memory_bytes gauge',
      'spillway_memory_used_bytes gauge',
      'spillway_partition_paused gauge',
      'spillway_record_age_seconds histogram',
      'spillway_records_dropped_total counter',
      'spillway_records_errant_total counter',
      'spillway_records_filtered_total counter',
      'spillway_records_gap_total counter',
      'spillway_records_in_flight gauge',
      'spillway_records_polled_total counter',
      'spillway_records_released_total counter',
      'spillway_records_written_total counter',
      'spillway_retries_total counter',
      'spillway_split_requests_total counter',
      'spillway_stale_versions_total counter',
      'spillway_task_restarts_total counter',
      'spillway_task_state gauge',
    ]);
  });

  it('shows ledgers, partitions and the state of a task', async () => {
    const used = new MemoryBudget(8_192);
    used.take(3_000);
    used.request(1_096);
    used.expect(500);
    const metrics = new Metrics(used);
    const task = metrics.task('c', 0, 'oss-sink');
    Object.assign(task.ledger('orders'), { polled: 10, written: 6, errant: 1, dropped: 1, gap: 5 });
    task.watch({
      state: 'running',
      partitions: () => [reading(0, { inFlight: 2, lag: 7, pausedReason: 'memory', bufferBytes: 99 }), reading(1)],
    });
    task.batchClosed('count');
    task.retried('BUSY');
    task.invoked('answered', 40);
    const values = await scrape(metrics);
    const of = '{connector="c",task="0"';
    expect(Object.fromEntries(values)).toMatchObject({
      [`spillway_records_polled_total${of},topic="orders"}`]: 10,
      [`spillway_records_written_total${of},topic="orders"}`]: 6,
      [`spillway_records_gap_total${of},topic="orders"}`]: 5,
      [`spillway_records_in_flight${of},topic="orders"}`]: 2,
      [`spillway_consumer_lag_records${of},topic="orders",partition="0"}`]: 7,
      [`spillway_partition_paused${of},topic="orders",partition="0",reason="memory"}`]: 1,
      [`spillway_partition_paused${of},topic="orders",partition="1",reason=""}`]: 0,
      [`spillway_buffer_bytes${of},topic="orders",partition="0"}`]: 99,
      [`spillway_task_state${of}}`]: 2,
      spillway_memory_used_bytes: 4096,
      spillway_memory_budget_bytes: 8192,
      'spillway_memory_bytes{use="records"}': 3000,
      'spillway_memory_bytes{use="requests"}': 1096,
      'spillway_memory_bytes{use="fetches"}': 500,
      [`spillway_batches_closed_total${of},reason="count"}`]: 1,
      [`spillway_retries_total${of},reason="BUSY"}`]: 1,
      [`spillway_invocations_total${of},sink="oss-sink",result="answered"}`]: 1,
    });
  });

  it('goes on with the ledger of a task that is made again, and never shows it twice', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    const first = metrics.task('c', 0, 'oss-sink');
    first.ledger('orders').written = 5;
    first.watch({ state: 'failed', partitions: () => [] });
    const second = metrics.task('c', 0, 'oss-sink');
    second.ledger('orders').errant += 2;
    second.watch({ state: 'running', partitions: () => [] });
    expect(second.settled()).toBe(7);
    second.restarted('OSS_BUCKET_MISSING');
    const values = await scrape(metrics);
    expect(values.get('spillway_records_written_total{connector="c",task="0",topic="orders"}')).toBe(5);
    expect(values.get('spillway_task_state{connector="c",task="0"}')).toBe(2);
    expect(values.get('spillway_task_restarts_total{connector="c",task="0",reason="OSS_BUCKET_MISSING"}')).toBe(1);
  });

  it('keeps the reasons of restarts bounded: a function answers codes of its own invention', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    const task = metrics.task('c', 0, 'fc-sink');
    for (let i = 0; i < 200; i++) task.restarted(`CODE_${i}`);
    task.restarted('CODE_3');
    const values = await scrape(metrics);
    expect([...values.keys()].filter((key) => key.startsWith('spillway_task_restarts_total'))).toHaveLength(51);
    expect(values.get('spillway_task_restarts_total{connector="c",task="0",reason="OTHER"}')).toBe(150);
    expect(values.get('spillway_task_restarts_total{connector="c",task="0",reason="CODE_3"}')).toBe(2);
  });

  it('shows the gate of each connector', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    metrics.targets.watch('c', { limit: 12, inFlight: 3, breakerState: 2 });
    metrics.targets.reduced('c', 'latency');
    metrics.targets.sink('c').count('stale-versions', 7);
    metrics.targets.sink('c').count('split-requests', 1);
    metrics.targets.sink('c').count('mapping-races', 2);
    expect(Object.fromEntries(await scrape(metrics))).toMatchObject({
      'spillway_adaptive_limit{connector="c"}': 12,
      'spillway_batches_in_flight{connector="c"}': 3,
      'spillway_breaker_state{connector="c"}': 2,
      'spillway_adaptive_reductions_total{connector="c",reason="latency"}': 1,
      'spillway_stale_versions_total{connector="c"}': 7,
      'spillway_split_requests_total{connector="c"}': 1,
      'spillway_mapping_races_total{connector="c"}': 2,
    });
  });

  it('counts the age of every record of a batch', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    const task = metrics.task('c', 0, 'oss-sink');
    const block = blockAt([0, 1, 2]);
    const [t0, , t2] = block.timestamps;
    // Record 2 is written 0.05 s after its time, record 0 a little later than that, and one has a time in the future.
    task.written(batchOf(block), (t2 ?? 0) + 50);
    task.written(batchOf(block, 0, 1), (t0 ?? 0) - 1_000_000);
    task.written(batchOf(block, 0, 1), (t0 ?? 0) + 90_000_000);
    const values = await scrape(metrics);
    const of = '{connector="c",task="0",topic="orders"';
    expect(values.get(`spillway_record_age_seconds_count${of}}`)).toBe(5);
    expect(values.get(`spillway_record_age_seconds_bucket${of},le="0.1"}`)).toBe(4);
    expect(values.get(`spillway_record_age_seconds_bucket${of},le="86400"}`)).toBe(4);
    expect(values.get(`spillway_record_age_seconds_bucket${of},le="+Inf"}`)).toBe(5);
  });

  it('adds up the ledgers of a connector over tasks and topics', () => {
    const metrics = new Metrics(new MemoryBudget(0));
    metrics.task('c', 0, 's').ledger('a').written = 1;
    metrics.task('c', 1, 's').ledger('b').written = 2;
    metrics.task('d', 0, 's').ledger('a').written = 4;
    expect(metrics.totals('c').written).toBe(3);
  });

  it('forgets a task with all that was counted of it, and counts nothing of it after that', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    const block = blockAt([0]);
    const all = [0, 1].map((id) => metrics.task('c', id, 'oss-sink'));
    const count = (task: TaskMetrics | undefined) => {
      task?.batchClosed('count');
      task?.retried('BUSY');
      task?.invoked('answered', 1);
      task?.restarted('X');
      task?.written(batchOf(block), 0);
    };
    for (const task of all) {
      task.ledger('orders').polled = 1;
      task.watch({ state: 'running', partitions: () => [reading(0)] });
      count(task);
    }
    const series = async (id: number) =>
      [...(await scrape(metrics)).keys()].filter((key) => key.includes(`task="${id}"`)).map((key) => key.split('{')[0]);
    const before = await series(1);
    expect(await series(0)).toEqual(before);
    all[0]?.remove();
    count(all[0]);
    expect(await series(0)).toEqual([]);
    expect(await series(1)).toEqual(before);
    metrics.task('c', 0, 'oss-sink').ledger('orders').polled = 3;
    expect((await scrape(metrics)).get('spillway_records_polled_total{connector="c",task="0",topic="orders"}')).toBe(3);
  });

  it('forgets the target of a connector, unless another of its name took the place', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    const { targets } = metrics;
    const [first, second] = [1, 2].map((limit) => ({ limit, inFlight: 0, breakerState: 0 }));
    if (first === undefined || second === undefined) throw new Error('two gates');
    targets.watch('c', first);
    targets.watch('c', second);
    targets.reduced('c', 'latency');
    targets.sink('c').count('mapping-races', 2);
    const series = async () => [...(await scrape(metrics)).keys()].filter((key) => key.includes('connector="c"'));
    targets.remove('c', first);
    expect(await series()).toHaveLength(5);
    targets.remove('c', second);
    expect(await series()).toEqual([]);
  });
});
