/** Multipart uploads on disk, until they are completed or aborted.
 *
 *  <dir>/.meta/uploads/<upload id>/upload.json                        what the object will be
 *  <dir>/.meta/uploads/<upload id>/<number>-<md5>-<crc64>-<time>.part  one part; its name tells all there is to know of it
 *
 *  A part is in place by one rename, so a kill leaves whole parts only. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReceivedBody } from './incoming-body.ts';

/** An upload, as its file holds it. */
export interface StoredUpload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  /** Epoch ms. */
  readonly initiatedAt: number;
  /** Those of the object to be. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One part of an upload. */
export interface StoredPart {
  readonly number: number;
  readonly size: number;
  /** MD5 in upper-case hexadecimal, in quotes. */
  readonly etag: string;
  readonly crc64: string;
  /** Epoch ms. */
  readonly lastModified: number;
  /** Where it lies. */
  readonly file: string;
}

interface OpenUpload {
  readonly upload: StoredUpload;
  readonly parts: Map<number, StoredPart>;
}

const PART = /^(\d+)-([0-9A-F]{32})-(\d+)-(\d+)\.part$/;

/** Not to be opened twice on the same folder at a time. */
export class UploadStore {
  readonly #dir: string;
  readonly #uploads = new Map<string, OpenUpload>();

  /** Opens what lies in `dir`, made when missing. */
  constructor(dir: string) {
    this.#dir = join(dir, '.meta', 'uploads');
    mkdirSync(this.#dir, { recursive: true });
    for (const uploadId of readdirSync(this.#dir)) this.#load(uploadId);
  }

  create(order: Omit<StoredUpload, 'uploadId'>): StoredUpload {
    const upload = { uploadId: randomBytes(16).toString('hex').toUpperCase(), ...order };
    const folder = this.#folder(upload);
    mkdirSync(folder);
    writeFileSync(join(folder, 'pending'), JSON.stringify(upload));
    renameSync(join(folder, 'pending'), join(folder, 'upload.json'));
    this.#uploads.set(upload.uploadId, { upload, parts: new Map() });
    return upload;
  }

  /** The upload of that id, where it is of that key. */
  find(bucket: string, key: string, uploadId: string): StoredUpload | undefined {
    const upload = this.#uploads.get(uploadId)?.upload;
    return upload?.bucket === bucket && upload.key === key ? upload : undefined;
  }

  /** Uploads to a bucket, in no order. */
  ofBucket(bucket: string): StoredUpload[] {
    return [...this.#uploads.values()].map(({ upload }) => upload).filter((upload) => upload.bucket === bucket);
  }

  /** Parts by number, ascending. */
  parts({ uploadId }: StoredUpload): StoredPart[] {
    return [...(this.#uploads.get(uploadId)?.parts.values() ?? [])].sort((a, b) => a.number - b.number);
  }

  /** Makes a received body a part, in the place of one of that number. The upload must still be there: see `find`. */
  addPart(upload: StoredUpload, number: number, body: ReceivedBody, lastModified: number): StoredPart {
    const { size, crc64 } = body;
    const md5 = body.md5.toString('hex').toUpperCase();
    const file = join(this.#folder(upload), `${number}-${md5}-${crc64}-${lastModified}.part`);
    const part = { number, size, etag: `"${md5}"`, crc64, lastModified, file };
    renameSync(body.file, file);
    this.#add(upload.uploadId, part);
    return part;
  }

  /** Removes an upload with its parts. */
  remove(upload: StoredUpload): void {
    const folder = this.#folder(upload);
    // Without it the folder is no upload: a kill halfway leaves none.
    rmSync(join(folder, 'upload.json'), { force: true });
    rmSync(folder, { recursive: true, force: true });
    this.#uploads.delete(upload.uploadId);
  }

  #folder({ uploadId }: Pick<StoredUpload, 'uploadId'>): string {
    return join(this.#dir, uploadId);
  }

  #add(uploadId: string, part: StoredPart): void {
    const parts = this.#uploads.get(uploadId)?.parts;
    const replaced = parts?.get(part.number);
    parts?.set(part.number, part);
    if (replaced && replaced.file !== part.file) rmSync(replaced.file, { force: true });
  }

  #load(uploadId: string): void {
    const folder = this.#folder({ uploadId });
    const description = join(folder, 'upload.json');
    if (!existsSync(description)) {
      rmSync(folder, { recursive: true });
      return;
    }
    const upload = JSON.parse(readFileSync(description, 'utf8')) as StoredUpload;
    this.#uploads.set(uploadId, { upload, parts: new Map() });
    const parts = readdirSync(folder).flatMap((name) => partOf(folder, name));
    // Of two with one number, as a kill may leave them, the later stays.
    for (const part of parts.sort((a, b) => a.lastModified - b.lastModified)) this.#add(uploadId, part);
  }
}

function partOf(folder: string, name: string): StoredPart[] {
  const [, number, md5, crc64 = '', time] = PART.exec(name) ?? [];
  if (number === undefined) return [];
  const file = join(folder, name);
  const { size } = statSync(file);
  return [{ number: Number(number), size, etag: `"${md5}"`, crc64, lastModified: Number(time), file }];
}
