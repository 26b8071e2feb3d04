import { MockAgent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../../../../cli/api/api-client.ts';

const BASE = 'http://worker.test:8083';
const agents: MockAgent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
});

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** A client whose API answers `GET /connectors/x/status` so. */
function clientOf({ status, body, type = 'application/json' }: Reply, authorization?: string) {
  const agent = new MockAgent();
  agents.push(agent);
  agent.disableNetConnect();
  const seen: { path: string; headers: unknown; body: unknown }[] = [];
  agent
    .get(BASE)
    .intercept({ path: () => true, method: () => true })
    .reply(({ path, headers, body: sent }) => {
      seen.push({ path, headers, body: sent });
      return { statusCode: status, data: body, responseOptions: { headers: { 'content-type': type } } };
    });
  const settings = { baseUrl: BASE, timeoutMs: 1_000, ...(authorization === undefined ? {} : { authorization }) };
  return { client: new ApiClient(settings, agent), seen };
}

function failureOf(reply: Reply, path = '/connectors/x/status') {
  return clientOf(reply)
    .client.call('GET', path)
    .then(
      () => expect.fail('nothing was thrown'),
      (thrown: unknown) => thrown as { name: string; code: string; message: string; status?: number },
    );
}

const error = (status: number, message: string): Reply => ({
  status,
  body: JSON.stringify({ error_code: status, message }),
});

describe('ApiClient', () => {
  it('sends what it is given, and answers the JSON', async () => {
    const { client, seen } = clientOf({ status: 200, body: '{"a":[1]}' }, 'Bearer t');
    const query = { expand: ['info', 'status'], n: 3, absent: undefined };
    expect(await client.call('PUT', '/connectors/a%20b/config', { query, body: { k: 'v' } })).toEqual({ a: [1] });
    expect(seen).toEqual([
      {
        path: '/connectors/a%20b/config?expand=info&expand=status&n=3',
        headers: { accept: 'application/json', 'content-type': 'application/json', authorization: 'Bearer t' },
        body: '{"k":"v"}',
      },
    ]);
  });

  it('labels no body that is not there, which a worker of Connect refuses', async () => {
    const { client, seen } = clientOf({ status: 202, body: '' });
    expect(await client.call('PUT', '/connectors/x/pause')).toBeUndefined();
    expect(seen[0]?.headers).toEqual({ accept: 'application/json' });
  });

  it.each([
    [error(404, 'No status found for connector x'), 404, /No status found for connector x; spillway connectors list/],
    [error(404, 'Unknown task: x-7'), 404, /Unknown task: x-7; .*connectors status/],
    [error(404, 'Unknown plugin x.'), 404, /Unknown plugin x; .*connectors plugins/],
    [error(404, 'Logger x not found.'), 404, /Logger x not found; .*connectors loggers/],
    [error(404, 'There is no topic x: make it'), 404, /: make it$/],
    [error(401, 'Sign in.'), 401, /Sign in; .*--token/],
    [{ status: 401, body: 'User cannot access the resource.' }, 401, /User cannot access the resource; .*--user/],
    [error(403, 'carol may not'), 403, /sign in as somebody who may/],
    [error(409, 'Cannot complete request momentarily due to stale configuration'), 409, /wait a moment/],
    [error(409, 'Connector x already exists'), 409, /already exists$/],
    [error(500, 'Failed to start connector: x'), 500, /Failed to start connector: x; .*connectors status/],
    [error(429, 'Too many'), 429, /wait a moment/],
  ])('is refused by %j', async (reply, status, message) => {
    expect(await failureOf(reply)).toMatchObject({
      code: 'API_REFUSED',
      status,
      message: expect.stringMatching(message),
    });
  });

  it('says that a worker is none of ours where a route of ours is missing', async () => {
    const failure = await failureOf(error(404, 'HTTP 404 Not Found'), '/spillway/connectors/x/lag');
    expect(failure.message).toContain('only workers of Spillway');
  });

  it('leaves out what Connect says of its own API', async () => {
    const said = 'invalid:\nbatch.size: no number\nYou can also find the above list of errors at the endpoint `/x`';
    expect((await failureOf(error(400, said))).message).toBe('invalid:\nbatch.size: no number');
  });

  it('lets no answer steer the terminal', async () => {
    expect((await failureOf(error(400, 'a\u001b[2Jb'))).message).toBe('a\\u001b[2Jb');
    expect((await failureOf(error(500, 'a\u001b[2Jb'))).message).not.toContain('\u001b');
  });

  it.each([
    [error(500, 'Kafka did not confirm'), 'Kafka did not confirm'],
    [error(503, 'Worker is still starting up.'), 'still starting'],
    [{ status: 404, body: '{"message":"Not Found","url":"/connectors","status":"404"}' }, 'starting'],
    [{ status: 502, body: '<html>bad gateway</html>', type: 'text/html' }, '502: text/html'],
    [{ status: 504, body: 'upstream timed out\nmore' }, 'upstream timed out'],
  ])('is out of work with %j', async (reply, message) => {
    expect(await failureOf(reply)).toMatchObject({
      name: 'RetriableError',
      code: 'API_UNAVAILABLE',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    { status: 200, body: '<html>hello</html>', type: 'text/html' },
    { status: 404, body: '{"message":"Route GET:/connectors not found","error":"Not Found","statusCode":404}' },
    { status: 404, body: '<html>no such page</html>', type: 'text/html' },
    { status: 403, body: '<?xml version="1.0"?><Error/>', type: 'application/xml' },
    { status: 302, body: '' },
  ])('knows what is no Connect API: %j', async (reply) => {
    expect(await failureOf(reply)).toMatchObject({ code: 'API_FOREIGN', message: expect.stringContaining('--url') });
  });
});
