/** Buckets and objects on disk; `object-files.ts` says where.
 *
 *  Storing an object ends in two renames. The first, of the body, decides: whoever is killed after it finds the metadata
 *  still pending at the next start and puts it in place; whoever is killed before it has changed nothing.
 *  Both renames and the index change in one turn of the event loop, so readers see old or new and nothing between. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { appendFile } from './append-file.ts';
import { BucketIndex } from './bucket-index.ts';
import { type ReceivedBody, receiveBody } from './incoming-body.ts';
import { freePathFor } from './key-path.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { type ObjectFile, ObjectFiles } from './object-files.ts';
import { NULL_VERSION, type StoredBucket, type StoredObject, type Versioning, versionIdOf } from './stored-object.ts';

interface OpenBucket {
  bucket: StoredBucket;
  readonly index: BucketIndex;
}

/** What the caller says of an object it stores; `etag` where it is not the MD5 of the body. */
export type ObjectProperties = Pick<StoredObject, 'headers' | 'lastModified'> &
  Partial<Pick<StoredObject, 'etag' | 'type'>>;

/** Where a new version goes and what it is called. */
type Place = Pick<StoredObject, 'path' | 'versionId' | 'order'>;

/** Not to be opened twice on the same folder at a time. */
export class ObjectStore {
  readonly #files: ObjectFiles;
  readonly #buckets = new Map<string, OpenBucket>();
  readonly #appends = new KeyedQueue();

