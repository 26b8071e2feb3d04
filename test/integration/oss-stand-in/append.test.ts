import { Readable } from 'node:stream';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crc64 } from '../../../shared/crc64.ts';
import { BOTH_VERSIONS, BUCKET, clientOf, type Started, start } from './fixture.ts';

let started: Started;
beforeAll(async () => {
  started = await start({ maxObjectBytes: 1000 });
});
afterAll(() => started.stop());

describe.each(BOTH_VERSIONS)('ali-oss, signature $version', ({ version, authorizationV4 }) => {
  const name = `${version}/log é`;
  let client: OSS;
  beforeAll(() => {
    client = clientOf(started.oss, { authorizationV4 });
  });
  const append = (text: string, options: object = {}, key = name) =>
    client.append(key, Buffer.from(text), options as OSS.AppendObjectOptions);

  it('adds to an object, and tells where to go on', async () => {
    const first = await append('abc', { mime: 'text/x-log', meta: { a: 'b' } });
    expect((first as { nextAppendPosition: unknown }).nextAppendPosition).toBe('3');
    const second = await append('defg', { position: '3' });
    expect((second as { nextAppendPosition: unknown }).nextAppendPosition).toBe('7');
    const crc64 = new Crc64().update(Buffer.from('abcdefg')).digest().toString();
    expect((second.res as { headers: object }).headers).toMatchObject({ 'x-oss-hash-crc64ecma': crc64 });
    const got = await client.get(name);
    expect(got.content.toString()).toBe('abcdefg');
    expect(got.res.headers).toMatchObject({
      'content-type': 'text/x-log',
      'x-oss-meta-a': 'b',
      'x-oss-object-type': 'Appendable',
      'x-oss-next-append-position': '7',
      'x-oss-hash-crc64ecma': crc64,
    });
    expect(got.res.headers).not.toHaveProperty('content-md5');
    const listed = await client.listV2({ prefix: name } as OSS.ListV2ObjectsQuery, {});
    expect(listed.objects).toMatchObject([{ type: 'Appendable', size: 7 }]);
  });

  it('refuses another position, and tells the right one', async () => {
    for (const position of ['0', '6', '8']) {
      await expect(append('x', { position })).rejects.toMatchObject({
        status: 409,
        code: 'PositionNotEqualToLength',
      });
    }
    await expect(append('x', { position: '1' }, `${version}/new`)).rejects.toMatchObject({
      code: 'PositionNotEqualToLength',
    });
    for (const position of ['-1', 'x', '']) {
      await expect(append('x', { position })).rejects.toMatchObject({ status: 400, code: 'InvalidArgument' });
    }
    expect((await client.get(name)).content.toString()).toBe('abcdefg');
  });

  it('lets one of many win that append at the same position', async () => {
    const key = `${version}/race`;
    await append('0', {}, key);
    const tries = await Promise.allSettled(['a', 'b', 'c', 'd'].map((text) => append(text, { position: '1' }, key)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await client.get(key)).content.toString()).toMatch(/^0[a-d]$/);
  });

  it('appends to what was appended only', async () => {
    const key = `${version}/put`;
    await client.put(key, Buffer.from('abc'));
    await expect(append('d', { position: '3' }, key)).rejects.toMatchObject({
      status: 409,
      code: 'ObjectNotAppendable',
    });
    await append('abc', {}, `${key}2`);
    await client.put(`${key}2`, Buffer.from('new'));
    expect((await client.head(`${key}2`)).res.headers).toMatchObject({ 'x-oss-object-type': 'Normal' });
    await expect(append('d', { position: '3' }, `${key}2`)).rejects.toMatchObject({ code: 'ObjectNotAppendable' });
    await expect(client.copy(`${key}3`, name)).rejects.toMatchObject({ status: 400 });
  });

  it('takes a body of unknown length, and refuses a damaged or too large one without a trace', async () => {
    const key = `${version}/stream`;
    const stream = (text: string) => Readable.from([Buffer.from(text)]);
    await client.append(key, stream('abc') as unknown as Buffer);
    await client.append(key, stream('def') as unknown as Buffer, { position: '3' } as OSS.AppendObjectOptions);
    await expect(
      append('x', { position: '6', headers: { 'Content-MD5': '1B2M2Y8AsgTpgAmY7PhCfg==' } }, key),
    ).rejects.toMatchObject({ status: 400, code: 'InvalidDigest' });
    await expect(append('x'.repeat(1001), { position: '6' }, key)).rejects.toMatchObject({ code: 'EntityTooLarge' });
    await append('g', { position: '6' }, key);
    expect((await client.get(key)).content.toString()).toBe('abcdefg');
  });
});

it('goes on after a restart', async () => {
  const first = await start();
  await clientOf(first.oss).append('log', Buffer.from('abc'));
  await first.oss.close();
  const second = await start({ dir: first.dir, buckets: [BUCKET] });
  try {
    const client = clientOf(second.oss);
    await client.append('log', Buffer.from('def'), { position: '3' } as OSS.AppendObjectOptions);
    expect((await client.get('log')).content.toString()).toBe('abcdef');
  } finally {
    await second.stop();
    await first.stop();
  }
});
