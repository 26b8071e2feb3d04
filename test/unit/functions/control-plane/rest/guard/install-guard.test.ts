import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { GuardSettings } from '../../../../../../functions/control-plane/rest/guard/guard-settings.ts';
import { hashToken } from '../../../../../../shared/credential-hash.ts';
import { appOf, basic, bearer, SIGNED, setUp, TOKENS } from './guarded-app.ts';

async function statuses(settings: GuardSettings, headers: Record<string, string>, ...requests: string[]) {
  const app = await appOf(settings);
  const answers = requests.map(async (line) => {
    const [method = 'GET', url = '/'] = line.split(' ');
    return (await app.inject({ method: method as 'GET', url, headers } satisfies InjectOptions)).statusCode;
  });
  return Promise.all(answers);
}

const EVERYTHING = [
  'GET /live',
  'GET /connectors',
  'GET /connectors/orders-1',
  'PUT /connectors/orders-1/pause',
  'DELETE /connectors/orders-1',
  'POST /connectors',
  'GET /metrics',
  'PUT /admin/loggers/root',
  'GET /undeclared',
  'GET /nothing',
];

describe('without users', () => {
  it('whoever reaches a port of this machine may do everything', async () => {
    const { settings } = setUp();
    expect(await statuses(settings, {}, ...EVERYTHING)).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 200, 404]);
  });

  it('names that lead to this machine from elsewhere are refused', async () => {
    const { settings } = setUp();
    for (const host of ['localhost:8083', '127.0.0.1:8083', '[::1]:8083', 'LOCALHOST']) {
      expect(await statuses(settings, { host }, 'GET /connectors')).toEqual([200]);
    }
    for (const host of ['evil.example', 'evil.example:8083', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      expect(await statuses(settings, { host }, 'GET /connectors', 'GET /nothing')).toEqual([403, 403]);
    }
  });

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('pages of other sites change nothing: %j', async (headers: Record<string, string>) => {
    const { settings } = setUp();
    expect(
      await statuses(
        settings,
        headers,
        'PUT /connectors/a/pause',
        'POST /connectors',
        'DELETE /connectors/a',
        'GET /connectors',
      ),
    ).toEqual([403, 403, 403, 200]);
  });

  it('pages of its own do', async () => {
    const headers = { host: 'localhost:8083', origin: 'http://localhost:8083', 'sec-fetch-site': 'same-origin' };
    expect(await statuses(setUp().settings, headers, 'PUT /connectors/a/pause')).toEqual([200]);
  });

  it('a worker that is reached from elsewhere does not start', () => {
    for (const listeners of ['http://0.0.0.0:8083', 'http://127.0.0.1:1,https://[::]:8443', 'http://worker-1:8083']) {
      expect(() => setUp({ listeners })).toThrow(
        /is reached from other machines, and nobody would have to sign in; set rest\.users\.file or rest\.admin\.token/,
      );
    }
    expect(setUp({ listeners: 'http://0.0.0.0:8083', ...SIGNED }).lines).toEqual([
      expect.objectContaining({ level: 'warn', listeners: ['http://0.0.0.0:8083'] }),
    ]);
    expect(setUp({ listeners: 'https://0.0.0.0:8083', ...SIGNED }).lines).toEqual([]);
  });
});

