import { describe, expect, it } from 'vitest';
import { restApp } from '../../../../helpers/control-plane/rest-app.ts';

describe('methods that a path does not have', () => {
  it.each([
    ['POST /', 'GET, HEAD, OPTIONS'],
    ['DELETE /connectors', 'GET, HEAD, OPTIONS, POST'],
    ['PUT /connectors', 'GET, HEAD, OPTIONS, POST'],
    ['TRACE /connectors', 'GET, HEAD, OPTIONS, POST'],
    ['POST /connectors/c1/config', 'GET, HEAD, OPTIONS, PATCH, PUT'],
    ['POST /connectors/c1/pause', 'OPTIONS, PUT'],
    ['HEAD /connectors/c1/pause', 'OPTIONS, PUT'],
    ['PUT /connectors/c1/restart', 'OPTIONS, POST'],
    ['GET /connectors/c1/topics/reset', 'OPTIONS, PUT'],
    ['POST /connectors/c1/tasks', 'GET, HEAD, OPTIONS'],
    ['PUT /admin/loggers', 'GET, HEAD, OPTIONS'],
  ])('%s is a 405 that names those it has', async (request, allow) => {
    const answer = await (await restApp()).ask(request, request.startsWith('P') ? '{' : undefined);
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, allow]);
    if (!request.startsWith('HEAD'))
      expect(answer.json()).toEqual({ error_code: 405, message: 'HTTP 405 Method Not Allowed' });
  });

  it('OPTIONS lists them in a header, and as text for those who do not ask for JSON', async () => {
    const { ask } = await restApp();
    const text = await ask('OPTIONS /connectors');
    expect([text.statusCode, text.headers['content-type'], text.body]).toEqual([
      200,
      'text/plain',
      'GET, HEAD, OPTIONS, POST',
    ]);
    const json = await ask('OPTIONS /connectors', undefined, { accept: 'application/json' });
    expect([json.statusCode, json.headers['allow'], json.body]).toEqual([200, 'GET, HEAD, OPTIONS, POST', '']);
  });

  it('are no part of the OpenAPI document', async () => {
    const { paths } = (await (await restApp()).ask('GET /spillway/openapi.json')).json();
    expect(Object.keys(paths['/connectors'])).toEqual(['get', 'post']);
  });
});
