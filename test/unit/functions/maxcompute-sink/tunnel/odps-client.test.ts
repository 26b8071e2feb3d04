import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { OdpsClient, type OdpsClientOptions } from '../../../../../functions/maxcompute-sink/tunnel/odps-client.ts';
import { signV2, stringToSign } from '../../../../../functions/maxcompute-sink/tunnel/sign.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

const SERVICE = 'http://service.example';
const TUNNEL = 'http://tunnel.example:80';
const SCHEMA = { columns: [{ name: 'id', type: 'bigint' }], partitionKeys: [] };
const UPLOAD = { UploadID: 'U1', Status: 'normal', Schema: SCHEMA, UploadedBlockList: [] };
const UPSERT = {
  id: 'P1',
  status: 'normal',
  schema: SCHEMA,
  hash_key: ['ID'],
  hasher: 'default',
  slots: [
    { slot_id: '0', worker_addr: '10.0.0.1:80', buckets: [0, 2] },
    { slot_id: '1', worker_addr: '10.0.0.2:80', buckets: [1] },
  ],
};
const STREAM = { session_name: 'S1', status: 'normal', schema: SCHEMA, schema_version: 3, slots: [[0, '10.0.0.1:80']] };

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A client over no network: each request takes the next answer. */
function setup(answers: readonly Answer[], options: Partial<OdpsClientOptions> = {}) {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const seen: Seen[] = [];
  const left = [...answers];
  for (const origin of [SERVICE, 'http://tunnel.example', 'http://discovered.example:8080']) {
    agent
      .get(origin)
      .intercept({ path: () => true, method: () => true })
      .reply((request) => {
        const { body = '', status = 200, headers = {} } = left.shift() ?? { status: 599 };
        seen.push({
          method: request.method,
          url: `${request.origin}${request.path}`,
          headers: request.headers as Record<string, string>,
        });
        return {
          statusCode: status,
          data: typeof body === 'string' ? body : JSON.stringify(body),
          responseOptions: { headers: { 'x-odps-request-id': 'R1', ...headers } },
        };
      })
      .persist();
  }
  const clock = new ManualClock();
  clock.sleep = async () => undefined;
  const client = new OdpsClient({
    endpoint: `${SERVICE}/api/`,
    tunnelEndpoint: TUNNEL,
    project: 'p',
    credentials: async () => ({ accessKeyId: 'testid', accessKeySecret: 'testsecret' }),
    dispatcher: agent,
    clock,
    random: () => 0,
    retry: 'none',
    ...options,
  });
  const { signal } = new AbortController();
  return { client, seen, call: { signal }, clock };
}

describe('requests', () => {
  it('are signed over what is not escaped', async () => {
    const { client, seen, call, clock } = setup([{ body: UPLOAD }]);
    await client.createUpload('tä', [{ name: 'pt', value: 'x y+&' }], call);
    const [{ url, headers, method } = { url: '', headers: {}, method: '' }] = seen;
    expect(url).toBe(
      'http://tunnel.example/projects/p/tables/t%C3%A4?uploads&partition=pt%3Dx%20y%2B%26&curr_project=p',
    );
    expect(headers).toMatchObject({
      'x-odps-tunnel-version': '6',
      'odps-tunnel-date-transform': 'v1',
      'odps-tunnel-sdk-support-schema-evolution': 'true',
      date: new Date(clock.now()).toUTCString(),
    });
    const query = { uploads: '', partition: 'pt=x y+&', curr_project: 'p' };
    const text = stringToSign({ method, path: '/projects/p/tables/tä', query, headers });
    expect(headers['authorization']).toBe(signV2({ accessKeyId: 'testid', accessKeySecret: 'testsecret' }, text));
  });

  it('name the schema and the quota', async () => {
    const options = { schema: 's', quotaName: 'q', tunnelEndpoint: undefined };
    const { client, seen, call } = setup(
      [{ body: 'discovered.example:8080\n' }, { body: UPLOAD }, { body: '<Table/>' }],
      options,
    );
    await client.createUpload('t', undefined, call);
    await expect(client.table('t', call)).rejects.toMatchObject({ code: 'AnswerNotUnderstood' });
    expect(seen.map(({ url }) => url)).toEqual([
      `${SERVICE}/api/projects/p/tunnel?service&quotaName=q&curr_project=p`,
      'http://discovered.example:8080/projects/p/schemas/s/tables/t?uploads&quotaName=q&curr_project=p',
      `${SERVICE}/api/projects/p/tables/t?curr_schema=s&curr_project=p`,
    ]);
    expect(client.quotedName('t')).toBe('`p`.`s`.`t`');
  });

  it('fail with what the credentials fail with', async () => {
    const { client, call } = setup([], { credentials: () => Promise.reject(new TypeError('no role')) });
    await expect(client.createUpload('t', undefined, call)).rejects.toThrow(TypeError);
  });
});

