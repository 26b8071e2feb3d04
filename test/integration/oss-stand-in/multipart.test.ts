import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crc64 } from '../../../shared/crc64.ts';
import { BOTH_VERSIONS, BUCKET, clientOf, partFile, type Started, start } from './fixture.ts';

let started: Started;
beforeAll(async () => {
  started = await start();
});
afterAll(() => started.stop());

const PART_BYTES = 100 * 1024;
const CONTENT = Buffer.from(Array.from({ length: 2 * PART_BYTES + 3 }, (_, i) => (i * 7) % 251));
const crc64Of = (bytes: Buffer) => new Crc64().update(bytes).digest().toString();

type Part = { number: number; etag: string };

describe.each(BOTH_VERSIONS)('ali-oss, signature $version', ({ version, authorizationV4 }) => {
  let client: OSS;
  let file: string;
  beforeAll(() => {
    client = clientOf(started.oss, { authorizationV4 });
    file = partFile(started, CONTENT);
  });
  const key = (name: string) => `${version}/${name}`;

  async function bring(name: string, uploadId: string, number: number, from: number, to: number): Promise<Part> {
    const { etag, res } = (await client.uploadPart(name, uploadId, number, file, from, to)) as OSS.UploadPartResult & {
      etag: string;
    };
    const bytes = CONTENT.subarray(from, to);
    expect(etag).toBe(`"${createHash('md5').update(bytes).digest('hex').toUpperCase()}"`);
    expect((res as { headers: object }).headers).toMatchObject({ 'x-oss-hash-crc64ecma': crc64Of(bytes) });
    return { number, etag };
  }

  async function begin(name: string, options: OSS.InitMultipartUploadOptions = {}): Promise<string> {
    const answer = await client.initMultipartUpload(name, options);
    expect(answer).toMatchObject({ bucket: BUCKET, name });
    return answer.uploadId;
  }

  const bringAll = async (name: string, uploadId: string): Promise<Part[]> => [
    await bring(name, uploadId, 1, 0, PART_BYTES),
    await bring(name, uploadId, 2, PART_BYTES, 2 * PART_BYTES),
    await bring(name, uploadId, 9, 2 * PART_BYTES, CONTENT.length),
  ];

  it('makes one object of the parts, with the headers of the beginning', async () => {
    const name = key('whole é+&');
    const uploadId = await begin(name, { mime: 'text/x-parts', meta: { a: 'b' } } as object);
    const parts = await bringAll(name, uploadId);
    await expect(client.head(name)).rejects.toMatchObject({ status: 404 });
    const completed = await client.completeMultipartUpload(name, uploadId, [...parts].reverse());
    const md5 = createHash('md5');
    for (const { etag } of parts) md5.update(Buffer.from(etag.replaceAll('"', ''), 'hex'));
    expect((completed.res as { headers: object }).headers).toMatchObject({
      etag: `"${md5.digest('hex').toUpperCase()}-3"`,
      'x-oss-hash-crc64ecma': crc64Of(CONTENT),
    });
    const got = await client.get(name);
    expect((got.content as Buffer).equals(CONTENT)).toBe(true);
    expect(got.res.headers).toMatchObject({
      'content-type': 'text/x-parts',
      'x-oss-meta-a': 'b',
      'x-oss-object-type': 'Multipart',
      'x-oss-hash-crc64ecma': crc64Of(CONTENT),
    });
    expect(got.res.headers).not.toHaveProperty('content-md5');
    await expect(client.completeMultipartUpload(name, uploadId, parts)).rejects.toMatchObject({
      status: 404,
      code: 'NoSuchUpload',
    });
    expect(existsSync(join(started.dir, '.meta/uploads', uploadId))).toBe(false);
  });

  it('is driven by the client as a whole', async () => {
    const large = Buffer.alloc(1_300_000, 'spillway ');
    const name = key('driven');
    await client.multipartUpload(name, partFile(started, large), { parallel: 3, partSize: 256 * 1024 });
    expect(((await client.get(name)).content as Buffer).equals(large)).toBe(true);
    const copy = (await (
      client as unknown as {
        multipartUploadCopy(name: string, source: object, options: object): Promise<OSS.MultipartUploadResult>;
      }
    ).multipartUploadCopy(key('copied'), { sourceKey: name, sourceBucketName: BUCKET }, { partSize: 300 * 1024 })) as {
      res: { headers?: object };
    };
    expect(copy.res.headers).toMatchObject({ 'x-oss-hash-crc64ecma': crc64Of(large) });
    expect(((await client.get(key('copied'))).content as Buffer).equals(large)).toBe(true);
  });

  it('refuses what does not fit, keeps the parts, and takes them when all is well', async () => {
    const name = key('refused');
    const uploadId = await begin(name);
    const parts = await bringAll(name, uploadId);
    const [one, two, nine] = parts as [Part, Part, Part];
    const small = await bring(name, uploadId, 3, 0, PART_BYTES - 1);
    const complete = (...named: Part[]) => client.completeMultipartUpload(name, uploadId, named);
    await expect(complete(one, { number: 2, etag: 'Wrong' })).rejects.toMatchObject({
      status: 400,
      code: 'InvalidPart',
    });
    await expect(complete(one, { number: 4, etag: two.etag })).rejects.toMatchObject({ code: 'InvalidPart' });
    await expect(complete(one, two, small, nine)).rejects.toMatchObject({ status: 400, code: 'EntityTooSmall' });
    // An empty list of parts.
    await expect(complete()).rejects.toMatchObject({ status: 400, code: 'MalformedXML' });
    await expect(client.head(name)).rejects.toMatchObject({ status: 404 });
    await expect(bring(name, uploadId, 10_001, 0, 1)).rejects.toMatchObject({ status: 400, code: 'InvalidArgument' });
    await expect(bring(name, 'NOSUCH', 1, 0, 1)).rejects.toMatchObject({ status: 404, code: 'NoSuchUpload' });
    await complete(...parts);
    expect(((await client.get(name)).content as Buffer).equals(CONTENT)).toBe(true);
  });

  it('may not overwrite where that is forbidden, at its beginning and at its end', async () => {
    const name = key('forbidden');
    const headers = { 'x-oss-forbid-overwrite': 'true' };
    const uploadId = await begin(name, { headers });
    const part = await bring(name, uploadId, 1, 0, 5);
    await client.put(name, Buffer.from('faster'));
    await expect(
      client.completeMultipartUpload(name, uploadId, [part], { headers } as OSS.CompleteMultipartUploadOptions),
    ).rejects.toMatchObject({ status: 409, code: 'FileAlreadyExists' });
    await expect(begin(name, { headers })).rejects.toMatchObject({ code: 'FileAlreadyExists' });
    expect((await client.get(name)).content.toString()).toBe('faster');
    await client.abortMultipartUpload(name, uploadId);
  });

  it('gives an upload up, with its parts', async () => {
    const name = key('aborted');
    const uploadId = await begin(name);
    const part = await bring(name, uploadId, 1, 0, 5);
    await expect(client.deleteBucket(BUCKET)).rejects.toMatchObject({ code: 'BucketNotEmpty' });
    expect(
      ((await client.abortMultipartUpload(name, uploadId)) as unknown as { res: { status: number } }).res.status,
    ).toBe(204);
    for (const late of [
      () => client.abortMultipartUpload(name, uploadId),
      () => bring(name, uploadId, 2, 0, 5),
      () => client.listParts(name, uploadId, {} as OSS.ListPartsQuery, {}),
      () => client.completeMultipartUpload(name, uploadId, [part]),
    ]) {
      await expect(late()).rejects.toMatchObject({ status: 404, code: 'NoSuchUpload' });
    }
    expect(existsSync(join(started.dir, '.meta/uploads', uploadId))).toBe(false);
  });

  it('lists parts and uploads, in pages', async () => {
    const name = key('list/a');
    const uploadIds = [await begin(name), await begin(name)].sort();
    const [first = '', second = ''] = uploadIds;
    const other = await begin(key('list/b/c'));
    await bringAll(name, first);
    const parts = await client.listParts(name, first, { 'max-parts': 2 } as unknown as OSS.ListPartsQuery, {});
    expect(parts).toMatchObject({
      uploadId: first,
      bucket: BUCKET,
      name,
      isTruncated: 'true',
      nextPartNumberMarker: '2',
    });
    expect(parts.parts).toMatchObject([
      { PartNumber: '1', Size: String(PART_BYTES), HashCrc64ecma: crc64Of(CONTENT.subarray(0, PART_BYTES)) },
      { PartNumber: '2', ETag: expect.stringMatching(/^"[0-9A-F]{32}"$/), LastModified: expect.stringMatching(/Z$/) },
    ]);
    const rest = await client.listParts(
      name,
      first,
      { 'part-number-marker': '2' } as unknown as OSS.ListPartsQuery,
      {},
    );
    expect(rest).toMatchObject({ isTruncated: 'false', parts: { PartNumber: '9', Size: '3' } });

    const uploads = async (query: object) => {
      const answer = await client.listUploads({ prefix: key('list/'), ...query } as OSS.ListUploadsQuery, {});
      return { ...answer, ids: answer.uploads.map((upload: { uploadId: string }) => upload.uploadId) };
    };
    expect((await uploads({})).ids).toEqual([...uploadIds, other]);
    const page = await uploads({ 'max-uploads': 1 });
    expect(page).toMatchObject({ ids: [first], isTruncated: true, nextKeyMarker: name, nextUploadIdMarker: first });
    const more = { 'key-marker': name, 'upload-id-marker': first };
    expect((await uploads(more)).ids).toEqual([second, other]);
    expect((await uploads({ 'key-marker': name })).ids).toEqual([other]);
    expect((await uploads({ delimiter: '/' })).ids).toEqual(uploadIds);
    for (const uploadId of uploadIds) await client.abortMultipartUpload(name, uploadId);
    await client.abortMultipartUpload(key('list/b/c'), other);
  });
});

