/** Which batches belong to transactions that were rolled back. */
import type { BatchHeader } from './batch-header.ts';
import type { AbortedTransaction } from './fetch-response.ts';

const ABORT = 0;

/** What transactions say of a batch. */
export type TransactionPart = Pick<BatchHeader, 'lastOffset' | 'isControl' | 'isTransactional' | 'producerId'>;

/** Follows the batches of one fetched partition in order, as the Java consumer does
 *  (`CompletedFetch.nextFetchedRecord`). */
export class AbortedFilter {
  readonly #waiting: AbortedTransaction[];
  readonly #aborted = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#waiting = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Call once for every batch, in order; `endsInAbort` where it is the marker of a rollback. True when its records must not be seen. */
  hides(batch: TransactionPart, endsInAbort: boolean): boolean {
    while (this.#waiting[0] !== undefined && this.#waiting[0].firstOffset <= batch.lastOffset) {
      this.#aborted.add((this.#waiting.shift() as AbortedTransaction).producerId);
    }
    if (endsInAbort) this.#aborted.delete(batch.producerId);
    return batch.isControl || (batch.isTransactional && this.#aborted.has(batch.producerId));
  }
}

/** Whether a marker with this key (two int16: version, and type, 0 abort, 1 commit) ends a transaction by rolling it back. */
export function isAbortKey(key: Buffer | null): boolean {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT;
}