describe('answers that are none', () => {
  it.each<[string, Answer, (client: OdpsClient, call: { signal: AbortSignal }) => Promise<unknown>]>([
    ['a page for a session', { body: '<html>' }, (client, call) => client.createUpload('t', undefined, call)],
    [
      'a session without an id',
      { body: { ...UPLOAD, UploadID: '' } },
      (client, call) => client.createUpload('t', undefined, call),
    ],
    [
      'a session without columns',
      { body: { ...UPLOAD, Schema: {} } },
      (client, call) => client.createUpload('t', undefined, call),
    ],
    [
      'blocks without numbers',
      { body: { ...UPLOAD, UploadedBlockList: [{}] } },
      (client, call) => client.createUpload('t', undefined, call),
    ],
    [
      'a stream without slots',
      { body: { ...STREAM, slots: [] } },
      (client, call) => client.createStream('t', undefined, call),
    ],
    [
      'a slot without a host',
      { body: { ...STREAM, slots: [[0, ':80']] } },
      (client, call) => client.createStream('t', undefined, call),
    ],
    [
      'a stream without columns',
      { body: { ...STREAM, schema: {} } },
      (client, call) => client.createStream('t', undefined, call),
    ],
    [
      'a bucket without a slot',
      { body: { ...UPSERT, slots: [{ ...UPSERT.slots[0] }] } },
      (client, call) => client.createUpsert('t', undefined, call),
    ],
    [
      'another hasher',
      { body: { ...UPSERT, hasher: 'murmur' } },
      (client, call) => client.createUpsert('t', undefined, call),
    ],
    [
      'a key that is no column',
      { body: { ...UPSERT, hash_key: ['x'] } },
      (client, call) => client.createUpsert('t', undefined, call),
    ],
    ['a statement without an instance', { body: '<Instance/>' }, (client, call) => client.runSql('SELECT 1', call)],
  ])('%s', async (_, answer, ask) => {
    const { client, call } = setup([answer]);
    await expect(ask(client, call)).rejects.toMatchObject({
      name: 'OdpsError',
      code: 'AnswerNotUnderstood',
      status: 200,
      requestId: 'R1',
    });
  });

  it('a tunnel that is nowhere', async () => {
    const { client, call } = setup([{ body: '<html>sign in</html>' }], { tunnelEndpoint: undefined });
    await expect(client.createUpload('t', undefined, call)).rejects.toMatchObject({ code: 'AnswerNotUnderstood' });
  });
});

describe('an upload session', () => {
  const block = Buffer.from('rows');

  it('is not committed when the tunnel lacks a block', async () => {
    const { client, seen, call } = setup([
      { body: UPLOAD },
      {},
      {},
      { body: { ...UPLOAD, UploadedBlockList: [{ BlockID: 1 }] } },
    ]);
    const session = await client.createUpload('t', undefined, call);
    await session.uploadBlock(0, block, call);
    await session.uploadBlock(1, block, call);
    await expect(session.commit(call)).rejects.toMatchObject({
      code: 'InConsistentBlockList',
      message: expect.stringContaining('not block 0'),
    });
    expect(seen.at(-1)?.method).toBe('GET');
  });

  it('is committed when it was, though the commit is refused', async () => {
    const closed = { ...UPLOAD, Status: 'CLOSED' };
    const conflict = { status: 409, body: { Code: 'StatusConflict' } };
    const { client, seen, call } = setup([{ body: UPLOAD }, { body: UPLOAD }, conflict, { body: closed }]);
    const session = await client.createUpload('t', undefined, call);
    await session.commit(call);
    expect(session.status).toBe('closed');
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST', 'GET']);
  });

  it.each([
    ['expired', 'StatusConflict'],
    ['committing', 'CommitUnderWay'],
    ['normal', 'StatusConflict'],
  ])('that is %s after a refused commit fails with %s', async (status, code) => {
    const conflict = { status: 409, body: { Code: 'StatusConflict' } };
    const { client, call } = setup([
      { body: UPLOAD },
      { body: UPLOAD },
      conflict,
      { body: { ...UPLOAD, Status: status } },
    ]);
    const session = await client.createUpload('t', undefined, call);
    await expect(session.commit(call)).rejects.toMatchObject({ code });
  });

  it('is not taken for committed by a page', async () => {
    const { client, call } = setup([{ body: UPLOAD }, { body: UPLOAD }, { body: '<html>all is well</html>' }]);
    const session = await client.createUpload('t', undefined, call);
    await expect(session.commit(call)).rejects.toMatchObject({ code: 'AnswerNotUnderstood' });
  });
});

