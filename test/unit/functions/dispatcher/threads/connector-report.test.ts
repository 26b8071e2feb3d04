import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../../../functions/dispatcher/ledger.ts';
import type { SeenLag } from '../../../../../functions/dispatcher/seen-lags.ts';
import { type ConnectorReport, mergedStatus } from '../../../../../functions/dispatcher/threads/connector-report.ts';

function report(ids: readonly number[], lags: Readonly<Record<string, SeenLag>>, polled: number): ConnectorReport {
  return {
    status: {
      name: 'orders',
      tasks: ids.map((id) => ({ id, state: 'running' })),
      waiting: [{ topic: 'orders', partition: ids[0] ?? 0, reason: 'stopped' }],
      lag: Object.values(lags).reduce((sum, { lag }) => sum + lag, 0),
      totals: Object.assign(new Ledger(), { polled, written: polled - 1 }),
    },
    lags: new Map(Object.entries(lags)),
  };
}

describe('mergedStatus', () => {
  it('sorts tasks, joins what waits, adds totals', () => {
    const merged = mergedStatus('orders', [report([0, 2], {}, 5), report([1, 3], {}, 7)]);
    expect(merged.tasks.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    expect(merged.waiting.map(({ partition }) => partition)).toEqual([0, 1]);
    expect(merged.totals).toEqual({ ...new Ledger(), polled: 12, written: 10 });
  });

  it('counts a partition that moved once, as its last owner saw it', () => {
    const first = report([0], { 'orders-0': { lag: 90, seenAt: 10 }, 'orders-1': { lag: 5, seenAt: 40 } }, 0);
    const second = report([1], { 'orders-0': { lag: 20, seenAt: 30 }, 'orders-1': { lag: 80, seenAt: 20 } }, 0);
    expect(mergedStatus('orders', [first, second]).lag).toBe(25);
    expect(mergedStatus('orders', [second, first]).lag).toBe(25);
  });
});
