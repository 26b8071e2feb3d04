/** What other clients put on the wire and `ali-oss` does not: each is a shape that one of them was seen to send. */
import { createHash } from 'node:crypto';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_VERSIONS, clientOf, type Started, start } from './fixture.ts';
import { type RawAnswer, type RawRequest, SIGNERS, sendRaw } from './raw-client.ts';

const EMPTY_MD5 = '1B2M2Y8AsgTpgAmY7PhCfg==';
const md5 = (text: string) => createHash('md5').update(text).digest('base64');
const elementOf = (answer: RawAnswer, name: string) => new RegExp(`<${name}>([^<]*)`).exec(answer.body)?.[1] ?? '';

let started: Started;
beforeAll(async () => {
  started = await start();
});
afterAll(() => started.stop());

describe.each(SIGNERS)('signed by %s', (name, sign) => {
  const at = (path: string) => `${encodeURIComponent(name)}%2F${path}`;
  const send = (request: RawRequest) => sendRaw(started.oss.port, sign, request);
  const get = async (path: string) => (await send({ method: 'GET', path: at(path) })).body;

  it.each(['a%2Fb', 'a/b'])('takes the key on the wire as %s', async (path) => {
    expect((await send({ method: 'PUT', path: at(path), body: path })).status).toBe(200);
    expect([await get('a%2Fb'), await get('a/b')]).toEqual([path, path]);
  });

  it('takes virtual hosts by proxy', async () => {
    const put = await send({ method: 'PUT', path: at('by/proxy%20'), body: 'x', viaProxy: true });
    expect(put.status).toBe(200);
    const got = await send({ method: 'GET', path: at('by/proxy%20'), viaProxy: true });
    expect([got.body, await get('by/proxy%20')]).toEqual(['x', 'x']);
    const list = await send({ method: 'GET', query: 'list-type=2', viaProxy: true });
    expect([list.status, elementOf(list, 'Name')]).toEqual([200, 'orders-archive']);
  });

  it('takes chunked bodies', async () => {
    const put = await send({ method: 'PUT', path: at('chunked'), body: ['ab', 'cd'] });
    expect(put.headers['x-oss-hash-crc64ecma']).toMatch(/^\d+$/);
    const append = { method: 'POST', path: at('appended') };
    expect((await send({ ...append, query: 'append&position=0', body: ['ab', 'cd'] })).status).toBe(200);
    const wrong = await send({ ...append, query: 'position=0&append=', body: ['ef'] });
    expect([wrong.status, elementOf(wrong, 'Code')]).toEqual([409, 'PositionNotEqualToLength']);
    expect(wrong.headers['x-oss-next-append-position']).toBe('4');
    const next = await send({ ...append, query: 'append=&position=4', body: ['ef'] });
    expect(next.headers['x-oss-next-append-position']).toBe('6');
    expect([await get('chunked'), await get('appended')]).toEqual(['abcd', 'abcdef']);
    const missing = await send({ ...append, query: 'append', body: ['x'] });
    expect([missing.status, elementOf(missing, 'Code')]).toEqual([400, 'MissingArgument']);
  });

  it.each(['uploads', 'uploads=', 'uploads&encoding-type=url', 'encoding-type=url&uploads='])(
    'uploads in parts, begun by a chunked request without a body: ?%s',
    async (query) => {
      const path = at('in%2Fparts%20%26');
      const begun = await send({ method: 'POST', path, query, body: [], headers: { 'content-type': 'text/plain' } });
      expect(begun.status).toBe(200);
      const encoded = query.includes('encoding-type');
      const key = decodeURIComponent(path);
      expect(elementOf(begun, 'Key')).toBe(encoded ? encodeURIComponent(key) : key.replace('&', '&amp;'));
      expect(elementOf(begun, 'EncodingType')).toBe(encoded ? 'url' : '');
      const uploadId = elementOf(begun, 'UploadId');
      const part = await send({ method: 'PUT', path, query: `uploadId=${uploadId}&partNumber=1`, body: ['pa', 'rt'] });
      expect(part.headers['x-oss-hash-crc64ecma']).toMatch(/^\d+$/);
      const unsigned = await send({
        method: 'POST',
        path,
        query: `encoding-type=url&uploadId=${uploadId}`,
        headers: { 'x-oss-complete-all': 'yes', 'content-md5': EMPTY_MD5 },
        body: [],
      });
      expect([unsigned.status, elementOf(unsigned, 'EncodingType')]).toEqual([200, 'url']);
      expect(await get('in%2Fparts%20%26')).toBe('part');
    },
  );

  it('aborts with a digest of no body', async () => {
    const path = at('aborted');
    const begun = await send({ method: 'POST', path, query: 'uploads', headers: { 'content-md5': EMPTY_MD5 } });
    const query = `uploadId=${elementOf(begun, 'UploadId')}`;
    expect((await send({ method: 'DELETE', path, query, headers: { 'content-md5': EMPTY_MD5 } })).status).toBe(204);
  });

  it('refuses parts out of order', async () => {
    const path = at('disorder');
    const uploadId = elementOf(await send({ method: 'POST', path, query: 'uploads' }), 'UploadId');
    const part = (number: number) => `<Part><PartNumber>${number}</PartNumber><ETag>x</ETag></Part>`;
    const complete = (body: string) => send({ method: 'POST', path, query: `uploadId=${uploadId}`, body });
    const refused = await complete(`<CompleteMultipartUpload>${part(2)}${part(1)}</CompleteMultipartUpload>`);
    expect([refused.status, elementOf(refused, 'Code')]).toEqual([400, 'InvalidPartOrder']);
    for (const body of ['<CompleteMultipartUpload>', '<Other></Other>', '', '\ufffd<']) {
      expect(elementOf(await complete(body), 'Code')).toBe('MalformedXML');
    }
  });

  it('lists with empty parameters and with headers that a GET needs not', async () => {
    await send({ method: 'PUT', path: at('listed%20'), body: 'x' });
    const prefix = `prefix=${encodeURIComponent(`${name}/listed`)}`;
    const headers = { 'content-md5': EMPTY_MD5, 'content-type': 'application/octet-stream' };
    for (const query of [
      `${prefix}&delimiter=&marker=&max-keys=100&encoding-type=url`,
      `list-type=2&${prefix}&delimiter=&continuation-token=&start-after=&fetch-owner=false&max-keys=100&encoding-type=url`,
      `encoding-type=url&list-type=2&${prefix}`,
    ]) {
      const answer = await send({ method: 'GET', query, headers });
      expect([answer.status, elementOf(answer, 'Key')]).toEqual([200, encodeURIComponent(`${name}/listed `)]);
      expect(elementOf(answer, 'EncodingType')).toBe('url');
    }
  });

  it.each(['delete', 'delete=', 'delete&encoding-type=url', 'delete=&encoding-type=url'])(
    'deletes many: ?%s',
    async (query) => {
      const key = `${name}/many a&é`;
      await send({ method: 'PUT', path: encodeURIComponent(key), body: 'x' });
      const body = `<Delete><Quiet>false</Quiet><Object><Key>${key.replace('&', '&amp;')}</Key></Object></Delete>`;
      const order = { method: 'POST', query, body };
      for (const [headers, code] of [
        [{}, 'MissingArgument'],
        [{ 'content-md5': EMPTY_MD5 }, 'InvalidDigest'],
      ] as const) {
        const refused = await send({ ...order, headers });
        expect([refused.status, elementOf(refused, 'Code')]).toEqual([400, code]);
      }
      expect((await send({ method: 'HEAD', path: encodeURIComponent(key), query: 'objectMeta' })).status).toBe(200);
      const answer = await send({ ...order, headers: { 'content-md5': md5(body) } });
      const encoded = query.includes('encoding-type');
      expect(elementOf(answer, 'Key')).toBe(encoded ? encodeURIComponent(key) : key.replace('&', '&amp;'));
      const head = await send({ method: 'HEAD', path: encodeURIComponent(key), query: 'objectMeta=' });
      expect([head.status, head.body]).toEqual([404, '']);
      const told = Buffer.from(String(head.headers['x-oss-err']), 'base64').toString();
      expect(told).toContain('<Code>NoSuchKey</Code>');
    },
  );
});

