import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ossAddress } from '../../../../functions/oss-sink/endpoint.ts';
import { answered, type UrllibParameters } from '../../../../functions/oss-sink/exchange.ts';
import { OssClient } from '../../../../functions/oss-sink/oss-client.ts';
import type { UploadCheck } from '../../../../functions/oss-sink/upload-check.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const signal = new AbortController().signal;
const md5 = (body: Buffer, encoding: 'base64' | 'hex') => createHash('md5').update(body).digest(encoding);
const object = (body: Buffer) => ({
  name: 'a/b',
  body,
  contentType: 'text/plain',
  metadata: { 'spillway-records': '3' },
});

function setup(uploadCheck: UploadCheck, headers: Readonly<Record<string, string>> = {}) {
  const sent: { readonly url: string; readonly parameters: UrllibParameters }[] = [];
  const address = ossAddress('https://oss-cn-hangzhou.aliyuncs.com', undefined);
  if (address === undefined) throw new Error('no address');
  const client = new OssClient({
    address,
    bucket: 'example-bucket',
    uploadCheck,
    credentials: () => ({ accessKeyId: 'id', accessKeySecret: 'secret' }),
    clock: new ManualClock(),
    transport: {
      request: async (url, parameters) => {
        sent.push({ url, parameters });
        const md5 = parameters.headers['Content-MD5'];
        if (md5 !== undefined) parameters.ctx.sentMd5 = md5;
        const all = { 'x-oss-request-id': '5C3D9175B6FC201293AD4890', ...headers };
        return answered(parameters.ctx, { status: 200, headers: all, body: Buffer.alloc(0) });
      },
      close: async () => undefined,
    },
  });
  return { client, sent };
}

describe('a put', () => {
  it('sends the very buffer that it was given, signed without a look at it', async () => {
    const { client, sent } = setup('none');
    const body = Buffer.from('content');
    expect(await client.put(object(body), { signal })).toBe('created');
    expect(sent).toHaveLength(1);
    const { url, parameters } = sent[0] ?? { url: '', parameters: undefined };
    expect(url).toBe('https://example-bucket.oss-cn-hangzhou.aliyuncs.com/a/b');
    expect(parameters?.content).toBe(body);
    expect(parameters?.headers).toMatchObject({
      'Content-Length': '7',
      'Content-Type': 'text/plain',
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-oss-forbid-overwrite': 'true',
      'x-oss-meta-spillway-records': '3',
    });
    expect(parameters?.headers).not.toHaveProperty('Content-MD5');
  });

  it.each([0, 1, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1])(
    'declares its MD5 where that is asked for (%i bytes)',
    async (bytes) => {
      const body = Buffer.alloc(bytes, 'content');
      const { client, sent } = setup('md5', { etag: `"${md5(body, 'hex').toUpperCase()}"` });
      await client.put(object(body), { signal });
      expect(sent[0]?.parameters.content).toBe(body);
      expect(sent[0]?.parameters.headers['Content-MD5']).toBe(md5(body, 'base64'));
    },
  );

  it('with an MD5 is not believed when the answer says that something else was stored', async () => {
    const { client } = setup('md5', { etag: `"${md5(Buffer.from('other'), 'hex')}"` });
    await expect(client.put(object(Buffer.from('content')), { signal })).rejects.toMatchObject({
      name: 'FatalError',
      code: 'OSS_ANSWER_DOUBTFUL',
    });
  });
});

describe('a look at an object', () => {
  it('tells its checksum, which needs all 64 bits', async () => {
    const { client } = setup('none', {
      'content-length': '9',
      'x-oss-hash-crc64ecma': '11051210869376104954',
      'x-oss-meta-a': 'b',
    });
    expect(await client.head('a/b', { signal })).toEqual({ size: 9, crc64: 0x995dc9bbdf1939fan, metadata: { a: 'b' } });
  });

  it.each([{}, { 'x-oss-hash-crc64ecma': '' }, { 'x-oss-hash-crc64ecma': '0x12' }])(
    'knows none in %j',
    async (headers) => {
      expect((await setup('none', headers).client.head('a/b', { signal }))?.crc64).toBeUndefined();
    },
  );
});
