/** What a thread says of a connector, and what the reports of all its threads make together. */
import type { Connector } from '../connector.ts';
import type { ConnectorStatus } from '../connector-contract.ts';
import { Ledger } from '../ledger.ts';
import { type SeenLag, totalLag } from '../seen-lags.ts';

/** A connector as one thread sees it. */
export interface ConnectorReport {
  readonly status: ConnectorStatus;
  /** By partition that was ever owned in the thread. */
  readonly lags: ReadonlyMap<string, SeenLag>;
}

/** Both parts at one moment. */
export function reportOf(connector: Pick<Connector, 'status' | 'lags'>): ConnectorReport {
  return { status: connector.status(), lags: connector.lags() };
}

/** The connector as a whole: a partition that moved from one thread to another counts once, as its last owner saw it. */
export function mergedStatus(name: string, reports: readonly ConnectorReport[]): ConnectorStatus {
  const lags = new Map<string, SeenLag>();
  const totals = new Ledger();
  for (const { status, lags: seen } of reports) {
    for (const [partition, lag] of seen) {
      if (lag.seenAt >= (lags.get(partition)?.seenAt ?? 0)) lags.set(partition, lag);
    }
    for (const field of Object.keys(totals) as (keyof Ledger)[]) totals[field] += status.totals[field];
  }
  return {
    name,
    tasks: reports.flatMap(({ status }) => status.tasks).sort((a, b) => a.id - b.id),
    waiting: reports.flatMap(({ status }) => status.waiting),
    lag: totalLag(lags),
    totals,
  };
}