describe('a bucket with versioning', () => {
  it('tells on the refusal that a delete marker hides the object', async () => {
    const [, sign] = SIGNERS[0] ?? [];
    if (sign === undefined) throw new Error('no signer');
    const send = (request: RawRequest) => sendRaw(started.oss.port, sign, request);
    const order = { method: 'PUT', query: 'versioning' };
    const body = (status: string) => `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
    expect((await send({ ...order, body: body('On') })).status).toBe(400);
    expect((await send({ ...order, body: [body('Enabled')] })).status).toBe(200);
    const deleted = await send({ method: 'DELETE', path: 'never-there' });
    const marker = { 'x-oss-delete-marker': 'true', 'x-oss-version-id': deleted.headers['x-oss-version-id'] };
    const got = await send({ method: 'GET', path: 'never-there' });
    expect([got.status, got.headers]).toMatchObject([404, marker]);
    const query = `versionId=${marker['x-oss-version-id']}`;
    const head = await send({ method: 'HEAD', path: 'never-there', query });
    expect([head.status, head.headers]).toMatchObject([405, marker]);
  });
});

/** Sends what it is given to the stand-in as to an HTTP proxy. */
class ProxyAgent extends http.Agent {
  addRequest(request: http.ClientRequest, options: http.RequestOptions): void {
    request.path = `http://${request.getHeader('host')}${request.path}`;
    const base = http.Agent.prototype as unknown as { addRequest(this: http.Agent, ...args: unknown[]): void };
    base.addRequest.call(this, request, { ...options, host: '127.0.0.1', port: started.oss.port });
  }
}

it.each(BOTH_VERSIONS)('serves ali-oss through a proxy, signature $version', async ({ authorizationV4 }) => {
  const agent = new ProxyAgent();
  const endpoint = 'http://oss-cn-hangzhou.aliyuncs.com';
  const client = clientOf(started.oss, { authorizationV4, endpoint, agent } as Parameters<typeof clientOf>[1]);
  await client.put('through a proxy/é', Buffer.from('x'));
  expect((await client.get('through a proxy/é')).content.toString()).toBe('x');
  agent.destroy();
});