it('goes on with an upload after a restart', async () => {
  const first = await start();
  const file = partFile(first, CONTENT);
  const before = clientOf(first.oss);
  const { uploadId } = await before.initMultipartUpload('kept', { mime: 'text/x-kept' });
  const one = (await before.uploadPart('kept', uploadId, 1, file, 0, PART_BYTES)) as unknown as Part;
  await first.oss.close();
  const second = await start({ dir: first.dir, buckets: [] });
  try {
    const after = clientOf(second.oss);
    const two = (await after.uploadPart('kept', uploadId, 2, file, PART_BYTES, CONTENT.length)) as unknown as Part;
    await after.completeMultipartUpload('kept', uploadId, [
      { ...one, number: 1 },
      { ...two, number: 2 },
    ]);
    const { content, res } = await after.get('kept');
    expect([(content as Buffer).equals(CONTENT), res.headers]).toMatchObject([true, { 'content-type': 'text/x-kept' }]);
    expect(readdirSync(join(first.dir, '.meta/uploads'))).toEqual([]);
  } finally {
    await second.stop();
    await first.stop();
  }
});

it('leaves the object as it was when the completion is lost before it is done', async () => {
  const client = clientOf(started.oss);
  await client.put('lost', Buffer.from('old'));
  const { uploadId } = await client.initMultipartUpload('lost');
  const file = partFile(started, CONTENT);
  const part = (await client.uploadPart('lost', uploadId, 1, file, 0, CONTENT.length)) as unknown as Part;
  const complete = () => client.completeMultipartUpload('lost', uploadId, [{ number: 1, etag: part.etag }]);
  started.oss.setFault({ kind: 'drop-before-write', method: 'POST' });
  await expect(complete()).rejects.toMatchObject({ status: -1 });
  expect((await client.get('lost')).content.toString()).toBe('old');
  const tries = await Promise.allSettled([complete(), complete(), complete()]);
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of tries) {
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  }
  expect(((await client.get('lost')).content as Buffer).equals(CONTENT)).toBe(true);
});
