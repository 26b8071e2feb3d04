import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, clientOf, type Started, start } from './fixture.ts';

let started: Started;
beforeAll(async () => {
  started = await start();
});
afterAll(() => started.stop());

/** What the package's types leave out. */
const withMeta = (client: OSS) =>
  client as unknown as { getObjectMeta(name: string): Promise<{ res: { headers: object } }> };

const text = (content: unknown) => Buffer.from(content as Buffer).toString('utf8');

/** `ali-oss` at an IP sends virtual-host style, at `localhost` with `sldEnable` path style. */
describe.each([
  { version: 'V4', style: 'virtual host', authorizationV4: true, sldEnable: false },
  { version: 'V4', style: 'path', authorizationV4: true, sldEnable: true },
  { version: 'V1', style: 'virtual host', authorizationV4: false, sldEnable: false },
  { version: 'V1', style: 'path', authorizationV4: false, sldEnable: true },
])('ali-oss, signature $version, $style', ({ version, style, authorizationV4, sldEnable }) => {
  const prefix = `${version}-${style}/`;
  const key = (name: string) => `${prefix}${name}`;
  let client: OSS;
  beforeAll(() => {
    const endpoint = sldEnable ? `http://localhost:${started.oss.port}` : started.oss.endpoint;
    client = clientOf(started.oss, { authorizationV4, sldEnable, endpoint } as Partial<OSS.Options>);
  });

  it('puts an object where a person can look, and gives it back with its headers', async () => {
    const name = key("数据 é+1/a b'()*!~.json");
    const put = await client.put(name, Buffer.from('123456789'), {
      mime: 'application/json',
      meta: { range: '0-9', note: 'a b' } as unknown as OSS.UserMeta,
      headers: { 'Content-Encoding': 'identity', 'Cache-Control': 'no-cache', 'Content-Disposition': 'inline' },
    });
    expect(put.res.headers).toMatchObject({
      etag: '"25F9E794323B453885F5181F1B624D0B"',
      'x-oss-hash-crc64ecma': String(0x995dc9bbdf1939fan),
      'x-oss-request-id': expect.stringMatching(/^[0-9A-F]{24}$/),
      'x-oss-server-time': expect.stringMatching(/^\d+$/),
      date: expect.stringMatching(/ GMT$/),
      connection: 'keep-alive',
    });
    expect(readFileSync(join(started.dir, BUCKET, name), 'utf8')).toBe('123456789');
    const got = await client.get(name);
    expect(text(got.content)).toBe('123456789');
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'identity',
      'cache-control': 'no-cache',
      'content-disposition': 'inline',
      'x-oss-meta-range': '0-9',
      'x-oss-object-type': 'Normal',
      'x-oss-storage-class': 'Standard',
      etag: '"25F9E794323B453885F5181F1B624D0B"',
      'content-length': '9',
    };
    expect(got.res.headers).toMatchObject(headers);
    const head = await client.head(name);
    expect(head.meta).toEqual({ range: '0-9', note: 'a b' });
    expect(head.res.headers).toMatchObject(headers);
    const meta = await withMeta(client).getObjectMeta(name);
    expect(meta.res.headers).toMatchObject({ 'content-length': '9', etag: headers.etag });
    expect(meta.res.headers).not.toHaveProperty('x-oss-meta-range');
    expect(await client.getACL(name)).toMatchObject({ acl: 'default' });
  });

  it('takes a body of unknown length', async () => {
    await client.putStream(key('stream'), Readable.from([Buffer.from('ab'), Buffer.from('cd')]));
    expect(text((await client.get(key('stream'))).content)).toBe('abcd');
  });

  it('takes an empty body', async () => {
    await client.put(key('empty'), Buffer.alloc(0));
    expect((await client.get(key('empty'))).res.headers).toMatchObject({
      'content-length': '0',
      etag: '"D41D8CD98F00B204E9800998ECF8427E"',
    });
  });

  it('answers ranges as the service does', async () => {
    await client.put(key('ranges'), Buffer.from('0123456789'));
    const range = async (value: string, more = {}) =>
      (await client.get(key('ranges'), { headers: { Range: value, ...more } })) as OSS.GetObjectResult;
    const part = await range('bytes=2-4');
    expect([part.res.status, text(part.content)]).toEqual([206, '234']);
    expect(part.res.headers).toMatchObject({ 'content-range': 'bytes 2-4/10' });
    expect(text((await range('bytes=-3')).content)).toBe('789');
    const past = await range('bytes=5-100');
    expect([past.res.status, text(past.content)]).toEqual([200, '0123456789']);
    const cut = await range('bytes=5-100', { 'x-oss-range-behavior': 'standard' });
    expect([cut.res.status, text(cut.content)]).toEqual([206, '56789']);
    await expect(range('bytes=10-', { 'x-oss-range-behavior': 'standard' })).rejects.toMatchObject({
      status: 416,
      code: 'InvalidRange',
    });
  });

  it('forbids to overwrite when asked', async () => {
    const forbid = { headers: { 'x-oss-forbid-overwrite': 'true' } };
    await client.put(key('once'), Buffer.from('first'), forbid);
    await expect(client.put(key('once'), Buffer.from('second'), forbid)).rejects.toMatchObject({
      status: 409,
      code: 'FileAlreadyExists',
    });
    expect(text((await client.get(key('once'))).content)).toBe('first');
    await client.put(key('once'), Buffer.from('third'));
    expect(text((await client.get(key('once'))).content)).toBe('third');
  });

  it('lets one of many win that forbid to overwrite the same key', async () => {
    const forbid = { headers: { 'x-oss-forbid-overwrite': 'true' } };
    const tries = Array.from({ length: 8 }, (_, i) => client.put(key('race'), Buffer.from(`writer ${i}`), forbid));
    const results = await Promise.allSettled(tries);
    const winner = results.findIndex((result) => result.status === 'fulfilled');
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(text((await client.get(key('race'))).content)).toBe(`writer ${winner}`);
  });

  it('honours conditions', async () => {
    await client.put(key('conditional'), Buffer.from('x'));
    const etag = '"9DD4E461268C8034F5C8564E155C67A6"';
    const get = (headers: object) => client.get(key('conditional'), { headers });
    await expect(get({ 'If-Match': '"other"' })).rejects.toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect((await get({ 'If-None-Match': etag })).res.status).toBe(304);
    expect((await get({ 'If-Match': etag })).res.status).toBe(200);
  });

  it('deletes, also what is not there', async () => {
    await client.put(key('gone'), Buffer.from('x'));
    for (let i = 0; i < 2; i++) expect((await client.delete(key('gone'))).res.status).toBe(204);
    await expect(client.get(key('gone'))).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(client.head(key('gone'))).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  it('lists in pages, with prefix, delimiter and start', async () => {
    const list = (query: object) => client.listV2({ prefix: key('list/'), ...query } as OSS.ListV2ObjectsQuery, {});
    const names = ['a/1', 'a/2', 'b', 'c/1', 'd&<é'].map((name) => key(`list/${name}`));
    for (const name of names) await client.put(name, Buffer.from(name));
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await list({ 'max-keys': '2', ...(token ? { 'continuation-token': token } : {}) });
      seen.push(...(page.objects ?? []).map((object) => object.name));
      token = (page as { nextContinuationToken?: string }).nextContinuationToken;
    } while (token);
    expect(seen).toEqual(names);
    const folders = await list({ delimiter: '/' });
    expect(folders.prefixes).toEqual([key('list/a/'), key('list/c/')]);
    expect(folders.objects.map((object) => object.name)).toEqual([names[2], names[4]]);
    expect((await list({ 'start-after': names[2] })).objects.map((object) => object.name)).toEqual(names.slice(3));
    expect((await list({ 'max-keys': '1', 'fetch-owner': 'true' })).objects[0]).toMatchObject({
      size: Buffer.byteLength(names[0] ?? ''),
      etag: expect.stringMatching(/^"[0-9A-F]{32}"$/),
      lastModified: expect.stringMatching(/\.000Z$/),
      storageClass: 'Standard',
      owner: { id: expect.any(String) },
    });
    await expect(list({ 'max-keys': '1001' })).rejects.toMatchObject({ status: 400, code: 'InvalidArgument' });
    await expect(list({ 'continuation-token': '!' })).rejects.toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('makes, describes, lists and removes buckets', async () => {
    const name = `made-${version}-${sldEnable ? 'path' : 'host'}`.toLowerCase();
    await client.putBucket(name);
    const { bucket } = await client.getBucketInfo(name);
    expect(bucket).toMatchObject({ Name: name, Location: 'oss-cn-hangzhou' });
    expect(await client.getBucketLocation(name)).toMatchObject({ location: 'oss-cn-hangzhou' });
    const listed = (await client.listBuckets({})) as unknown as { buckets: { name: string }[] };
    expect(listed.buckets.map((one) => one.name)).toContain(name);
    await expect(client.deleteBucket(BUCKET)).rejects.toMatchObject({ status: 409, code: 'BucketNotEmpty' });
    await client.deleteBucket(name);
    await expect(client.getBucketInfo(name)).rejects.toMatchObject({ status: 404, code: 'NoSuchBucket' });
  });

  it.each([
    ['tags', () => (client as unknown as { getObjectTagging(name: string): Promise<unknown> }).getObjectTagging('k')],
    ['setting an ACL', () => client.putACL('k', 'public-read')],
    ['symbolic links', () => client.putSymlink('k', 'target', {} as OSS.PutSymlinkOptions)],
    ['callbacks', () => client.put('k', Buffer.from('x'), { headers: { 'x-oss-callback': 'e30=' } })],
    ['lifecycle rules', () => client.getBucketLifecycle(BUCKET)],
    ['image processing', () => client.get('k', { process: 'image/resize,w_1' })],
  ])('answers 501 to %s', async (_, operation) => {
    await expect(operation()).rejects.toMatchObject({ status: 501, code: 'NotImplemented' });
  });
});

it('gives presigned addresses the object, in both versions', async () => {
  const endpoint = `http://localhost:${started.oss.port}`;
  const client = clientOf(started.oss, { endpoint, sldEnable: true } as Partial<OSS.Options>);
  await client.put('claims/1 2', Buffer.from('claimed'));
  const addresses = [
    await (client as unknown as { signatureUrlV4(...args: unknown[]): Promise<string> }).signatureUrlV4(
      'GET',
      60,
      {},
      'claims/1 2',
    ),
    client.signatureUrl('claims/1 2'),
    client.signatureUrl('claims/1 2', { response: { 'content-type': 'text/x-claim' } }),
  ];
  const answers = await Promise.all(addresses.map((address) => fetch(address)));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['claimed', 'claimed', 'claimed']);
  expect(answers[2]?.headers.get('content-type')).toBe('text/x-claim');
  // Signed for GET: nothing else goes.
  expect((await fetch(addresses[0] ?? '', { method: 'DELETE' })).status).toBe(403);
});

it('serves again, after a restart, what it served before', async () => {
  const first = await start();
  await clientOf(first.oss).put('kept', Buffer.from('kept'), { mime: 'text/plain' });
  await first.oss.close();
  const second = await start({ dir: first.dir, buckets: [] });
  try {
    const got = await clientOf(second.oss).get('kept');
    expect([text(got.content), got.res.headers]).toMatchObject(['kept', { 'content-type': 'text/plain' }]);
  } finally {
    await second.stop();
    await first.stop();
  }
});
