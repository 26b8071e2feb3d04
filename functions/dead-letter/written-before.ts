/** What this instance brought to the error topic already. The platform calls again after a failure, with the whole event: what was confirmed
 *  before it need not be written twice. Another instance does not know, so repeats stay possible. */
import { offsetAt } from '../../shared/records.ts';
import type { Original } from './originals.ts';

/** Names kept; the oldest go first. */
const MOST = 20_000;

export class WrittenBefore {
  readonly #names = new Set<string>();

  /** @param requestId of the call that failed: a later call may fail the same record again, and that is news */
  has(requestId: string, record: Original): boolean {
    return this.#names.has(nameOf(requestId, record));
  }

  add(requestId: string, records: readonly Original[]): void {
    for (const record of records) this.#names.add(nameOf(requestId, record));
    for (const oldest of this.#names) {
      if (this.#names.size <= MOST) return;
      this.#names.delete(oldest);
    }
  }
}

function nameOf(requestId: string, { block, index }: Original): string {
  return `${requestId}/${block.topic}/${block.partition}/${offsetAt(block, index)}`;
}
