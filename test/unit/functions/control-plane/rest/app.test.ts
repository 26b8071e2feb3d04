import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { JSON_TYPE, restApp } from '../../../../helpers/control-plane/rest-app.ts';

describe('createRestApp', () => {
  it.each([
    'GET /',
    'GET /health',
    'GET /connectors',
    'GET /connectors/c1',
    'GET /connectors/c1/config',
    'GET /connectors/c1/status',
    'GET /connectors/c1/tasks',
    'GET /connectors/c1/tasks/0/status',
    'GET /connectors/c1/topics',
    'GET /connectors/c1/offsets',
    'GET /connector-plugins',
    'GET /connector-plugins/file-sink/config',
    'GET /admin/loggers',
    'GET /admin/loggers/root',
    'GET /spillway/openapi.json',
  ])('answers %s with JSON, and its HEAD and trailing slash alike', async (request) => {
    const { ask } = await restApp();
    const answer = await ask(request);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    const head = await ask(request.replace('GET', 'HEAD'));
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      answer.headers['content-length'],
    ]);
    expect((await ask(`${request.replace(/\/$/, '')}/`)).json()).toEqual(answer.json());
  });

  it.each([
    'GET /nope',
    'GET /connectors/c1/nope',
    'GET /connectors/c1/tasks-config',
    'GET /connectors/c1/tasks/x/status',
    'GET /connectors/c1/tasks/-1/status',
    'PUT /connectors/c1/fence',
    'OPTIONS /nope',
    'POST /nope',
  ])('answers %s with 404 in the words of Kafka Connect', async (request) => {
    const answer = await (await restApp()).ask(request, request.startsWith('POST') ? '{' : undefined);
    expect([answer.statusCode, answer.json()]).toEqual([404, { error_code: 404, message: 'HTTP 404 Not Found' }]);
  });

  it('asks the guard before it says anything else of a request, and after that its path is unambiguous', async () => {
    const { ask } = await restApp({
      guard: (app) => {
        app.addHook('onRequest', async () => {
          throw new Refused(401, 'Sign in.');
        });
      },
    });
    for (const request of [
      'GET /connectors',
      'GET /nope',
      'DELETE /connectors',
      'POST /connectors',
      'OPTIONS /connectors',
    ]) {
      expect((await ask(request, 'x', { 'content-type': 'text/plain' })).statusCode).toBe(401);
    }
    expect((await ask('GET //connectors')).statusCode).toBe(400);
  });

  it('serves routes of others by the same rules', async () => {
    const { ask } = await restApp({
      spillway: (app) => {
        app.post('/spillway/echo', { config: { access: { needs: 'viewer' } } }, async ({ body }) => ({ body }));
      },
    });
    expect((await ask('POST /spillway/echo', { n: 1.5 })).json()).toEqual({ body: { n: 1.5 } });
    expect((await ask('POST /spillway/echo')).json()).toEqual({});
    expect((await ask('POST /spillway/echo', '{')).statusCode).toBe(400);
    expect((await ask('GET /spillway/echo')).statusCode).toBe(405);
    expect((await ask('POST /spillway/echo', 'x', { 'content-type': 'text/plain' })).statusCode).toBe(415);
  });

  it('says 503 of connectors until the worker has read its topics, and answers the rest', async () => {
    const { plane, ask } = await restApp();
    plane.healthy = false;
    const refused = { error_code: 503, message: 'Worker is still starting up.' };
    expect((await ask('GET /connectors')).json()).toEqual(refused);
    expect((await ask('DELETE /connectors/c1')).json()).toEqual(refused);
    expect((await ask('PUT /connectors/c1/config', {})).statusCode).toBe(503);
    expect((await ask('GET /')).statusCode).toBe(200);
    expect((await ask('GET /connector-plugins')).statusCode).toBe(200);
  });

  it('takes a body as long as the limit, and no longer', async () => {
    const limits = {
      bodyBytes: 100,
      headerBytes: 16_384,
      requestMs: 1000,
      answerMs: 1000,
      idleMs: 1000,
      connections: 1,
    };
    const { ask } = await restApp({ limits });
    const body = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;
    expect((await ask('PUT /connectors/c2/config', body(100))).statusCode).toBe(201);
    const refused = await ask('PUT /connectors/c2/config', body(101));
    expect([refused.statusCode, refused.json()]).toEqual([
      413,
      { error_code: 413, message: 'HTTP 413 Payload Too Large' },
    ]);
    expect((await ask('PUT /connectors/c1/pause', body(101))).statusCode).toBe(413);
  });

  it('shows metrics as text, whatever the caller accepts', async () => {
    const answer = await (await restApp()).ask('GET /metrics', undefined, { accept: 'text/plain', ...JSON_TYPE });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'spillway_task_state 1\n',
    ]);
  });

  it('answers 503 when a handler gives no answer in time', async () => {
    const limits = { bodyBytes: 100, headerBytes: 16_384, requestMs: 1000, answerMs: 1, idleMs: 1000, connections: 1 };
    const { plane, ask } = await restApp({ limits });
    plane.offsets = () => new Promise(() => undefined);
    const answer = await ask('GET /connectors/c1/offsets');
    expect(answer.statusCode).toBe(503);
    expect(answer.json().message).toContain('no answer in time');
  });
});
