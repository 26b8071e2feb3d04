/** Writes one run of records as an object, so that writing it again changes nothing.
 *
 *  The name follows from the first record, and no object is ever replaced. Where one of that name is already there:
 *  - it says that it holds the same records with the same content: they are written (a reply was lost, a batch was replayed);
 *  - its records are the first of ours: those are written, and the rest becomes an object of its own, by the same rule;
 *  - ours are the first of its records, and its content proves it: ours are written. (A replay was cut shorter. The records that
 *    follow will be in it and in the next object too: at least once.)
 *  - anything else is `OSS_OBJECT_DIFFERS`: a person must look, for one of the two contents would be lost. */
import { FatalError, RecordError, RetriableError } from '../../shared/errors.ts';
import type { BodyBuilder } from './body/body.ts';
import type { Compressor } from './compress.ts';
import { fromMetadata, markOf, type ObjectMark, sameMark, sha256Hex, toMetadata } from './object-mark.ts';
import type { ObjectHead, ObjectStore, RequestOptions } from './object-store.ts';
import { countThrough, firstOffsetOf, type Records, splitAt } from './segments.ts';

export interface ObjectWriterOptions {
  readonly store: ObjectStore;
  readonly body: BodyBuilder;
  /** Loaded when first asked for.
   *  @throws ConfigError when it cannot be */
  readonly compressor: () => Promise<Compressor>;
  readonly contentType: string;
  /** Name of the object that begins with these records; valid. */
  readonly nameOf: (records: Records) => string;
}

export class ObjectWriter {
  readonly #options: ObjectWriterOptions;

  constructor(options: ObjectWriterOptions) {
    this.#options = options;
  }

  /** Resolves when every record is in the bucket.
   *  @throws RetriableError, FatalError as the store does, FatalError `OSS_OBJECT_DIFFERS`
   *  @throws RecordError `OSS_OBJECT_TOO_LARGE` for a single record; several are written as smaller objects */
  async write(records: Records, signal: AbortSignal): Promise<void> {
    let rest = records;
    while (rest.length > 0) {
      const written = await this.#writeFirst(rest, signal);
      rest = splitAt(rest, written)[1];
    }
  }

  /** Puts `records`; answers how many of them, from the first, are in the object that now has their name. */
  async #writeFirst(records: Records, signal: AbortSignal): Promise<number> {
    const { store, body, compressor, contentType, nameOf } = this.#options;
    const first = records[0];
    const context = first && {
      topic: first.block.topic,
      partition: first.block.partition,
      offset: firstOffsetOf(records),
    };
    const request: RequestOptions = { signal, ...(context === undefined ? {} : { context }) };
    const name = nameOf(records);
    const content = body.build(records);
    const mark = markOf(records, content);
    if (!(await store.honoursForbidOverwrite(request))) {
      const existing = await store.head(name, request);
      if (existing !== undefined) return this.#alreadyThere(name, existing, records, content, mark, request);
    }
    const stored = await (await compressor()).compress(content);
    try {
      const outcome = await store.put({ name, body: stored, contentType, metadata: toMetadata(mark) }, request);
      if (outcome === 'created') return mark.count;
    } catch (error) {
      const tooLarge = error instanceof RecordError && error.code === 'OSS_OBJECT_TOO_LARGE';
      if (tooLarge && mark.count > 1) return this.#writeFirst(splitAt(records, Math.ceil(mark.count / 2))[0], signal);
      throw error;
    }
    const existing = await store.head(name, request);
    if (existing !== undefined) return this.#alreadyThere(name, existing, records, content, mark, request);
    throw new RetriableError('OSS_OBJECT_GONE', `object ${name} was there and is not any more; trying again`, request);
  }

  async #alreadyThere(
    name: string,
    existing: ObjectHead,
    records: Records,
    content: Buffer,
    ours: ObjectMark,
    request: RequestOptions,
  ): Promise<number> {
    const theirs = fromMetadata(existing.metadata);
    if (theirs !== undefined && theirs.firstOffset === ours.firstOffset) {
      if (sameMark(theirs, ours)) return ours.count;
      if (theirs.lastOffset < ours.lastOffset && this.#isOurBeginning(theirs, records)) return theirs.count;
      if (theirs.lastOffset > ours.lastOffset && (await this.#isItsBeginning(name, theirs, content, request))) {
        return ours.count;
      }
    }
    throw new FatalError('OSS_OBJECT_DIFFERS', differs(name, theirs, ours), { ...request, scope: 'partition' });
  }

  #isOurBeginning(theirs: ObjectMark, records: Records): boolean {
    const count = countThrough(records, theirs.lastOffset);
    const [beginning] = splitAt(records, count);
    return sameMark(theirs, markOf(beginning, this.#options.body.build(beginning)));
  }

  async #isItsBeginning(name: string, theirs: ObjectMark, ours: Buffer, request: RequestOptions): Promise<boolean> {
    const { store, compressor, body } = this.#options;
    const stored = await store.get(name, request);
    const content = await (await compressor()).decompress(stored).catch(() => undefined);
    return content !== undefined && sha256Hex(content) === theirs.sha256 && body.isBeginning(ours, content);
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
