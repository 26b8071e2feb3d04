import { describe, expect, it } from 'vitest';
import type { RedriveState } from '../../../../../../functions/control-plane/activity/redrive-state.ts';
import { SPILLWAY_SHAPES } from '../../../../../../functions/control-plane/rest/spillway/shapes.ts';
import { ConfigError, RetriableError } from '../../../../../../shared/errors.ts';
import { RUNNING, SELF, spillwayApp } from '../../../../../helpers/control-plane/spillway-app.ts';

describe('/spillway/health', () => {
  it('is live whatever else is, and whatever is accepted', async () => {
    const { ask, plane } = await spillwayApp();
    plane.healthy = false;
    const answer = await ask('GET /spillway/health/live', undefined, { accept: 'text/plain' });
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'live' }]);
  });

  it('is ready once the topics are read and the group has taken the worker in', async () => {
    const { ask, plane, parts } = await spillwayApp();
    expect((await ask('GET /spillway/health/ready')).json()).toEqual({ status: 'ready', reasons: [] });
    plane.healthy = false;
    parts.membership = undefined;
    const answer = await ask('GET /spillway/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ status: 'not ready', reasons: [/starting/, /no member/].map(matching) });
  });
});

describe('/spillway/connectors/{connector}', () => {
  it('is 404 for what is no connector, on every path', async () => {
    const { ask } = await spillwayApp();
    for (const path of ['lag', 'preview', 'errors', 'errors/summary', 'redrives', 'events', 'logs']) {
      expect([path, (await ask(`GET /spillway/connectors/nope/${path}`)).statusCode]).toEqual([path, 404]);
    }
    expect((await ask('POST /spillway/connectors/nope/test', {})).statusCode).toBe(404);
    expect((await ask('POST /spillway/connectors/nope/redrives', { all: true })).statusCode).toBe(404);
  });

  it('tells the lag of each partition, and of all', async () => {
    const { ask } = await spillwayApp();
    expect((await ask('GET /spillway/connectors/c1/lag')).json()).toMatchObject({
      connector: 'c1',
      group: 'connect-c1',
      lag: 7,
      partitions: [{ partition: 0, lag: 5 }, { committed: null }],
    });
  });

  it('is 503 while Kafka cannot be reached, and 400 for what the dispatcher does not take', async () => {
    const { ask, parts } = await spillwayApp();
    parts.failure = new RetriableError('NO_ANSWER', 'silence');
    for (const path of ['lag', 'preview', 'errors', 'errors/summary']) {
      const answer = await ask(`GET /spillway/connectors/c1/${path}`);
      expect([path, answer.statusCode, answer.json().message]).toEqual([path, 503, 'NO_ANSWER: silence']);
    }
    parts.failure = new ConfigError([{ key: '--partition', message: 'no such' }], 'preview');
    const answer = await ask('GET /spillway/connectors/c1/preview');
    expect([answer.statusCode, answer.json().message]).toEqual([400, 'partition: no such']);
  });

  it('previews what is asked for', async () => {
    const { ask } = await spillwayApp();
    expect((await ask('GET /spillway/connectors/c1/preview')).json()).toEqual({
      connector: 'c1',
      wanted: { count: 5, from: 'latest', headBytes: 1_000 },
    });
    const query = 'records=2&partition=a-b-3&from=17&head=0&unknown=x';
    expect((await ask(`GET /spillway/connectors/c1/preview?${query}`)).json().wanted).toEqual({
      count: 2,
      partition: { topic: 'a-b', partition: 3 },
      from: { offset: 17 },
      headBytes: 0,
    });
  });

  it('refuses parameters by their names, and repeats nothing of them', async () => {
    const { ask } = await spillwayApp();
    const answer = await ask('GET /spillway/connectors/c1/preview?records=hush&partition=hush&from=hush');
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toMatch(/records: expected.*partition: expected.*from: expected/);
    expect(answer.body).not.toContain('hush');
  });

  it('lists errors by filters', async () => {
    const { ask } = await spillwayApp();
    const query = 'code=BAD&class=RecordError&since=2026-01-31T00:00:00Z&topic=e&limit=7';
    const filters = { code: 'BAD', class: 'RecordError', since: '2026-01-31T00:00:00Z' };
    expect((await ask(`GET /spillway/connectors/c1/errors?${query}`)).json()).toEqual({
      connector: 'c1',
      errors: [{ topic: 'e', filters, limit: 7 }],
    });
    expect((await ask(`GET /spillway/connectors/c1/errors/summary?${query}`)).json()).toEqual({
      connector: 'c1',
      kinds: [{ topic: 'e', filters }],
    });
  });
});

