/** Which batches belong to transactions that were rolled back. */
import { type BatchHeader, RECORDS_AT } from './batch-header.ts';
import type { AbortedTransaction } from './fetch-response.ts';
import { VarintReader } from './varint.ts';

const ABORT = 0;

/** Follows the batches of one fetched partition in order, as the Java consumer does
 *  (`CompletedFetch.nextFetchedRecord`). */
export class AbortedFilter {
  readonly #waiting: AbortedTransaction[];
  readonly #aborted = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#waiting = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Call once for every batch, in order. True when its records must not be seen. */
  hides(bytes: Buffer, batch: BatchHeader): boolean {
    while (this.#waiting[0] !== undefined && this.#waiting[0].firstOffset <= batch.lastOffset) {
      this.#aborted.add((this.#waiting.shift() as AbortedTransaction).producerId);
    }
    if (batch.isControl) {
      if (isAbortMarker(bytes, batch)) this.#aborted.delete(batch.producerId);
      return true;
    }
    return batch.isTransactional && this.#aborted.has(batch.producerId);
  }
}

/** The one record of a control batch has a key of two int16: version, and type (0 abort, 1 commit). */
function isAbortMarker(bytes: Buffer, batch: BatchHeader): boolean {
  if (batch.recordCount < 1) return false;
  const reader = new VarintReader(bytes, batch.start + RECORDS_AT);
  reader.int(); // length
  reader.at += 1; // attributes
  reader.long(); // timestamp
  reader.int(); // offset
  const keyLength = reader.int();
  return keyLength >= 4 && reader.at + 4 <= batch.end && bytes.readInt16BE(reader.at + 2) === ABORT;
}
