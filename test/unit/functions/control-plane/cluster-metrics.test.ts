import { describe, expect, it } from 'vitest';
import { clusterMetrics } from '../../../../functions/control-plane/cluster-metrics.ts';
import { FakeConfigTopic } from '../../../helpers/control-plane/fake-config-store.ts';
import { FakeStatusBoard } from '../../../helpers/control-plane/fake-status-board.ts';
import { page, tableRows } from '../../docs/pages.ts';

/** Metrics of worker `w1`, which watches over one connector that failed. */
async function scrape(membership: { leader: string; workers: readonly string[] } | undefined): Promise<string> {
  const topic = new FakeConfigTopic();
  const board = new FakeStatusBoard();
  for (const name of ['mine', 'fine', 'other']) topic.put(name, { name });
  const status = { workerId: 'w1', generation: 1, version: '1' };
  board.putConnector('mine', { ...status, state: 'FAILED' });
  board.putConnector('fine', { ...status, state: 'RUNNING' });
  board.putConnector('other', { ...status, state: 'FAILED', workerId: 'w2' });
  const registry = clusterMetrics({
    workerId: 'w1',
    membership: () => membership,
    state: () => topic.state(),
    board,
    unreadable: () => new Map([['connect-config-x', 2]]),
  });
  await registry.metrics();
  return await registry.metrics();
}

describe('clusterMetrics', () => {
  it('tells how the worker and its connectors are', async () => {
    const text = await scrape({ leader: 'w1', workers: ['w1', 'w2'] });
    expect(text.split('\n').filter((line) => !line.startsWith('#') && line !== '')).toEqual([
      'spillway_workers 2',
      'spillway_worker_leads 1',
      'spillway_connector_failed{connector="mine"} 1',
      'spillway_internal_records_unreadable_total{topic="connect-config-x"} 2',
    ]);
  });

  it('tells that it is no member', async () => {
    expect(await scrape(undefined)).toMatch(/^spillway_workers 0$/m);
    expect(await scrape({ leader: 'w2', workers: ['w1', 'w2'] })).toMatch(/^spillway_worker_leads 0$/m);
  });

  it('is documented', async () => {
    const there = [...(await scrape(undefined)).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    const rows = tableRows(page('docs/control-plane.md')).filter(([name]) => name.startsWith('spillway_'));
    expect(rows.map(([name, type]) => [name, type])).toEqual(there);
  });
});
