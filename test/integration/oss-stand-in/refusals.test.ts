import { createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, clientOf, KEY_ID, SECRET, type Started, start } from './fixture.ts';

let started: Started;
let clockMs: number;
beforeAll(async () => {
  clockMs = 0;
  started = await start({
    clock: () => Date.now() + clockMs,
    maxObjectBytes: 1000,
    buckets: [BUCKET, { name: 'bucket-in-beijing', region: 'cn-beijing' }],
    credentials: [
      { accessKeyId: KEY_ID, accessKeySecret: SECRET },
      { accessKeyId: 'STS.temporary', accessKeySecret: 'temporary-secret', securityToken: 'token' },
    ],
  });
});
afterAll(() => started.stop());

async function atSkew<T>(ms: number, run: () => Promise<T>): Promise<T> {
  clockMs = ms;
  try {
    return await run();
  } finally {
    clockMs = 0;
  }
}

interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

function raw(options: http.RequestOptions, body = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: started.oss.port, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

const put = (client: OSS, key = 'k', options = {}) => client.put(key, Buffer.from('x'), options);

describe.each([true, false])('authorizationV4: %s', (authorizationV4) => {
  const client = (options: object = {}) => clientOf(started.oss, { authorizationV4, ...options });

  it('refuses an unknown key', async () => {
    await expect(put(client({ accessKeyId: 'nobody' }))).rejects.toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
      requestId: expect.stringMatching(/^[0-9A-F]{24}$/),
      hostId: `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`,
    });
  });

  it('refuses a wrong secret', async () => {
    await expect(put(client({ accessKeySecret: 'wrong' }))).rejects.toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  it('tells a HEAD in a header', async () => {
    await expect(client({ accessKeySecret: 'wrong' }).head('k')).rejects.toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  it('refuses a clock that is off by more than 15 minutes', async () => {
    for (const minutes of [16, -16]) {
      await expect(atSkew(minutes * 60_000, () => put(client()))).rejects.toMatchObject({
        status: 403,
        code: 'RequestTimeTooSkewed',
      });
    }
    await atSkew(14 * 60_000, () => put(client()));
  });

  it('refuses a missing bucket', async () => {
    await expect(put(client({ bucket: 'no-such-bucket' }))).rejects.toMatchObject({
      status: 404,
      code: 'NoSuchBucket',
    });
  });

  it('refuses a bucket of another region', async () => {
    await expect(put(client({ bucket: 'bucket-in-beijing' }))).rejects.toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: expect.stringContaining('must be addressed using the specified endpoint'),
    });
    // Addressed at its own endpoint it is served.
    await put(client({ bucket: 'bucket-in-beijing', region: 'oss-cn-beijing' }));
  });

  it('takes a temporary key with its token only', async () => {
    const temporary = { accessKeyId: 'STS.temporary', accessKeySecret: 'temporary-secret' };
    const refresh = { refreshSTSToken: async () => ({}), refreshSTSTokenInterval: 1e9 };
    await put(client({ ...temporary, ...refresh, stsToken: 'token' }));
    await expect(put(client({ ...temporary, ...refresh, stsToken: 'old' }))).rejects.toMatchObject({
      code: 'InvalidSecurityToken',
    });
    await expect(put(client(temporary))).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
  });

  it('refuses wrong and malformed digests, and stores nothing', async () => {
    for (const md5 of ['1B2M2Y8AsgTpgAmY7PhCfg==', 'not a digest']) {
      await expect(put(client(), 'digest', { headers: { 'Content-MD5': md5 } })).rejects.toMatchObject({
        status: 400,
        code: 'InvalidDigest',
      });
    }
    await expect(client().head('digest')).rejects.toMatchObject({ status: 404 });
  });

  it('refuses an object that is too large', async () => {
    await expect(client().put('large', Buffer.alloc(1001))).rejects.toMatchObject({
      status: 400,
      code: 'EntityTooLarge',
    });
    await expect(
      client().putStream('large', Readable.from(Array.from({ length: 30 }, () => Buffer.alloc(10_000)))),
    ).rejects.toMatchObject({
      status: 400,
      code: 'EntityTooLarge',
    });
    await expect(client().head('large')).rejects.toMatchObject({ status: 404 });
  });

  it('refuses an object name that is too long', async () => {
    await put(client(), 'n'.repeat(1023));
    await expect(put(client(), 'n'.repeat(1024))).rejects.toMatchObject({ status: 400, code: 'InvalidObjectName' });
  });

  it('refuses metadata past 8 KiB', async () => {
    await expect(put(client(), 'k', { meta: { a: 'v'.repeat(8192) } })).rejects.toMatchObject({ status: 400 });
  });
});

it('refuses a scope of another region, as the service words it', async () => {
  const client = clientOf(started.oss, {
    endpoint: `http://localhost:${started.oss.port}`,
    sldEnable: true,
    region: 'oss-cn-beijing',
  } as Partial<OSS.Options>);
  await expect(put(client)).rejects.toMatchObject({
    status: 400,
    code: 'InvalidArgument',
    message: 'Invalid signing region in Authorization header.',
    ecCode: '0002-00000226',
  });
});

it('shows what it signed when signatures differ', async () => {
  const { status, body, headers } = await raw({
    path: `/${BUCKET}/k`,
    headers: { authorization: `OSS ${KEY_ID}:AAAA`, date: new Date().toUTCString() },
  });
  expect(status).toBe(403);
  expect(headers['content-type']).toBe('application/xml');
  expect(body).toContain('<Code>SignatureDoesNotMatch</Code>');
  expect(body).toContain('<SignatureProvided>AAAA</SignatureProvided>');
  expect(body).toMatch(/<StringToSign>GET\n\n\n.*GMT\n\/orders-archive\/k<\/StringToSign>/);
  expect(body).toContain('<StringToSignBytes>47 45 54 0A');
});

it('lets presigned addresses expire', async () => {
  const client = clientOf(started.oss, {
    endpoint: `http://localhost:${started.oss.port}`,
    sldEnable: true,
  } as Partial<OSS.Options>);
  await put(client, 'claim');
  const v4 = client as unknown as { signatureUrlV4(...args: unknown[]): Promise<string> };
  for (const address of [
    await v4.signatureUrlV4('GET', 60, {}, 'claim'),
    client.signatureUrl('claim', { expires: 60 }),
  ]) {
    expect((await fetch(address)).status).toBe(200);
    const late = await atSkew(61_000, () => fetch(address));
    expect(late.status).toBe(403);
    expect(await late.text()).toMatch(/<Code>AccessDenied<\/Code><Message>Request has expired\.<\/Message>/);
  }
});

it('refuses a request without a signature', async () => {
  const answer = await raw({ path: `/${BUCKET}/k` });
  expect(answer.status).toBe(403);
  expect(answer.body).toMatch(/<Code>AccessDenied<\/Code>.*<RequestId>[0-9A-F]{24}<\/RequestId><HostId>127\.0\.0\.1</);
  const head = await raw({ method: 'HEAD', path: `/${BUCKET}/k` });
  expect([head.status, head.body]).toEqual([403, '']);
  expect(Buffer.from(String(head.headers['x-oss-err']), 'base64').toString()).toContain('<Code>AccessDenied</Code>');
});

it('stores nothing of a body that breaks off', async () => {
  const date = new Date().toUTCString();
  const signature = createHmac('sha1', SECRET).update(`PUT\n\n\n${date}\n/${BUCKET}/half`).digest('base64');
  const request = http.request({
    host: '127.0.0.1',
    port: started.oss.port,
    method: 'PUT',
    path: `/${BUCKET}/half`,
    headers: { date, authorization: `OSS ${KEY_ID}:${signature}`, 'content-length': 500 },
  });
  request.on('error', () => undefined);
  request.write('only this');
  const pending = () => readdirSync(join(started.dir, '.meta', 'pending'));
  await expect.poll(() => pending().length, { timeout: 30_000 }).toBe(1);
  request.destroy();
  await expect.poll(pending, { timeout: 30_000 }).toEqual([]);
  await expect(clientOf(started.oss).head('half')).rejects.toMatchObject({ status: 404 });
});

it('takes absolute targets, as a client sends them to an HTTP proxy', async () => {
  const host = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`;
  const answer = await raw({ path: `http://${host}/k`, headers: { host: 'elsewhere' } });
  expect(answer.body).toContain(`<HostId>${host}</HostId>`);
});

it.each(['a', 'UPPER-case', '-leading', 'under_score', 'x'.repeat(64)])('makes no bucket named %s', (name) => {
  expect(() => started.oss.createBucket(name)).toThrow(/expected 3 to 63/);
});
