import { describe, expect, it } from 'vitest';
import { restApp } from '../../../../helpers/control-plane/rest-app.ts';

describe('refuseAmbiguousPath', () => {
  it.each([
    '//connectors',
    '/connectors//c1',
    '/connectors/a%2Fb',
    '/connectors/a%2fstatus',
    '/connectors/a%25',
    '/connectors/a%5Cb',
    '/connectors/a%00',
    '/connectors/a%0A',
    '/connectors/..%2Fadmin',
    '/connectors/%2e%2e/admin/loggers',
    '/connectors/../admin/loggers',
    '/connectors/./c1',
    '/nope//x',
  ])('refuses %s', async (path) => {
    const { app, plane } = await restApp();
    const answer = await app.inject({ method: 'DELETE', url: path });
    // A client may put dot segments right by itself before it sends them.
    if (answer.raw.req.url !== path) return;
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toContain('ambiguous');
    expect(plane.calls).toEqual([]);
  });

  it.each(['/connectors/a%zz', '/connectors/%', '/connectors/%ff'])('refuses %s, which is no text', async (path) => {
    const answer = await (await restApp()).ask(`GET ${path}`);
    expect(answer.json()).toEqual({ error_code: 400, message: 'HTTP 400 Bad Request' });
  });

  it('takes the other characters that a name can have, and never a plus for a blank', async () => {
    const { ask } = await restApp();
    const message = async (path: string) => (await ask(`GET ${path}`)).json().message;
    expect(await message('/connectors/n%20a.b%3Ac%2B%C3%A9')).toBe('Connector n a.b:c+é not found');
    expect(await message('/connectors/n+a')).toBe('Connector n+a not found');
    expect(await message('/connectors/...')).toBe('Connector ... not found');
    expect((await ask('GET /connectors?x=//%2F')).statusCode).toBe(200);
  });
});
