/** Buckets and objects on disk.
 *
 *  <dir>/<bucket>/<key>                 the body, plain, where a person can look
 *  <dir>/.meta/buckets/<bucket>.json    the bucket
 *  <dir>/.meta/objects/<bucket>/<key>%meta.json   headers and checksums of one object
 *  <dir>/.meta/pending/<id>.body .json  objects not yet stored
 *
 *  Storing an object ends in two renames. The first, of the body, decides: whoever is killed after it finds the metadata
 *  still pending at the next start and puts it in place; whoever is killed before it has changed nothing.
 *  Both renames and the index change in one turn of the event loop, so readers see old or new and nothing between. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ReceivedBody, receiveBody } from './incoming-body.ts';
import { KeyIndex } from './key-index.ts';
import { freePathFor } from './key-path.ts';

/** A bucket, as its file holds it. */
export interface StoredBucket {
  readonly name: string;
  readonly region: string;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** An object, as its metadata file holds it. */
export interface StoredObject {
  readonly key: string;
  /** Path of the body below the bucket's folder. */
  readonly path: string;
  readonly size: number;
  /** MD5 in upper-case hexadecimal, in quotes. */
  readonly etag: string;
  readonly crc64: string;
  /** Epoch ms. */
  readonly lastModified: number;
  /** Headers to give back on GET and HEAD, lower-case names, one character a byte. */
  readonly headers: Readonly<Record<string, string>>;
}

interface OpenBucket {
  readonly bucket: StoredBucket;
  readonly objects: KeyIndex<StoredObject>;
}

/** What a metadata file holds. */
interface ObjectFile {
  readonly bucket: string;
  readonly object: StoredObject;
}

/** Not to be opened twice on the same folder at a time. */
export class ObjectStore {
  readonly #dir: string;
  readonly #buckets = new Map<string, OpenBucket>();

