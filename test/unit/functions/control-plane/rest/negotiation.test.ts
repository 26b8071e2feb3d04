import { describe, expect, it } from 'vitest';
import { acceptsJson } from '../../../../../functions/control-plane/rest/negotiation.ts';
import { restApp } from '../../../../helpers/control-plane/rest-app.ts';

describe('acceptsJson', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['*/*', true],
    ['application/json', true],
    ['APPLICATION/JSON; charset=utf-8', true],
    ['application/*', true],
    ['text/html, */*;q=0.8', true],
    ['text/html', false],
    ['text/plain, application/xml', false],
    ['application/json;q=0', false],
    ['application/json; q=0, */*', false],
    ['application/*;q=0, */*', false],
    ['application/jsonx', false],
    [';;,,', false],
  ])('%j: %s', (accept, accepted) => {
    expect(acceptsJson(accept)).toBe(accepted);
  });
});

describe('content types', () => {
  it.each([
    ['GET /connectors', 'text/plain'],
    ['DELETE /connectors/c1', 'text/plain'],
    ['PUT /connectors/c1/pause', 'application/x-www-form-urlencoded'],
    ['POST /connectors', 'application/x-www-form-urlencoded'],
    ['PATCH /connectors/c1/config', 'application/merge-patch+json'],
    ['PUT /connectors/c1/config', ''],
  ])('%s with %j is a 415', async (request, type) => {
    const { ask, plane } = await restApp();
    const answer = await ask(request, request.startsWith('GET') ? undefined : '{}', { 'content-type': type });
    expect(answer.json()).toEqual({ error_code: 415, message: 'HTTP 415 Unsupported Media Type' });
    expect(plane.calls).toEqual([]);
  });

  it('needs none where there is no body, or the body is ignored', async () => {
    const { app, ask } = await restApp();
    expect((await ask('PUT /connectors/c1/pause')).statusCode).toBe(202);
    const ignored = await app.inject({ method: 'PUT', url: '/connectors/c1/pause', payload: Buffer.from('null') });
    expect(ignored.statusCode).toBe(202);
    const missing = await app.inject({ method: 'POST', url: '/connectors', payload: Buffer.from('{}') });
    expect(missing.statusCode).toBe(415);
    expect((await app.inject({ method: 'POST', url: '/connectors' })).statusCode).toBe(400);
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"'])(
    'takes %s',
    async (type) => {
      const { ask } = await restApp();
      expect((await ask('PUT /connectors/c1/config', '{}', { 'content-type': type })).statusCode).toBe(200);
    },
  );

  it.each(['{', 'null', '""', 'x'])('does not read %j where no body is expected', async (body) => {
    const { ask, plane } = await restApp();
    expect((await ask('POST /connectors/c1/restart', body)).statusCode).toBe(204);
    expect((await ask('DELETE /connectors/c1', body)).statusCode).toBe(204);
    expect(plane.calls.map(([call]) => call)).toEqual(['restart', 'remove']);
  });

  it('answers 406 where JSON is not accepted', async () => {
    const answer = await (await restApp()).ask('GET /connectors', undefined, { accept: 'text/html' });
    expect(answer.json()).toEqual({ error_code: 406, message: 'HTTP 406 Not Acceptable' });
  });
});
