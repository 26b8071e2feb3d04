/** Writes one run of records as an object, so that writing it again changes nothing.
 *
 *  The name follows from the offset that was planned for its beginning, or from the first record, and no object is ever replaced. Where one of
 *  that name is already there:
 *  - it says that it holds the same records with the same content: they are written (a reply was lost, a batch was replayed);
 *  - its records are the first of ours: those are written, and the rest becomes an object of its own, by the same rule;
 *  - ours are among its records, and its content proves it: they are written. Either Kafka removed the others between two tries (compaction,
 *    retention), or a replay was cut shorter; then the records that follow will be in it and in the next object too: at least once;
 *  - anything else is `OSS_OBJECT_DIFFERS`: a person must look, for one of the two contents would be lost. */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import { FatalError, RecordError, RetriableError } from '../../shared/errors.ts';
import type { BodyBuilder } from './body/body.ts';
import type { Compressor } from './compress.ts';
import type { ObjectNaming } from './key-template.ts';
import { fromMetadata, markOf, type ObjectMark, sameMark, sha256Hex, toMetadata } from './object-mark.ts';
import type { ObjectHead, ObjectStore, RequestOptions } from './object-store.ts';
import { countOf, countThrough, firstOffsetOf, type Records, splitAt } from './segments.ts';

export interface ObjectWriterOptions {
  readonly store: ObjectStore;
  readonly body: BodyBuilder;
  /** Loaded when first asked for.
   *  @throws ConfigError when it cannot be */
  readonly compressor: () => Promise<Compressor>;
  readonly contentType: string;
  /** Its names for the records must be valid. */
  readonly naming: ObjectNaming;
}

export class ObjectWriter {
  readonly #options: ObjectWriterOptions;

  constructor(options: ObjectWriterOptions) {
    this.#options = options;
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
    const { store, body, compressor, contentType, naming } = this.#options;
    const first = records[0];
    if (first === undefined) return 0;
    const { topic, partition } = first.block;
    const request: RequestOptions = { signal, context: { topic, partition, offset: firstOffsetOf(records) } };
    const name = naming.nameOf(first.block, first.from, plannedFirst);
    const content = body.build(records);
    const mark = markOf(records, content);
    if (!(await store.honoursForbidOverwrite(request))) {
      const existing = await store.head(name, request);
      if (existing !== undefined) return this.#alreadyThere(name, existing, records, mark, request);
    }
    const stored = await (await compressor()).compress(content);
    try {
      const outcome = await store.put({ name, body: stored, contentType, metadata: toMetadata(mark) }, request);
      if (outcome === 'created') {
        // All of it arrived, so nobody reads it any more. After anything else a request may still be sending it.
        bodyBuffers.giveBack(content);
        return mark.count;
      }
    } catch (error) {
      const tooLarge = error instanceof RecordError && error.code === 'OSS_OBJECT_TOO_LARGE';
      if (!tooLarge || mark.count === 1) throw error;
      return this.#writeFirst(splitAt(records, Math.ceil(mark.count / 2))[0], plannedFirst, signal);
    }
    const existing = await store.head(name, request);
    if (existing !== undefined) return this.#alreadyThere(name, existing, records, mark, request);
    throw new RetriableError('OSS_OBJECT_GONE', `object ${name} was there and is not any more; trying again`, request);
  }

  /** How many of `records`, from the first, are in the object. */
  async #alreadyThere(
    name: string,
    existing: ObjectHead,
    records: Records,
    ours: ObjectMark,
    request: RequestOptions,
  ): Promise<number> {
    const theirs = fromMetadata(existing.metadata);
    // A later first record of theirs would be one that we have and they have not.
    if (theirs !== undefined && theirs.firstOffset <= ours.firstOffset) {
      if (sameMark(theirs, ours)) return ours.count;
      const [beginning] = splitAt(records, countThrough(records, theirs.lastOffset));
      if (beginning.length > 0 && (await this.#holds(name, theirs, beginning, request))) return countOf(beginning);
    }
    throw new FatalError('OSS_OBJECT_DIFFERS', differs(name, theirs, ours), { ...request, scope: 'partition' });
  }

  /** Whether all of `records` are in the object: by its mark, or else by its content. */
  async #holds(name: string, theirs: ObjectMark, records: Records, request: RequestOptions): Promise<boolean> {
    const { store, compressor, body } = this.#options;
    const ours = body.build(records);
    if (sameMark(theirs, markOf(records, ours))) return true;
    if (countOf(records) >= theirs.count) return false;
    const stored = await store.get(name, request);
    const content = await (await compressor()).decompress(stored).catch(() => undefined);
    return content !== undefined && sha256Hex(content) === theirs.sha256 && body.contains(content, ours);
  }
}

function rangeText(mark: ObjectMark | undefined): string {
  if (mark === undefined) return 'carries no mark of this sink';
  return `holds ${mark.count} records, offsets ${mark.firstOffset} to ${mark.lastOffset}, sha256 ${mark.sha256}`;
}

function differs(name: string, theirs: ObjectMark | undefined, ours: ObjectMark): string {
  return (
    `object ${name} is already there with another content: it ${rangeText(theirs)}, while ours ${rangeText(ours)}. ` +
    'Nothing was overwritten. Somebody else writes there, the topic was made anew, or the format changed: ' +
    'choose another oss.object.prefix, or move that object away'
  );
}
