/** What every operation works with. */
import type { Catalog } from './catalog.ts';
import { noSuchTable } from './errors.ts';
import type { Instances } from './instances.ts';
import type { Addressed } from './operation-name.ts';
import type { QuotaMeter } from './quotas.ts';
import type { Reply } from './reply.ts';
import type { MaxComputeRequest } from './request.ts';
import type { SessionStore } from './session-store.ts';
import type { Slots } from './slots.ts';
import type { Table } from './table.ts';

export interface MaxComputeService {
  readonly project: string;
  /** `host:port` of this server. */
  readonly authority: string;
  readonly catalog: Catalog;
  readonly sessions: SessionStore;
  readonly instances: Instances;
  readonly slots: Slots;
  readonly quotas: QuotaMeter;
  /** Epoch ms. */
  readonly clock: () => number;
  /** Most bytes of a string or binary. */
  readonly maxFieldBytes: number;
  /** How long a commit takes. */
  readonly commitMs: number;
  /** How often a statement says that it is running before it is done. */
  readonly sqlPolls: number;
  /** What sessions older than the table's columns hear: nothing, or 412. */
  readonly onOldSchema: 'tolerate' | 'refuse';
  /** Aborted when the server closes: ends waits. */
  readonly closing: AbortSignal;
}

/** One operation, after the signature was checked. */
export type Operation = (
  service: MaxComputeService,
  request: MaxComputeRequest,
  target: Addressed,
) => Reply | Promise<Reply>;

/** The table that a request names.
 *  @throws MaxComputeError 404 */
export function addressedTable({ catalog }: MaxComputeService, { side }: MaxComputeRequest, target: Addressed): Table {
  const name = target.table ?? '';
  const table = catalog.table(name, target.schema);
  if (table === undefined) throw noSuchTable(side, name);
  return table;
}