describe('a stream session', () => {
  it('is waited for', async () => {
    const { client, seen, call } = setup([{ body: { ...STREAM, status: 'init', slots: [] } }, { body: STREAM }]);
    const session = await client.createStream('t', undefined, call);
    expect(session).toMatchObject({ id: 'S1', schemaVersion: '3' });
    expect(seen[1]?.url).toContain('/streams?uploadid=S1&schema_version=3');
  });

  it('doubts an answer that names no slots', async () => {
    const { client, call } = setup([{ body: STREAM }, {}]);
    const session = await client.createStream('t', undefined, call);
    await expect(session.write(Buffer.alloc(1), 1, call)).rejects.toMatchObject({ code: 'AnswerNotUnderstood' });
  });
});

describe('an upsert session', () => {
  it('sends each bucket to its slot', async () => {
    const { client, seen, call } = setup([{ body: UPSERT }, {}, {}]);
    const session = await client.createUpsert('t', undefined, call);
    expect(session).toMatchObject({ buckets: 3, hashKey: ['id'] });
    await session.write(1, Buffer.alloc(1), 5, call);
    await session.write(2, Buffer.alloc(1), 6, call);
    expect(seen.slice(1).map(({ headers }) => headers['odps-tunnel-routed-server'])).toEqual([
      '10.0.0.2:80',
      '10.0.0.1:80',
    ]);
    expect(seen[1]?.url).toContain('upsertid=P1&bucketid=1&record_count=5&slotid=1');
  });

  it('asks until it is committed', async () => {
    const going = { body: { ...UPSERT, status: 'committing' } };
    const { client, seen, call } = setup([
      { body: UPSERT },
      going,
      going,
      { body: { ...UPSERT, status: 'committed' } },
    ]);
    const session = await client.createUpsert('t', undefined, call);
    await session.commit(call);
    expect(seen).toHaveLength(4);
  });

  it('is committed when it is gone after a commit was asked for', async () => {
    const gone = { status: 404, body: { Code: 'UpsertSessionNotFound' } };
    const { client, call } = setup([{ body: UPSERT }, { body: { ...UPSERT, status: 'committing' } }, gone]);
    const session = await client.createUpsert('t', undefined, call);
    await session.commit(call);
    expect(session.status).toBe('committed');
  });

  it('fails when it is over', async () => {
    const { client, call } = setup([{ body: UPSERT }, { body: { ...UPSERT, status: 'EXPIRED' } }]);
    const session = await client.createUpsert('t', undefined, call);
    await expect(session.commit(call)).rejects.toMatchObject({ code: 'StatusConflict' });
  });
});

describe('a statement', () => {
  it('that is over at once answers its result', async () => {
    const body = `<Instance><Tasks><Task><Name>x</Name><Result Transform="Base64" Format="csv">${Buffer.from('n\n7\n').toString('base64')}</Result><Status>Success</Status></Task></Tasks></Instance>`;
    const { client, seen, call } = setup([{ body }]);
    expect(await client.runSql('SELECT 7 AS n;', call)).toBe('n\n7\n');
    expect(seen[0]?.url).toBe(`${SERVICE}/api/projects/p/instances?curr_project=p`);
  });
});