describe('with users', () => {
  it('nobody gets in without credentials but to open routes', async () => {
    const { settings } = setUp(SIGNED);
    expect(await statuses(settings, {}, ...EVERYTHING)).toEqual([200, 401, 401, 401, 401, 401, 401, 401, 401, 401]);
  });

  it('the answer says how to sign in', async () => {
    const app = await appOf(setUp(SIGNED).settings);
    const { headers, body } = await app.inject('/connectors');
    expect(headers['www-authenticate']).toEqual(['Basic realm="spillway", charset="UTF-8"', 'Bearer realm="spillway"']);
    expect(JSON.parse(body)).toEqual({ error_code: 401, message: expect.stringMatching(/^Sign in/) });
  });

  it.each([
    bearer('the-admin-token-012'),
    bearer('the-admin-token-01234'),
    basic('admin', 'wrong'),
    basic('nobody', TOKENS.ADMIN),
    basic('viewer', TOKENS.ADMIN),
    { authorization: 'Bearer' },
    { authorization: `Digest ${TOKENS.ADMIN}` },
    { authorization: `Basic ${TOKENS.ADMIN}` },
    { authorization: `Bearer ${'x'.repeat(5000)}` },
  ])('wrong credentials are refused, example %$', async (headers) => {
    expect(await statuses(setUp(SIGNED).settings, headers, 'GET /connectors', 'GET /nothing')).toEqual([401, 401]);
  });

  it('roles do what they may', async () => {
    const { settings } = setUp(SIGNED);
    for (const headers of [bearer(TOKENS.ADMIN), basic('admin', TOKENS.ADMIN)]) {
      expect(await statuses(settings, headers, ...EVERYTHING)).toEqual([
        200, 200, 200, 200, 200, 200, 200, 200, 200, 404,
      ]);
    }
    expect(await statuses(settings, bearer(TOKENS.VIEWER), ...EVERYTHING)).toEqual([
      200, 200, 200, 403, 403, 403, 200, 403, 403, 404,
    ]);
  });

  it('roles hold for the connectors they are given for', async () => {
    const users = `users: [{ name: anna, token: '${hashToken('t')}', roles: { admin: 'orders-*', viewer: 'bill*' } }]`;
    const { settings } = setUp({ 'rest.users.file': '/u' }, () => users);
    expect(await statuses(settings, bearer('t'), ...EVERYTHING)).toEqual([
      200, 200, 200, 200, 200, 200, 403, 403, 403, 404,
    ]);
    expect(
      await statuses(
        settings,
        bearer('t'),
        'GET /connectors/billing',
        'DELETE /connectors/billing',
        'GET /connectors/other',
        'GET /connectors/orders-%31',
      ),
    ).toEqual([200, 403, 403, 200]);
    const app = await appOf(settings);
    const { body } = await app.inject({ method: 'DELETE', url: '/connectors/billing', headers: bearer('t') });
    expect(JSON.parse(body).message).toBe('anna needs the role admin for the connector billing.');
  });

  it('passwords are looked at once, and again when they change', async () => {
    let looks = 0;
    const slow = (id: string, right: string) => ({
      cost: 'slow' as const,
      id,
      matches: async (candidate: string) => {
        looks += 1;
        return candidate === right;
      },
    });
    const principal = { name: 'anna', may: () => true, mayAll: () => true, mayAny: () => true };
    let accounts = [{ principal, password: slow('1', 'old'), token: undefined }];
    const current = { current: () => accounts } as unknown as NonNullable<GuardSettings['accounts']>;
    const app = await appOf({ ...setUp(SIGNED).settings, accounts: current });
    const ask = async (user: string, password: string) =>
      (await app.inject({ url: '/connectors', headers: basic(user, password) })).statusCode;
    expect([await ask('anna', 'old'), await ask('anna', 'old'), looks]).toEqual([200, 200, 1]);
    expect([await ask('anna', 'bad'), looks]).toEqual([401, 2]);
    // Somebody else takes as long.
    expect([await ask('bert', 'old'), looks]).toEqual([401, 3]);
    accounts = [{ principal, password: slow('2', 'new'), token: undefined }];
    expect([await ask('anna', 'old'), await ask('anna', 'new'), looks]).toEqual([401, 200, 5]);
  });

  it('users come and go with the file, and stay while it cannot be read', async () => {
    const user = (name: string) =>
      `{ name: ${name}, token: '${hashToken(`token-of-${name}`)}', roles: { viewer: '*' } }`;
    let text = `users: [${user('anna')}]`;
    const { settings, clock, lines } = setUp({ 'rest.users.file': '/u' }, () => text);
    const app = await appOf(settings);
    const ask = async (name: string) =>
      (await app.inject({ url: '/connectors', headers: bearer(`token-of-${name}`) })).statusCode;
    expect([await ask('anna'), await ask('bert')]).toEqual([200, 401]);
    text = `users: [${user('bert')}]`;
    expect([await ask('anna'), await ask('bert')]).toEqual([200, 401]);
    await clock.advance(5_000);
    expect([await ask('anna'), await ask('bert')]).toEqual([401, 200]);
    text = 'users: [';
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(5_000);
      expect(await ask('bert')).toBe(200);
    }
    const errors = lines.filter(({ level }) => level === 'error');
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/users cannot be read any more/) }),
    ]);
  });
});

