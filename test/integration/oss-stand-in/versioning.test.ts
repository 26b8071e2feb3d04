import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type OSS from 'ali-oss';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BOTH_VERSIONS, BUCKET, clientOf, partFile, type Started, start } from './fixture.ts';

interface Version {
  readonly name: string;
  readonly versionId: string;
  readonly isLatest?: boolean;
}

/** What the package's types leave out or get wrong. */
interface Versioned {
  putBucketVersioning(bucket: string, status: 'Enabled' | 'Suspended'): Promise<unknown>;
  getBucketVersioning(bucket: string): Promise<{ readonly versionStatus?: string }>;
  listObjectVersions(query: object): Promise<{
    readonly objects: readonly Version[];
    readonly deleteMarker: readonly Version[];
    readonly prefixes: readonly string[] | null;
    readonly nextKeyMarker: string | null;
    readonly nextVersionIdMarker: string | null;
    readonly isTruncated: boolean;
  }>;
  getObjectMeta(name: string, options: object): Promise<{ res: OSS.NormalSuccessResponse }>;
}

let started: Started;
beforeEach(async () => {
  started = await start();
});
afterEach(() => started.stop());

describe.each(BOTH_VERSIONS)('ali-oss, signature $version', ({ authorizationV4 }) => {
  let client: OSS & Versioned;
  beforeEach(() => {
    client = clientOf(started.oss, { authorizationV4 }) as OSS & Versioned;
  });

  const header = (answer: { res: unknown }, name: string) =>
    (answer.res as { headers: Record<string, string> }).headers[name];
  const put = async (name: string, text: string) =>
    header(await client.put(name, Buffer.from(text)), 'x-oss-version-id') ?? '';
  const get = async (name: string, versionId?: string) =>
    (await client.get(name, versionId === undefined ? {} : { versionId })).content.toString();
  const enable = () => client.putBucketVersioning(BUCKET, 'Enabled');

  it('is told by the bucket', async () => {
    expect((await client.getBucketVersioning(BUCKET)).versionStatus).toBeUndefined();
    for (const status of ['Enabled', 'Suspended'] as const) {
      await client.putBucketVersioning(BUCKET, status);
      expect((await client.getBucketVersioning(BUCKET)).versionStatus).toBe(status);
      expect((await client.getBucketInfo(BUCKET)).bucket).toMatchObject({ Versioning: status });
    }
    await started.oss.close();
    const again = await start({ dir: started.dir, buckets: [] });
    try {
      const reader = clientOf(again.oss, { authorizationV4 }) as OSS & Versioned;
      expect((await reader.getBucketVersioning(BUCKET)).versionStatus).toBe('Suspended');
    } finally {
      await again.stop();
    }
  });

  it('is not set on a bucket that is not there', async () => {
    // The client takes every answer to this request for a success.
    expect(await client.putBucketVersioning('no-such-bucket', 'Enabled')).toMatchObject({ status: 404 });
    await expect(client.getBucketVersioning('no-such-bucket')).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });

  it('tells no version ids where there never was versioning', async () => {
    expect(await put('k', 'x')).toBe('');
    expect(header(await client.head('k'), 'x-oss-version-id')).toBeUndefined();
    expect(header(await client.delete('k'), 'x-oss-version-id')).toBeUndefined();
  });

  it('gives every version by its id, by GET, HEAD and metadata', async () => {
    await put('k', 'before');
    await enable();
    const one = await put('k', 'one');
    const two = await put('k', 'two!');
    expect(one).toMatch(/^[\w-]{64}$/);
    expect(one).not.toBe(two);
    expect([await get('k'), await get('k', one), await get('k', two)]).toEqual(['two!', 'one', 'two!']);
    expect(await get('k', 'null')).toBe('before');
    const head = await client.head('k', { versionId: one } as OSS.HeadObjectOptions);
    expect([header(head, 'content-length'), header(head, 'x-oss-version-id')]).toEqual(['3', one]);
    const meta = await client.getObjectMeta('k', { versionId: two });
    expect([header(meta, 'content-length'), header(meta, 'x-oss-version-id')]).toEqual(['4', two]);
    expect(header(await client.head('k'), 'x-oss-version-id')).toBe(two);
    await expect(get('k', `${one}x`)).rejects.toMatchObject({ status: 404, code: 'NoSuchVersion' });
    expect(readFileSync(join(started.dir, BUCKET, 'k'), 'utf8')).toBe('two!');
    expect(readdirSync(join(started.dir, BUCKET))).toHaveLength(3);
  });

  it.each(['Enabled', 'Suspended'] as const)('%s, takes no notice of forbid-overwrite', async (status) => {
    const forbid = { headers: { 'x-oss-forbid-overwrite': 'true' } };
    await client.put('k', Buffer.from('first'), forbid);
    await expect(client.put('k', Buffer.from('x'), forbid)).rejects.toMatchObject({ code: 'FileAlreadyExists' });
    await client.putBucketVersioning(BUCKET, status);
    await client.put('k', Buffer.from('second'), forbid);
    expect(await get('k')).toBe('second');
  });

  it('deletes by a marker, and for good by version', async () => {
    await enable();
    const one = await put('k', 'one');
    const deleted = await client.delete('k');
    const marker = header(deleted, 'x-oss-version-id') ?? '';
    expect(header(deleted, 'x-oss-delete-marker')).toBe('true');
    await expect(get('k')).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(client.head('k')).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(get('k', marker)).rejects.toMatchObject({ status: 405, code: 'MethodNotAllowed' });
    expect((await client.listV2({ 'max-keys': '10' } as OSS.ListV2ObjectsQuery, {})).objects ?? []).toEqual([]);
    expect(await get('k', one)).toBe('one');
    await expect(client.deleteBucket(BUCKET)).rejects.toMatchObject({ code: 'BucketNotEmpty' });

    const undeleted = await client.delete('k', { versionId: marker } as OSS.RequestOptions);
    expect([header(undeleted, 'x-oss-delete-marker'), header(undeleted, 'x-oss-version-id')]).toEqual(['true', marker]);
    expect(await get('k')).toBe('one');
    const gone = await client.delete('k', { versionId: one } as OSS.RequestOptions);
    expect([header(gone, 'x-oss-delete-marker'), header(gone, 'x-oss-version-id')]).toEqual([undefined, one]);
    await client.delete('k', { versionId: one } as OSS.RequestOptions);
    await expect(get('k')).rejects.toMatchObject({ code: 'NoSuchKey' });
    await client.deleteBucket(BUCKET);
  });

  it('has one version without an id while it is suspended', async () => {
    await enable();
    const kept = await put('k', 'kept');
    await client.putBucketVersioning(BUCKET, 'Suspended');
    expect([await put('k', 'a'), await put('k', 'b')]).toEqual(['null', 'null']);
    const { objects } = await client.listObjectVersions({});
    expect(objects.map(({ versionId, isLatest }) => [versionId, isLatest])).toEqual([
      ['null', true],
      [kept, false],
    ]);
    expect(header(await client.delete('k'), 'x-oss-version-id')).toBe('null');
    expect((await client.listObjectVersions({})).objects.map(({ versionId }) => versionId)).toEqual([kept]);
  });

  it('lists versions and markers, in pages', async () => {
    await enable();
    const ids: Record<string, string> = {};
    for (const name of ['a/1', 'b', 'b', 'c']) ids[`${name} ${await put(name, name)}`] = name;
    await client.delete('c');
    const seen: string[] = [];
    let query: object = { 'max-keys': 2 };
    for (;;) {
      const page = await client.listObjectVersions(query);
      expect(page.objects.length + page.deleteMarker.length).toBeLessThanOrEqual(2);
      seen.push(...[...page.objects, ...page.deleteMarker].map(({ name }) => name));
      if (!page.isTruncated) break;
      query = { 'max-keys': 2, keyMarker: page.nextKeyMarker, versionIdMarker: page.nextVersionIdMarker };
    }
    expect(seen.sort()).toEqual(['a/1', 'b', 'b', 'c', 'c']);
    const all = await client.listObjectVersions({ delimiter: '/' });
    expect(all.prefixes).toEqual(['a/']);
    expect(all.objects.map(({ name, versionId }) => ids[`${name} ${versionId}`])).toEqual(['b', 'b', 'c']);
    expect(all.objects.map(({ isLatest }) => isLatest)).toEqual([true, false, false]);
    expect(all.deleteMarker).toMatchObject([{ name: 'c', versionId: expect.stringMatching(/^[\w-]{64}$/) }]);
    expect((await client.listObjectVersions({ prefix: 'b', keyMarker: 'b' })).objects).toEqual([]);
  });

  it('deletes many, by marker and by version', async () => {
    await enable();
    const id = await put('a', 'x');
    await put('b', 'x');
    const answer = await client.deleteMulti([{ key: 'a', versionId: id }, 'b'] as unknown as string[]);
    expect(answer.deleted).toEqual([
      { Key: 'a', VersionId: id },
      { Key: 'b', DeleteMarker: 'true', DeleteMarkerVersionId: expect.stringMatching(/^[\w-]{64}$/) },
    ]);
    const left = await client.listObjectVersions({});
    expect([left.objects.map(({ name }) => name), left.deleteMarker.length]).toEqual([['b'], 1]);
  });

  it('appends to the current version without making another', async () => {
    await enable();
    const first = await client.append('log', Buffer.from('ab'));
    const second = await client.append('log', Buffer.from('cd'), { position: '2' });
    expect(header(second, 'x-oss-version-id')).toBe(header(first, 'x-oss-version-id'));
    expect((await client.listObjectVersions({})).objects).toHaveLength(1);
    await client.delete('log');
    await expect(client.append('log', Buffer.from('x'))).rejects.toMatchObject({ code: 'ObjectNotAppendable' });
  });

  it('makes a version of what is uploaded in parts, and copies from a version', async () => {
    await enable();
    const one = await put('k', 'one');
    const { uploadId } = await client.initMultipartUpload('k');
    const part = await client.uploadPart('k', uploadId, 1, partFile(started, 'parts'), 0, 5);
    const { etag } = part as unknown as { etag: string };
    const completed = await client.completeMultipartUpload('k', uploadId, [{ number: 1, etag }]);
    expect(header(completed, 'x-oss-version-id')).toMatch(/^[\w-]{64}$/);
    expect([await get('k'), await get('k', one)]).toEqual(['parts', 'one']);
    const copied = await client.copy('copy', 'k', { versionId: one } as OSS.CopyObjectOptions);
    expect(header(copied, 'x-oss-copy-source-version-id')).toBe(one);
    expect(header(copied, 'x-oss-version-id')).toMatch(/^[\w-]{64}$/);
    expect(await get('copy')).toBe('one');
  });
});