  /** Opens the store in `dir`, made when missing. */
  constructor(dir: string) {
    this.#files = new ObjectFiles(dir);
    for (const bucket of this.#files.buckets())
      this.#buckets.set(bucket.name, { bucket, index: this.#load(bucket.name) });
  }

  buckets(): StoredBucket[] {
    return [...this.#buckets.values()].map(({ bucket }) => bucket);
  }

  bucket(name: string): StoredBucket | undefined {
    return this.#buckets.get(name)?.bucket;
  }

  /** Makes a bucket; one that exists stays as it is. */
  createBucket(bucket: StoredBucket): void {
    if (this.#buckets.has(bucket.name)) return;
    this.#files.writeBucket(bucket);
    this.#buckets.set(bucket.name, { bucket, index: new BucketIndex() });
  }

  setVersioning(name: string, versioning: Versioning): void {
    const open = this.#open(name);
    open.bucket = { ...open.bucket, versioning };
    this.#files.writeBucket(open.bucket);
  }

  /** Removes a bucket. The caller has seen that it is empty. */
  removeBucket(name: string): void {
    this.#files.removeBucket(name);
    this.#buckets.delete(name);
  }

  index(bucket: string): BucketIndex {
    return this.#open(bucket).index;
  }

  /** Current objects by key. */
  objects(bucket: string): BucketIndex['current'] {
    return this.index(bucket).current;
  }

  /** Takes a body in, beside the objects, not yet one of them. */
  receive(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ReceivedBody> {
    return receiveBody(body, this.#files.pending('body'), maxBytes);
  }

  /** Throws a received body away. */
  discard(body: ReceivedBody): void {
    rmSync(body.file, { force: true });
  }

  /** Makes a received body the current object `key`. `mayCommit` is asked in the same turn as the change: it throws to
   *  refuse. The body is thrown away when anything fails. */
  async commit(
    bucket: string,
    key: string,
    body: ReceivedBody,
    properties: ObjectProperties,
    mayCommit: () => void,
  ): Promise<StoredObject> {
    const pending = body.file.replace(/\.body$/, '.json');
    const etag = `"${body.md5.toString('hex').toUpperCase()}"`;
    const versionId = newVersionId();
    try {
      for (;;) {
        mayCommit();
        const place = this.#placeFor(bucket, key, versionId);
        const object: StoredObject = { key, size: body.size, etag, crc64: body.crc64, ...place, ...properties };
        await writeFile(pending, JSON.stringify({ bucket, object } satisfies ObjectFile));
        mayCommit();
        // Others may have been stored meanwhile: then what was written ahead is wrong.
        if (!samePlace(place, this.#placeFor(bucket, key, versionId))) continue;
        const replaced = this.#replacedBy(bucket, object);
        const current = this.objects(bucket).get(key);
        if (current && current !== replaced) this.#setAside(bucket, current);
        this.#files.placeBody(body.file, bucket, object);
        this.#files.placeMeta(pending, bucket, object);
        this.#put(bucket, object, replaced);
        return object;
      }
    } catch (thrown) {
      rmSync(pending, { force: true });
      this.discard(body);
      throw thrown;
    }
  }

  /** Adds a received body to the end of the current object `key`, which is appendable, or makes it one. `mayAppend` is told
   *  that object, also in the same turn as the change: it throws to refuse. */
  append(
    bucket: string,
    key: string,
    body: ReceivedBody,
    properties: ObjectProperties,
    mayAppend: (current: StoredObject | undefined) => void,
  ): Promise<StoredObject> {
    return this.#appends.run(`${bucket}/${key}`, async () => {
      const current = () => this.#buckets.get(bucket)?.index.current.get(key);
      try {
        for (;;) {
          const before = current();
          mayAppend(before);
          const etag = appendedEtag(before?.etag ?? '', body.md5);
          if (before === undefined) {
            const first = { ...properties, etag, type: 'Appendable' } as const;
            return await this.commit(bucket, key, body, first, () => mayAppend(current()));
          }
          const crc64 = await appendFile(this.#files.bodyPath(bucket, before), before, body.file);
          const { lastModified } = properties;
          const object: StoredObject = { ...before, size: before.size + body.size, etag, crc64, lastModified };
          // Replaced, removed or moved meanwhile: what was appended lies in a file that is not the object's any more.
          if (current() !== before) continue;
          this.#files.writeMeta(bucket, object);
          this.index(bucket).put(object);
          return object;
        }
      } finally {
        this.discard(body);
      }
    });
  }

  /** A file descriptor on the body, the caller's to close.
   *  @throws Error when somebody removed or changed the file by hand */
  openBody(bucket: string, object: StoredObject): number {
    const path = this.#files.bodyPath(bucket, object);
    const fd = openSync(path, 'r');
    const { size } = fstatSync(fd);
    // Behind the end of an appendable object an append may be under way.
    if (size === object.size || (object.type === 'Appendable' && size > object.size)) return fd;
    closeSync(fd);
    throw new Error(
      `${path} has ${size} bytes, ${object.size} were stored: it was changed by hand; put the object again`,
    );
  }

  /** Removes one version for good. */
  removeVersion(bucket: string, object: StoredObject): void {
    this.#files.remove(bucket, object);
    const index = this.index(bucket);
    index.remove(object);
    this.#bringBack(bucket, index, object.key);
  }

  /** Puts a delete marker before the versions of a key. */
  addDeleteMarker(bucket: string, key: string, lastModified: number): StoredObject {
    const place = this.#placeFor(bucket, key, newVersionId());
    const path = `${place.path}%marker-${place.order}`;
    const facts = { size: 0, etag: '', crc64: '0', lastModified, headers: {}, deleteMarker: true } as const;
    const marker: StoredObject = { key, ...facts, ...place, path };
    const replaced = this.#replacedBy(bucket, marker);
    const current = this.objects(bucket).get(key);
    this.#files.writeMeta(bucket, marker);
    if (current && current !== replaced) this.#setAside(bucket, current);
    this.#put(bucket, marker, replaced);
    return marker;
  }

  #open(name: string): OpenBucket {
    const open = this.#buckets.get(name);
    if (open === undefined) throw new Error(`bucket ${name} is not open: look it up with bucket() first`);
    return open;
  }

  #placeFor(name: string, key: string, newId: string): Place {
    const { bucket, index } = this.#open(name);
    const path = index.current.get(key)?.path ?? freePathFor(this.#files.bucketRoot(name), key);
    if (bucket.versioning === undefined) return { path };
    return { path, versionId: bucket.versioning === 'Enabled' ? newId : NULL_VERSION, order: index.nextOrder(key) };
  }

  /** The version whose id the new one takes over, which is only ever `null`. */
  #replacedBy(bucket: string, object: StoredObject): StoredObject | undefined {
    return this.index(bucket).version(object.key, versionIdOf(object));
  }

  #setAside(bucket: string, object: StoredObject): void {
    this.index(bucket).put(this.#files.move(bucket, object, `${object.path}%version-${object.order ?? 0}`));
  }

  /** A version that became the current one comes to where a person looks for it. */
  #bringBack(bucket: string, index: BucketIndex, key: string): void {
    const current = index.current.get(key);
    if (current === undefined || !isAside(current)) return;
    index.put(this.#files.move(bucket, current, freePathFor(this.#files.bucketRoot(bucket), key)));
  }

  #put(bucket: string, object: StoredObject, replaced: StoredObject | undefined): void {
    this.index(bucket).put(object);
    if (replaced && replaced.path !== object.path) this.#files.remove(bucket, replaced);
  }

  #load(bucket: string): BucketIndex {
    const index = new BucketIndex();
    for (const object of this.#files.load(bucket)) {
      const twin = index.version(object.key, versionIdOf(object));
      // A kill may have left the replaced `null` version beside the one that replaced it.
      const [older, newer] = (twin?.order ?? 0) > (object.order ?? 0) ? [object, twin] : [twin, object];
      if (newer) index.put(newer);
      if (older) this.#files.remove(bucket, older);
    }
    for (const key of index.current.keysFrom('')) this.#bringBack(bucket, index, key);
    return index;
  }
}

const isAside = ({ path }: StoredObject): boolean => /%version-\d+$/.test(path);

function samePlace(a: Place, b: Place): boolean {
  return a.path === b.path && a.versionId === b.versionId && a.order === b.order;
}

/** As opaque as the service's, and as long. */
function newVersionId(): string {
  return `CAEQ${randomBytes(45).toString('base64url')}`;
}

/** No MD5 of the content; the service's end in these zeros, too. */
function appendedEtag(before: string, md5: Buffer): string {
  return `"${createHash('md5').update(before).update(md5).digest('hex').slice(0, 24).toUpperCase()}00000000"`;
}
