import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../cli/commands/run.ts';
import { type DelayHistogram, EventLoopStalls, watchStalls } from '../../../functions/dispatcher/event-loop-stalls.ts';
import { MemoryBudget } from '../../../functions/dispatcher/memory/memory-budget.ts';
import { Metrics } from '../../../functions/dispatcher/metrics.ts';
import { page, tableRows } from './pages.ts';

const delays: DelayHistogram = { max: 0, enable: () => true, disable: () => true, reset: () => undefined };
const text = page('docs/operations.md');

describe('docs/operations.md', () => {
  it('has every metric with its type, and no other', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    metrics.task('c', 0, 'oss-sink');
    watchStalls(new EventLoopStalls(delays), metrics.registry);
    const there = [...(await metrics.render()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    const rows = tableRows(text).filter(([name]) => name.startsWith('spillway_'));
    expect(rows.map(([name, type]) => [name, type]).sort()).toEqual(there.sort());
  });

  it('names the labels that a metric has', async () => {
    const metrics = new Metrics(new MemoryBudget(0));
    const task = metrics.task('c', 0, 'oss-sink');
    task.ledger('orders').polled++;
    task.batchClosed('age');
    task.retried('X');
    task.invoked('answered', 1);
    task.watch({
      state: 'running',
      partitions: () => [
        { topic: 'orders', partition: 0, inFlight: 1, lag: 1, pausedReason: 'memory', bufferBytes: 1 },
      ],
    });
    const labels = new Map<string, string[]>();
    for (const [, name = '', inside = ''] of (await metrics.render()).matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
      const metric = name.replace(/_(bucket|sum|count)$/, '');
      labels.set(
        metric,
        [...inside.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((l) => l !== 'le'),
      );
    }
    expect(labels.size).toBeGreaterThan(14);
    const documented = new Map(tableRows(text).map(([name, , of = '']) => [name, of.split(', ')]));
    for (const [metric, of] of labels) expect([metric, documented.get(metric)?.sort()]).toEqual([metric, of.sort()]);
  });

  it('shows the options of spillway run', () => {
    const shown = /^spillway run .*$/m.exec(text)?.[0] ?? '';
    const options = runCommand().options.map(({ long }) => long);
    expect([...shown.matchAll(/--[a-z-]+/g)].map(([option]) => option).sort()).toEqual([...options].sort());
  });
});
