/** What is measured of a worker of a cluster beside its tasks. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { ConfigState } from './config-state.ts';
import type { StatusBoard } from './status-board.ts';

export interface ClusterMetricsDeps {
  readonly workerId: string;
  readonly membership: () => { readonly leader: string; readonly workers: readonly string[] } | undefined;
  readonly state: () => ConfigState;
  readonly board: Pick<StatusBoard, 'connector'>;
  /** Records of internal topics that were passed over since the start, by topic. */
  readonly unreadable: () => ReadonlyMap<string, number>;
}

/** A registry whose metrics are looked up at each scrape. */
export function clusterMetrics({ workerId, membership, state, board, unreadable }: ClusterMetricsDeps): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'spillway_workers',
    help: "Members of the workers' group, as this one knows it; 0 while it is no member.",
    registers,
    collect() {
      this.set(membership()?.workers.length ?? 0);
    },
  });
  new Gauge({
    name: 'spillway_worker_leads',
    help: '1 where this worker gives out connectors and tasks.',
    registers,
    collect() {
      this.set(membership()?.leader === workerId ? 1 : 0);
    },
  });
  new Gauge({
    name: 'spillway_connector_failed',
    help: '1 for each connector that this worker watches over and whose stored configuration does not run.',
    labelNames: ['connector'],
    registers,
    collect() {
      this.reset();
      for (const connector of state().connectors.keys()) {
        const status = board.connector(connector);
        if (status?.workerId === workerId && status.state === 'FAILED') this.set({ connector }, 1);
      }
    },
  });
  new Counter({
    name: 'spillway_internal_records_unreadable_total',
    help: 'Records of an internal topic that were passed over since the start.',
    labelNames: ['topic'],
    registers,
    collect() {
      this.reset();
      for (const [topic, records] of unreadable()) this.inc({ topic }, records);
    },
  });
  return registry;
}
