import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseParts } from '../../../../../infra/local/oss/complete-upload.ts';
import { receiveBody } from '../../../../../infra/local/oss/incoming-body.ts';
import { type StoredPart, type StoredUpload, UploadStore } from '../../../../../infra/local/oss/upload-store.ts';

let dir: string;
let store: UploadStore;
let received = 0;

const create = (key = 'k') => store.create({ bucket: 'bkt', key, headers: { 'content-type': 'a/b' }, initiatedAt: 7 });

async function addPart(upload: StoredUpload, number: number, text: string, at = 1000): Promise<StoredPart> {
  async function* bytes() {
    yield Buffer.from(text);
  }
  return store.addPart(upload, number, await receiveBody(bytes(), join(dir, `${received++}.body`), 1000), at);
}

const contents = (upload: StoredUpload) =>
  store.parts(upload).map(({ number, file }) => `${number}:${readFileSync(file, 'utf8')}`);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spillway-oss-'));
  store = new UploadStore(dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('UploadStore', () => {
  it('keeps uploads and their parts over a restart', async () => {
    const upload = create();
    await addPart(upload, 10, 'ten');
    const part = await addPart(upload, 2, 'two');
    store = new UploadStore(dir);
    const found = store.find('bkt', 'k', upload.uploadId);
    expect(found).toEqual(upload);
    expect(contents(upload)).toEqual(['2:two', '10:ten']);
    expect(store.parts(upload)[0]).toEqual(part);
    expect(part).toMatchObject({ size: 3, etag: '"B8A9F715DBB64FD5C56E7783C6820A61"', lastModified: 1000 });
  });

  it('replaces a part of the same number, also when it is brought the same again', async () => {
    const upload = create();
    await addPart(upload, 1, 'old');
    await addPart(upload, 1, 'new');
    await addPart(upload, 1, 'new');
    expect(contents(upload)).toEqual(['1:new']);
    expect(readdirSync(join(dir, '.meta/uploads', upload.uploadId))).toHaveLength(2);
  });

  it('keeps the later of two parts that a kill left with one number', async () => {
    const upload = create();
    const older = await addPart(upload, 1, 'old', 1000);
    await addPart(upload, 1, 'new', 2000);
    writeFileSync(older.file, 'old');
    store = new UploadStore(dir);
    expect(contents(upload)).toEqual(['1:new']);
    expect(existsSync(older.file)).toBe(false);
  });

  it('finds an upload under its own bucket and key only', () => {
    const { uploadId } = create();
    expect(store.find('bkt', 'other', uploadId)).toBeUndefined();
    expect(store.find('other', 'k', uploadId)).toBeUndefined();
    expect(store.find('bkt', 'k', '../..')).toBeUndefined();
    expect(store.ofBucket('bkt').map((upload) => upload.uploadId)).toEqual([uploadId]);
    expect(store.ofBucket('other')).toEqual([]);
  });

  it('removes an upload with its parts, and at the next start what a kill left of one', async () => {
    const upload = create();
    await addPart(upload, 1, 'x');
    store.remove(upload);
    expect(store.parts(upload)).toEqual([]);
    mkdirSync(join(dir, '.meta/uploads/HALF'));
    writeFileSync(join(dir, '.meta/uploads/HALF/pending'), '{');
    store = new UploadStore(dir);
    expect(readdirSync(join(dir, '.meta/uploads'))).toEqual([]);
  });
});

describe('chooseParts', () => {
  const part = (number: number, size: number): StoredPart => ({
    ...{ number, size, crc64: '0', lastModified: 0, file: '' },
    etag: `"${String(number).repeat(32).slice(0, 32)}"`,
  });
  const stored = [part(1, 102_400), part(2, 102_399), part(5, 102_400), part(7, 1)];
  const name = (...numbers: number[]) =>
    numbers.map((number) => ({ number, etag: String(number).repeat(32).slice(0, 32) }));

  it('takes the named ones, small only at the end, gaps allowed, quotes or none', () => {
    expect(chooseParts(name(1, 5, 7), stored).map(({ number }) => number)).toEqual([1, 5, 7]);
    expect(chooseParts(name(2), stored)).toHaveLength(1);
    expect(chooseParts([{ number: 1, etag: ` "${'1'.repeat(32)}" ` }], stored)).toHaveLength(1);
  });

  it.each([
    ['InvalidPartOrder', name(5, 1)],
    ['InvalidPartOrder', name(1, 1)],
    ['InvalidPart', name(1, 3)],
    ['InvalidPart', [{ number: 1, etag: 'F'.repeat(32) }]],
    ['EntityTooSmall', name(1, 2, 5)],
  ])('refuses with %s', (code, named) => {
    expect(() => chooseParts(named, stored)).toThrow(expect.objectContaining({ status: 400, code }));
  });
});