describe('/spillway/connectors/{connector}/test', () => {
  it('sends what is given', async () => {
    const { ask, asked } = await spillwayApp();
    await ask('POST /spillway/connectors/c1/test', {});
    await ask('POST /spillway/connectors/c1/test', { key: null, value: { a: 1 }, headers: { h: null }, timeoutMs: 0 });
    const binary = { topic: 't', partition: 3, key: '/w==', keyEncoding: 'base64', value: 'plain' };
    await ask('POST /spillway/connectors/c1/test', binary);
    expect(asked).toEqual([
      ['send', { headers: [] }, 10_000],
      ['send', { key: null, value: Buffer.from('{"a":1}'), headers: [{ key: 'h', value: null }] }, 0],
      ['send', { topic: 't', partition: 3, key: Buffer.from([255]), value: Buffer.from('plain'), headers: [] }, 10_000],
    ]);
  });

  it('is 202 while it is not known what became of it', async () => {
    const { ask, parts } = await spillwayApp();
    expect((await ask('POST /spillway/connectors/c1/test')).statusCode).toBe(200);
    parts.outcome = 'pending';
    expect((await ask('POST /spillway/connectors/c1/test')).statusCode).toBe(202);
    const place = 'topic=orders&partition=0&offset=1';
    expect((await ask(`GET /spillway/connectors/c1/test?${place}`)).statusCode).toBe(202);
    parts.outcome = 'errant';
    expect((await ask(`GET /spillway/connectors/c1/test?${place}`)).statusCode).toBe(200);
  });

  it.each([
    [{ hush: 1 }, /^The body has fields that are not known here; known are topic,/],
    [[], /^The body must be a JSON object$/],
    [{ partition: 'hush' }, /^partition: expected a whole number from 0/],
    [{ key: 'hush!', keyEncoding: 'base64' }, /^key: expected base64$/],
    [
      { value: 'hush', valueEncoding: 'base64', timeoutMs: 99_999 },
      /^timeoutMs: expected a whole number from 0 to 30000/,
    ],
    [{ headers: { hush: 7 } }, /^headers: /],
  ])('refuses %j by the name of the field alone', async (body, message) => {
    const { ask } = await spillwayApp();
    const answer = await ask('POST /spillway/connectors/c1/test', body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toMatch(message);
    expect(answer.body).not.toContain('hush');
  });

  it('refuses what is nested too deeply to be a record', async () => {
    const { ask } = await spillwayApp();
    const deep = `{"value":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const answer = await ask('POST /spillway/connectors/c1/test', deep);
    expect([answer.statusCode, answer.body.length < 300]).toEqual([400, true]);
  });

  it('asks for a whole place', async () => {
    const { ask } = await spillwayApp();
    const answer = await ask('GET /spillway/connectors/c1/test?topic=orders&partition=x');
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toMatch(/^partition: .*; offset: /);
  });
});

describe('/spillway/connectors/{connector}/redrives', () => {
  it('says what would be sent unless it is told to send', async () => {
    const { ask, asked } = await spillwayApp();
    const answer = await ask('POST /spillway/connectors/c1/redrives', { code: 'BAD', to: 'sink', places: ['0:1'] });
    const order = {
      filters: { code: 'BAD', places: ['0:1'] },
      all: false,
      to: 'sink',
      rate: 100,
      maxAttempts: 3,
      again: false,
    };
    expect([answer.statusCode, answer.json()]).toEqual([200, { dryRun: true, rehearsals: [{ order }] }]);
    expect(asked).toEqual([]);
  });

  it('is 202 while it is under way, and 200 when it ended', async () => {
    const { ask, asked, parts } = await spillwayApp();
    const body = { all: true, confirm: true, waitMs: 1, topic: 'e', rate: 0 };
    const answer = await ask('POST /spillway/connectors/c1/redrives', body);
    expect([answer.statusCode, answer.json()]).toEqual([202, { dryRun: false, redrive: { worker: SELF, ...RUNNING } }]);
    const order = {
      filters: { places: [] },
      all: true,
      topic: 'e',
      to: 'topic',
      rate: 0,
      maxAttempts: 3,
      again: false,
    };
    expect(asked).toEqual([['start', order, undefined, 1]]);
    parts.redrive = { ...RUNNING, state: 'done', endedAt: 9 };
    expect((await ask('POST /spillway/connectors/c1/redrives', body)).statusCode).toBe(200);
  });

  it('tells those of all workers', async () => {
    const { ask, activities } = await spillwayApp();
    activities.set(SELF, { events: [], logs: [], redrives: [RUNNING] });
    activities.set('w2:8083', {
      events: [],
      logs: [],
      redrives: [{ ...RUNNING, id: 'r0', startedAt: 2, state: 'done' }],
    });
    const { redrives } = (await ask('GET /spillway/connectors/c1/redrives')).json();
    expect(redrives).toMatchObject([
      { id: 'r0', worker: 'w2:8083' },
      { id: 'r1', worker: SELF },
    ]);
    expect((await ask('GET /spillway/connectors/c1/redrives/r0')).json()).toMatchObject({ state: 'done' });
    expect((await ask('GET /spillway/connectors/c1/redrives/r7')).statusCode).toBe(404);
  });

  it('takes those of workers that are gone for interrupted', async () => {
    const { ask, parts, activities } = await spillwayApp();
    activities.set('w2:8083', { events: [], logs: [], redrives: [RUNNING, { ...RUNNING, id: 'r2', state: 'done' }] });
    const states = async () =>
      (await ask('GET /spillway/connectors/c1/redrives')).json().redrives.map((r: RedriveState) => r.state);
    expect(await states()).toEqual(['interrupted', 'done']);
    parts.membership = { generation: 4, leader: SELF, workers: [SELF, 'w2:8083'] };
    expect(await states()).toEqual(['running', 'done']);
    parts.membership = undefined;
    expect(await states()).toEqual(['running', 'done']);
  });

  it('stops what this worker does, and says of others who does them', async () => {
    const { ask, parts, activities } = await spillwayApp();
    expect((await ask('DELETE /spillway/connectors/c1/redrives/r1')).statusCode).toBe(202);
    parts.redrive = { ...RUNNING, state: 'stopped' };
    expect((await ask('DELETE /spillway/connectors/c1/redrives/r1')).statusCode).toBe(200);
    parts.redrive = undefined;
    expect((await ask('DELETE /spillway/connectors/c1/redrives/r1')).statusCode).toBe(404);
    parts.membership = { generation: 4, leader: SELF, workers: [SELF, 'w2:8083'] };
    activities.set('w2:8083', {
      events: [],
      logs: [],
      redrives: [RUNNING, { ...RUNNING, id: 'r2', state: 'done' }],
    });
    const message = async (id: string) => (await ask(`DELETE /spillway/connectors/c1/redrives/${id}`)).json().message;
    expect(await message('r1')).toBe('The worker w2:8083 does it: ask that one to stop it.');
    expect(await message('r2')).toBe('It ended before: it is done.');
  });
});

describe('events and logs', () => {
  it('are those of all workers, as they are wanted', async () => {
    const { ask, activities } = await spillwayApp();
    activities.set('w2:8083', {
      events: [
        { at: 1_000, kind: 'state', message: 'old' },
        { at: Date.UTC(2026, 0, 31), kind: 'error', task: 1, message: 'new' },
      ],
      logs: [{ at: 5, level: 'warn', message: 'line', fields: '{"a":1}' }],
      redrives: [],
    });
    const events = async (query: string) =>
      (await ask(`GET /spillway/connectors/c1/events?${query}`))
        .json()
        .events.map((e: { message: string }) => e.message);
    expect(await events('')).toEqual(['old', 'new']);
    expect(await events('since=1001')).toEqual(['new']);
    expect(await events('since=2026-01-31T08:00:00%2B08:00&kind=error&task=1')).toEqual(['new']);
    expect(await events('limit=1&worker=w2:8083')).toEqual(['new']);
    expect((await ask('GET /spillway/connectors/c1/events?since=hush')).statusCode).toBe(400);
    expect((await ask('GET /spillway/connectors/c1/logs?level=warn')).json().logs).toEqual([
      { worker: 'w2:8083', at: 5, level: 'warn', message: 'line', fields: { a: 1 } },
    ]);
    expect((await ask('GET /spillway/connectors/c1/logs?level=error')).json().logs).toEqual([]);
  });
});

describe('/spillway/cluster', () => {
  it('is told of the group', async () => {
    const { ask } = await spillwayApp();
    expect((await ask('GET /spillway/cluster')).json()).toMatchObject({
      group: 'workers',
      generation: 3,
      leader: SELF,
    });
  });
});

describe('the OpenAPI document', () => {
  it('has these routes, and a shape for every reference', async () => {
    const { ask } = await spillwayApp();
    const text = (await ask('GET /spillway/openapi.json')).body;
    const { paths, components } = JSON.parse(text);
    expect(Object.keys(paths)).toContain('/spillway/connectors/{connector}/redrives/{id}');
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    expect([...used].filter((name) => components.schemas[String(name)] === undefined)).toEqual([]);
    expect(Object.keys(SPILLWAY_SHAPES).filter((name) => !used.has(name))).toEqual([]);
  });

  it.each([
    ['GET /spillway/health/live', 'Live'],
    ['GET /spillway/health/ready', 'Ready'],
    ['GET /spillway/cluster', 'ClusterView'],
    ['GET /spillway/connectors/c1/lag', 'Lag'],
    ['GET /spillway/connectors/c1/events', 'Events'],
    ['GET /spillway/connectors/c1/logs', 'Logs'],
    ['POST /spillway/connectors/c1/test', 'TestAnswer'],
    ['GET /spillway/connectors/c1/errors', 'ErrorRows'],
    ['GET /spillway/connectors/c1/errors/summary', 'ErrorKinds'],
    ['GET /spillway/connectors/c1/redrives', 'Redrives'],
    ['GET /spillway/connectors/c1/redrives/r1', 'Redrive'],
    ['DELETE /spillway/connectors/c1/redrives/r1', 'Redrive'],
  ] as const)('describes what %s answers', async (request, shape) => {
    const { ask, activities } = await spillwayApp();
    const event = { at: 1, kind: 'error', message: 'm', task: 0, code: 'X', count: 2, lastAt: 3 } as const;
    const line = { at: 1, level: 'info', message: 'm', fields: '{"a":1}' } as const;
    activities.set(SELF, { events: [event], logs: [line], redrives: [RUNNING] });
    const answer = (await ask(request)).json();
    expect(SPILLWAY_SHAPES[shape].parse(answer)).toEqual(answer);
  });
});

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
