import type OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_VERSIONS, BUCKET, clientOf, type Started, start } from './fixture.ts';

let started: Started;
beforeAll(async () => {
  started = await start({ buckets: [BUCKET, 'another-bucket'] });
});
afterAll(() => started.stop());

describe.each(BOTH_VERSIONS)('ali-oss, signature $version', ({ version, authorizationV4 }) => {
  const source = `${version}/source é+&/a b`;
  let client: OSS;
  beforeAll(async () => {
    client = clientOf(started.oss, { authorizationV4 });
    await client.put(source, Buffer.from('content'), {
      mime: 'text/x-source',
      meta: { a: 'b' } as unknown as OSS.UserMeta,
    });
  });
  const copy = (name: string, options: object = {}, from = source) =>
    client.copy(`${version}/${name}`, from, options as OSS.CopyObjectOptions);
  const headersOf = async (name: string) => (await client.head(name)).res.headers as Record<string, string>;
  const head = (name: string) => headersOf(`${version}/${name}`);

  it('copies content and headers', async () => {
    const { data } = await copy('copy');
    expect(data).toEqual({ etag: (await headersOf(source))['etag'], lastModified: expect.any(String) });
    expect((await client.get(`${version}/copy`)).content.toString()).toBe('content');
    expect(await head('copy')).toMatchObject({ 'content-type': 'text/x-source', 'x-oss-meta-a': 'b' });
  });

  it('copies between buckets', async () => {
    const other = clientOf(started.oss, { authorizationV4, bucket: 'another-bucket' });
    await other.copy(source, source, BUCKET);
    expect((await other.get(source)).content.toString()).toBe('content');
    await expect(other.copy(source, source, 'no-such-bucket')).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });

  it('gives the copy other headers, also in place', async () => {
    await copy('copy', { meta: { c: 'd' }, headers: { 'Content-Type': 'text/x-copy' } });
    expect(await head('copy')).toMatchObject({ 'content-type': 'text/x-copy', 'x-oss-meta-c': 'd' });
    expect(await head('copy')).not.toHaveProperty('x-oss-meta-a');
    await copy('copy', { meta: { e: 'f' } }, `${version}/copy`);
    expect(await head('copy')).toMatchObject({ 'x-oss-meta-e': 'f' });
    expect((await client.get(`${version}/copy`)).content.toString()).toBe('content');
  });

  it('copies an empty object', async () => {
    await client.put(`${version}/empty`, Buffer.alloc(0));
    await copy('empty copy', {}, `${version}/empty`);
    expect(await head('empty copy')).toMatchObject({ 'content-length': '0' });
  });

  it('honours conditions on the source, and what may not be overwritten', async () => {
    const ifMatch = (etag: string) => ({ headers: { 'If-Match': etag } });
    await expect(copy('no', ifMatch('"other"'))).rejects.toMatchObject({ status: 412, code: 'PreconditionFailed' });
    const etag = (await headersOf(source))['etag'] ?? '';
    const unchanged = await copy('no', { headers: { 'If-None-Match': etag } });
    expect((unchanged.res as { status: number }).status).toBe(304);
    await expect(head('no')).rejects.toMatchObject({ status: 404 });
    await copy('yes', ifMatch(etag));
    await expect(copy('yes', { headers: { 'x-oss-forbid-overwrite': 'true' } })).rejects.toMatchObject({
      status: 409,
      code: 'FileAlreadyExists',
    });
  });

  it('refuses a source that is not there', async () => {
    await expect(copy('no', {}, 'nothing')).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(copy('no', { versionId: 'x' })).rejects.toMatchObject({ status: 404, code: 'NoSuchVersion' });
    await expect(copy('no', { headers: { 'x-oss-metadata-directive': 'MOVE' } })).rejects.toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });
});