  /** Opens the store in `dir`, made when missing, and finishes or discards what a killed process left pending. */
  constructor(dir: string) {
    this.#dir = dir;
    for (const folder of ['buckets', 'objects', 'pending']) mkdirSync(join(dir, '.meta', folder), { recursive: true });
    this.#recover();
    for (const file of readdirSync(join(dir, '.meta', 'buckets'))) {
      const bucket = readJson<StoredBucket>(join(dir, '.meta', 'buckets', file));
      this.#buckets.set(bucket.name, { bucket, objects: this.#load(bucket.name) });
    }
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
    mkdirSync(join(this.#dir, bucket.name), { recursive: true });
    const file = join(this.#dir, '.meta', 'pending', `${randomUUID()}.bucket`);
    writeFileSync(file, JSON.stringify(bucket));
    renameSync(file, join(this.#dir, '.meta', 'buckets', `${bucket.name}.json`));
    this.#buckets.set(bucket.name, { bucket, objects: new KeyIndex() });
  }

  /** Removes a bucket. The caller has seen that it is empty. */
  removeBucket(name: string): void {
    rmSync(join(this.#dir, '.meta', 'buckets', `${name}.json`), { force: true });
    rmSync(join(this.#dir, '.meta', 'objects', name), { recursive: true, force: true });
    rmSync(join(this.#dir, name), { recursive: true, force: true });
    this.#buckets.delete(name);
  }

  objects(bucket: string): KeyIndex<StoredObject> {
    return this.#open(bucket).objects;
  }

  /** Takes a body in, beside the objects, not yet one of them. */
  receive(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ReceivedBody> {
    return receiveBody(body, join(this.#dir, '.meta', 'pending', `${randomUUID()}.body`), maxBytes);
  }

  /** Makes a received body the object `key`. `mayCommit` is asked in the same turn as the change: it throws to refuse. */
  async commit(
    bucket: string,
    key: string,
    body: ReceivedBody,
    properties: Pick<StoredObject, 'headers' | 'lastModified'>,
    mayCommit: () => void,
  ): Promise<StoredObject> {
    const pending = body.file.replace(/\.body$/, '.json');
    const etag = `"${body.md5.toString('hex').toUpperCase()}"`;
    try {
      for (;;) {
        mayCommit();
        const path = this.#pathFor(bucket, key);
        const object: StoredObject = { key, path, size: body.size, etag, crc64: body.crc64, ...properties };
        await writeFile(pending, JSON.stringify({ bucket, object } satisfies ObjectFile));
        mayCommit();
        // Another key may have taken the path meanwhile: then what was written ahead is wrong.
        if (this.#pathFor(bucket, key) !== path) continue;
        const bodyPath = join(this.#dir, bucket, path);
        mkdirSync(dirname(bodyPath), { recursive: true });
        renameSync(body.file, bodyPath);
        this.#placeMeta(pending, bucket, object);
        this.objects(bucket).set(key, object);
        return object;
      }
    } catch (thrown) {
      rmSync(pending, { force: true });
      this.discard(body);
      throw thrown;
    }
  }

  /** Throws a received body away. */
  discard(body: ReceivedBody): void {
    rmSync(body.file, { force: true });
  }

  /** A file descriptor on the body, the caller's to close.
   *  @throws Error when somebody removed or changed the file by hand */
  openBody(bucket: string, object: StoredObject): number {
    const path = join(this.#dir, bucket, object.path);
    const fd = openSync(path, 'r');
    const { size } = fstatSync(fd);
    if (size === object.size) return fd;
    closeSync(fd);
    throw new Error(
      `${path} has ${size} bytes, ${object.size} were stored: it was changed by hand; put the object again`,
    );
  }

  remove(bucket: string, key: string): void {
    const object = this.objects(bucket).get(key);
    if (object === undefined) return;
    // Metadata first: a body without metadata is no object, so a kill between the two leaves the object gone.
    rmSync(this.#metaPath(bucket, object), { force: true });
    rmSync(join(this.#dir, bucket, object.path), { force: true });
    this.objects(bucket).delete(key);
    removeEmptyFolders(join(this.#dir, bucket), dirname(object.path));
    removeEmptyFolders(join(this.#dir, '.meta', 'objects', bucket), dirname(object.path));
  }

  #open(name: string): OpenBucket {
    const open = this.#buckets.get(name);
    if (open === undefined) throw new Error(`bucket ${name} is not open: look it up with bucket() first`);
    return open;
  }

  #pathFor(bucket: string, key: string): string {
    return this.objects(bucket).get(key)?.path ?? freePathFor(join(this.#dir, bucket), key);
  }

  #metaPath(bucket: string, object: StoredObject): string {
    return join(this.#dir, '.meta', 'objects', bucket, `${object.path}%meta.json`);
  }

  #placeMeta(pending: string, bucket: string, object: StoredObject): void {
    const path = this.#metaPath(bucket, object);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(pending, path);
  }

  #recover(): void {
    const folder = join(this.#dir, '.meta', 'pending');
    const files = readdirSync(folder);
    for (const body of files.filter((file) => file.endsWith('.body'))) {
      // The metadata goes first: without its body it would look like a stored object's.
      rmSync(join(folder, body.replace(/\.body$/, '.json')), { force: true });
      rmSync(join(folder, body));
    }
    for (const file of readdirSync(folder)) {
      const path = join(folder, file);
      if (file.endsWith('.json')) {
        const { bucket, object } = readJson<ObjectFile>(path);
        this.#placeMeta(path, bucket, object);
      } else {
        rmSync(path);
      }
    }
  }

  #load(bucket: string): KeyIndex<StoredObject> {
    const root = join(this.#dir, '.meta', 'objects', bucket);
    const index = new KeyIndex<StoredObject>();
    if (!existsSync(root)) return index;
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const { object } = readJson<ObjectFile>(join(entry.parentPath, entry.name));
      if (existsSync(join(this.#dir, bucket, object.path))) index.set(object.key, object);
    }
    return index;
  }
}

/** Only files that this class wrote whole and renamed into place are read so. */
function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function removeEmptyFolders(root: string, relative: string): void {
  for (let folder = relative; folder !== '.'; folder = dirname(folder)) {
    const path = join(root, folder);
    if (!existsSync(path)) continue;
    if (readdirSync(path).length > 0) return;
    rmdirSync(path);
  }
}