describe('limits', () => {
  it('too many requests of one user are refused, those of others are not', async () => {
    const app = await appOf(setUp({ ...SIGNED, 'rest.requests.per.minute': 3 }).settings);
    const ask = (token: string) => app.inject({ url: '/connectors', headers: bearer(token) });
    for (let request = 0; request < 3; request += 1) expect((await ask(TOKENS.ADMIN)).statusCode).toBe(200);
    const refused = await ask(TOKENS.ADMIN);
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(TOKENS.VIEWER)).statusCode).toBe(200);
  });

  it('after too many failures the address waits, but for who has a right token', async () => {
    const { settings, clock } = setUp({ ...SIGNED, 'rest.failed.sign.ins.per.minute': 3 });
    const app = await appOf(settings);
    const ask = async (token: string) => (await app.inject({ url: '/connectors', headers: bearer(token) })).statusCode;
    expect([await ask('a'), await ask('b'), await ask('c'), await ask('d')]).toEqual([401, 401, 401, 429]);
    expect(await ask(TOKENS.ADMIN)).toBe(200);
    await clock.advance(60_000);
    expect(await ask('e')).toBe(401);
  });

  it('the addresses of one IPv6 network are one caller', async () => {
    const app = await appOf(setUp({ ...SIGNED, 'rest.failed.sign.ins.per.minute': 1 }).settings);
    const ask = async (remoteAddress: string) =>
      (await app.inject({ url: '/connectors', headers: bearer('a'), remoteAddress })).statusCode;
    expect([await ask('2001:db8::1'), await ask('2001:db8::2'), await ask('2001:db8:0:1::1')]).toEqual([401, 429, 401]);
    expect([await ask('::ffff:192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.2')]).toEqual([401, 429, 401]);
  });
});

describe('the audit log', () => {
  it('says who changed what, and who was turned away', async () => {
    const { settings, lines } = setUp(SIGNED);
    const app = await appOf(settings);
    const headers = bearer(TOKENS.ADMIN);
    await app.inject({
      method: 'PUT',
      url: '/connectors/orders-1/pause?secret=hunter2',
      headers,
      payload: { a: 'hunter2' },
    });
    await app.inject({ method: 'GET', url: '/connectors', headers });
    await app.inject({ method: 'DELETE', url: '/connectors/orders-1', headers: bearer(TOKENS.VIEWER) });
    await app.inject({ method: 'GET', url: '/hunter2', headers: bearer('hunter2') });
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        message: 'change made',
        log: 'audit',
        who: 'admin',
        method: 'PUT',
        route: '/connectors/:name/pause',
        connector: 'orders-1',
        status: 200,
      }),
      expect.objectContaining({
        level: 'warn',
        message: 'request turned away',
        who: 'viewer',
        connector: 'orders-1',
        status: 403,
      }),
      expect.objectContaining({ level: 'warn', who: undefined, route: undefined, status: 401 }),
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/hunter2|token-0123/);
  });

  it('is not filled from outside', async () => {
    const { settings, lines } = setUp({ ...SIGNED, 'rest.failed.sign.ins.per.minute': 1_000 });
    const app = await appOf(settings);
    for (let request = 0; request < 100; request += 1) await app.inject('/connectors');
    expect(lines).toHaveLength(60);
  });
});
