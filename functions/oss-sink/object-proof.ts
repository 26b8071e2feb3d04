/** Whether an object that is there holds some records. Asked only where a name is taken: for every other object the content is neither
 *  hashed nor read.
 *
 *  The same records give the same content, and nearly always the same stored bytes: then the checksum that the service tells of what it
 *  stores proves them without a download. Anything else (no checksum, another one, bytes that another version of a compression library
 *  made, other records in the object, too) is decided by the content itself, record by record. */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import { Crc64 } from '../../shared/crc64.ts';
import { RetriableError } from '../../shared/errors.ts';
import type { BodyBuilder } from './body/body.ts';
import { updateInSlices } from './byte-slices.ts';
import type { Compressor } from './compress.ts';
import { markOf, type ObjectMark, sameRecords } from './object-mark.ts';
import type { ObjectHead, ObjectStore, RequestOptions } from './object-store.ts';
import type { Records } from './segments.ts';

export interface ObjectProofOptions {
  readonly store: ObjectStore;
  readonly body: BodyBuilder;
  /** Loaded when first asked for.
   *  @throws ConfigError when it cannot be */
  readonly compressor: () => Promise<Compressor>;
}

/** An object that is there. */
export interface ExistingObject {
  readonly name: string;
  readonly head: ObjectHead;
  /** What it says of itself; it need not be true. */
  readonly mark: ObjectMark;
}

export class ObjectProof {
  readonly #options: ObjectProofOptions;

  constructor(options: ObjectProofOptions) {
    this.#options = options;
  }

  /** Whether all of `records` are in the object, byte for byte.
   *  @throws RetriableError `OSS_OBJECT_NOT_WHOLE`; RetriableError, FatalError as the store does */
  async holds(object: ExistingObject, records: Records, request: RequestOptions): Promise<boolean> {
    const content = await this.#options.body.build(records);
    try {
      return await this.#holdsContent(object, markOf(records, content), content, request);
    } finally {
      bodyBuffers.giveBack(content);
    }
  }

  async #holdsContent(
    { name, head, mark: theirs }: ExistingObject,
    ours: ObjectMark,
    content: Buffer,
    request: RequestOptions,
  ): Promise<boolean> {
    const { store, body, compressor: load } = this.#options;
    const same = sameRecords(theirs, ours);
    if (same ? theirs.bytes !== ours.bytes : theirs.count <= ours.count) return false;
    const compressor = await load();
    if (same && (await isStoredAs(head, await compressor.compress(content)))) return true;
    const stored = await store.get(name, request);
    // A cache on the way may hold an older one, and what comes short proves nothing.
    if (head.size !== undefined && head.size !== stored.length) throw notWhole(name, head.size, stored.length, request);
    const whole = await compressor.decompress(stored).catch(() => undefined);
    // Of another size it is not what was sent.
    if (whole === undefined || whole.length !== theirs.bytes) return false;
    return same ? whole.equals(content) : body.contains(whole, content);
  }
}

function notWhole(name: string, size: number, came: number, { context }: RequestOptions): RetriableError {
  const text = `object ${name} has ${size} bytes, but reading it brought ${came}; check any proxy or cache on the way; trying again`;
  return new RetriableError('OSS_OBJECT_NOT_WHOLE', text, context === undefined ? {} : { context });
}

async function isStoredAs({ size, crc64 }: ObjectHead, stored: Buffer): Promise<boolean> {
  if (crc64 === undefined || size !== stored.length) return false;
  return (await updateInSlices(new Crc64(), stored)).digest() === crc64;
}
