/** Writes one run of records as an object, so that writing it again changes nothing.
 *
 *  The name follows from the offset that was planned for its beginning, or from the first record, and no object is ever replaced. Where one of
 *  that name is already there:
 *  - it holds the same records, and its checksum or its content proves it: they are written (a reply was lost, a batch was replayed);
 *  - its records are the first of ours, proved likewise: those are written, and the rest becomes an object of its own, by the same rule;
 *  - ours are among its records, and its content proves it: they are written. Either Kafka removed the others between two tries (compaction,
 *    retention), or a replay was cut shorter; then the records that follow will be in it and in the next object too: at least once;
 *  - anything else is `OSS_OBJECT_DIFFERS`: a person must look, for one of the two contents would be lost. */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import { FatalError, RecordError, RetriableError } from '../../shared/errors.ts';
import type { ObjectNaming } from './key-template.ts';
import { fromMetadata, markOf, type ObjectMark, toMetadata } from './object-mark.ts';
import { ObjectProof, type ObjectProofOptions } from './object-proof.ts';
import type { ObjectHead, RequestOptions } from './object-store.ts';
import { countOf, countThrough, firstOffsetOf, lastOffsetOf, type Records, splitAt } from './segments.ts';

export interface ObjectWriterOptions extends ObjectProofOptions {
  readonly contentType: string;
  /** Its names for the records must be valid. */
  readonly naming: ObjectNaming;
}

export class ObjectWriter {
  readonly #options: ObjectWriterOptions;
  readonly #proof: ObjectProof;

  constructor(options: ObjectWriterOptions) {
    this.#options = options;
    this.#proof = new ObjectProof(options);
  }

  /** Resolves when every record is in the bucket.
   *  @param plannedFirst what the first object is named by, in place of its first record's offset
   *  @throws RetriableError, FatalError as the store does, FatalError `OSS_OBJECT_DIFFERS`
   *  @throws RecordError `OSS_OBJECT_TOO_LARGE` for a single record; several are written as smaller objects */
  async write(records: Records, signal: AbortSignal, plannedFirst?: number): Promise<void> {
    let rest = records;
    let firstOffset = plannedFirst;
    while (rest.length > 0) {
      const written = await this.#writeFirst(rest, firstOffset, signal);
      rest = splitAt(rest, written)[1];
      firstOffset = undefined;
    }
  }

  /** Puts `records`; answers how many of them, from the first, are in the object that now has their name. */
  async #writeFirst(records: Records, plannedFirst: number | undefined, signal: AbortSignal): Promise<number> {
    const { store, naming } = this.#options;
    const first = records[0];
    if (first === undefined) return 0;
    const { topic, partition } = first.block;
    const request: RequestOptions = { signal, context: { topic, partition, offset: firstOffsetOf(records) } };
    const name = naming.nameOf(first.block, first.from, plannedFirst);
    const forbids = await store.honoursForbidOverwrite(request);
    const seen = forbids ? undefined : await store.head(name, request);
    if (seen !== undefined) return this.#alreadyThere(name, seen, records, request);
    const count = countOf(records);
    try {
      if ((await this.#put(name, records, request)) === 'created') return count;
    } catch (error) {
      const tooLarge = error instanceof RecordError && error.code === 'OSS_OBJECT_TOO_LARGE';
      if (!tooLarge || count === 1) throw error;
      return this.#writeFirst(splitAt(records, Math.ceil(count / 2))[0], plannedFirst, signal);
    }
    const existing = await store.head(name, request);
    if (existing !== undefined) return this.#alreadyThere(name, existing, records, request);
    throw new RetriableError('OSS_OBJECT_GONE', `object ${name} was there and is not any more; trying again`, request);
  }

  async #put(name: string, records: Records, request: RequestOptions): Promise<'created' | 'exists'> {
    const { store, body, compressor: load, contentType } = this.#options;
    const compressor = await load();
    const content = await body.build(records);
    const metadata = toMetadata(markOf(records, content));
    const stored = await compressor.compress(content);
    // Compressed, nobody reads it any more.
    if (stored !== content) bodyBuffers.giveBack(content);
    const outcome = await store.put({ name, body: stored, contentType, metadata }, request);
    // All of it arrived, so nobody reads it any more. After anything else a request may still be sending it.
    if (outcome === 'created' && stored === content) bodyBuffers.giveBack(content);
    return outcome;
  }

  /** How many of `records`, from the first, are in the object. */
  async #alreadyThere(name: string, head: ObjectHead, records: Records, request: RequestOptions): Promise<number> {
    const mark = fromMetadata(head.metadata);
    // A later first record of theirs would be one that we have and they have not.
    if (mark !== undefined && mark.firstOffset <= firstOffsetOf(records)) {
      const [ours] = splitAt(records, countThrough(records, mark.lastOffset));
      if (ours.length > 0 && (await this.#proof.holds({ name, head, mark }, ours, request))) return countOf(ours);
    }
    throw new FatalError('OSS_OBJECT_DIFFERS', differs(name, mark, records), { ...request, scope: 'partition' });
  }
}

function differs(name: string, theirs: ObjectMark | undefined, ours: Records): string {
  const what =
    theirs === undefined
      ? 'carries no mark of this sink'
      : `holds ${theirs.count} records, offsets ${theirs.firstOffset} to ${theirs.lastOffset}, in ${theirs.bytes} bytes`;
  return (
    `object ${name} is already there with another content: it ${what}, while ours holds ${countOf(ours)} records, ` +
    `offsets ${firstOffsetOf(ours)} to ${lastOffsetOf(ours)}. ` +
    'Nothing was overwritten. Somebody else writes there, the topic was made anew, or the format changed: ' +
    'choose another oss.object.prefix, or move that object away'
  );
}
