/** The files of a store: where they lie, how they change so that a kill at any moment leaves old or new.
 *
 *  <dir>/<bucket>/<key>                 the body of a current object, plain, where a person can look
 *  <dir>/<bucket>/<key>%version-<n>     beside it, the body of an earlier version
 *  <dir>/.meta/buckets/<bucket>.json    the bucket
 *  <dir>/.meta/objects/<bucket>/<path>%meta.json   headers and checksums of the body at <path>; of a delete marker, all there is
 *  <dir>/.meta/uploads/<id>/            a multipart upload and its parts: see upload-store.ts
 *  <dir>/.meta/pending/<id>.body .json  objects not yet stored
 *
 *  Metadata without a body is nobody's, and so is a body without metadata. So a body is moved by placing its new metadata,
 *  renaming it (which decides), and removing its old metadata. */
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { StoredBucket, StoredObject } from './stored-object.ts';

/** What a metadata file holds. */
export interface ObjectFile {
  readonly bucket: string;
  readonly object: StoredObject;
}

/** Paths and renames; knows nothing of what is stored. */
export class ObjectFiles {
  readonly #dir: string;

  /** Makes the folders, and finishes or discards what a killed process left pending. */
  constructor(dir: string) {
    this.#dir = dir;
    for (const folder of ['buckets', 'objects', 'pending']) mkdirSync(join(dir, '.meta', folder), { recursive: true });
    this.#recover();
  }

  /** A name for something on its way. `.body` is thrown away after a kill, `.json` is taken for metadata whose body is in place. */
  pending(extension: 'body' | 'json' | 'other'): string {
    return join(this.#dir, '.meta', 'pending', `${randomUUID()}.${extension}`);
  }

  bucketRoot(bucket: string): string {
    return join(this.#dir, bucket);
  }

  bodyPath(bucket: string, { path }: StoredObject): string {
    return join(this.#dir, bucket, path);
  }

  buckets(): StoredBucket[] {
    const folder = join(this.#dir, '.meta', 'buckets');
    return readdirSync(folder).map((file) => readJson<StoredBucket>(join(folder, file)));
  }

  writeBucket(bucket: StoredBucket): void {
    mkdirSync(this.bucketRoot(bucket.name), { recursive: true });
    const file = this.pending('other');
    writeFileSync(file, JSON.stringify(bucket));
    renameSync(file, join(this.#dir, '.meta', 'buckets', `${bucket.name}.json`));
  }

  removeBucket(name: string): void {
    rmSync(join(this.#dir, '.meta', 'buckets', `${name}.json`), { force: true });
    rmSync(join(this.#dir, '.meta', 'objects', name), { recursive: true, force: true });
    rmSync(this.bucketRoot(name), { recursive: true, force: true });
  }

  /** Puts metadata that was written ahead in place. */
  placeMeta(pending: string, bucket: string, object: StoredObject): void {
    const path = this.#metaPath(bucket, object);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(pending, path);
  }

  /** Writes metadata whose body is in place, or comes there next. */
  writeMeta(bucket: string, object: StoredObject): void {
    const pending = this.pending('other');
    writeFileSync(pending, JSON.stringify({ bucket, object } satisfies ObjectFile));
    this.placeMeta(pending, bucket, object);
  }

  /** Puts a received body in place. */
  placeBody(file: string, bucket: string, object: StoredObject): void {
    const path = this.bodyPath(bucket, object);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(file, path);
  }

  /** Moves an object to another path, which must be free. */
  move(bucket: string, object: StoredObject, path: string): StoredObject {
    const moved = { ...object, path };
    this.writeMeta(bucket, moved);
    this.placeBody(this.bodyPath(bucket, object), bucket, moved);
    rmSync(this.#metaPath(bucket, object), { force: true });
    this.#removeEmptyFolders(bucket, object);
    return moved;
  }

  remove(bucket: string, object: StoredObject): void {
    // Metadata first: a kill between the two leaves the object gone.
    rmSync(this.#metaPath(bucket, object), { force: true });
    // A delete marker has no body, and an object may lie where its folder would be.
    if (!object.deleteMarker) rmSync(this.bodyPath(bucket, object), { force: true });
    this.#removeEmptyFolders(bucket, object);
  }

  /** All that is stored in a bucket, in no order. */
  *load(bucket: string): Generator<StoredObject> {
    const root = join(this.#dir, '.meta', 'objects', bucket);
    if (!existsSync(root)) return;
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const { object } = readJson<ObjectFile>(join(entry.parentPath, entry.name));
      const body = this.bodyPath(bucket, object);
      if (!object.deleteMarker && !existsSync(body)) continue;
      // An append that was killed before its metadata left bytes that belong to nobody.
      if (object.type === 'Appendable' && statSync(body).size > object.size) truncateSync(body, object.size);
      yield object;
    }
  }

  #metaPath(bucket: string, { path }: StoredObject): string {
    return join(this.#dir, '.meta', 'objects', bucket, `${path}%meta.json`);
  }

  #removeEmptyFolders(bucket: string, { path }: StoredObject): void {
    removeEmptyFolders(this.bucketRoot(bucket), dirname(path));
    removeEmptyFolders(join(this.#dir, '.meta', 'objects', bucket), dirname(path));
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
        this.placeMeta(path, bucket, object);
      } else {
        rmSync(path);
      }
    }
  }
}

/** Only files that were written whole and renamed into place are read so. */
function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function removeEmptyFolders(root: string, relative: string): void {
  for (let folder = relative; folder !== '.'; folder = dirname(folder)) {
    const path = join(root, folder);
    if (!existsSync(path)) continue;
    if (!statSync(path).isDirectory() || readdirSync(path).length > 0) return;
    rmdirSync(path);
  }
}
