import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import type { Principal } from '../../../../../functions/control-plane/rest/route-access.ts';
import { restApp } from '../../../../helpers/control-plane/rest-app.ts';

describe('GET /connectors', () => {
  it('lists names, or what `expand` asks for of each', async () => {
    const { ask, plane } = await restApp();
    const info = plane.info('c1');
    const status = plane.status('c1');
    const answer = async (query: string) => (await ask(`GET /connectors${query}`)).json();
    expect(await answer('')).toEqual(['c1']);
    expect(await answer('?expand=info')).toEqual({ c1: { info } });
    expect(await answer('?expand=status&expand=info')).toEqual({ c1: { info, status } });
    for (const query of ['?expand=', '?expand=bogus', '?expand=status,info'])
      expect(await answer(query)).toEqual({ c1: {} });
    plane.names.pop();
    expect(await answer('?expand=info')).toEqual({});
  });

  it('leaves out one of which nothing is known yet', async () => {
    const { ask, plane } = await restApp();
    plane.names.push('c2');
    const status = plane.status('c1');
    plane.status = (name) => {
      if (name === 'c2') throw new Refused(404, 'No status found for connector c2');
      return status;
    };
    expect((await ask('GET /connectors?expand=status')).json()).toEqual({ c1: { status } });
    plane.status = () => {
      throw new Refused(500, 'Kafka does not answer');
    };
    expect((await ask('GET /connectors?expand=status')).statusCode).toBe(500);
  });
});

describe('POST /connectors', () => {
  it('creates, and says where it is', async () => {
    const { ask, plane } = await restApp();
    const answer = await ask('POST /connectors', { name: 'c2', config: { topics: 'a' }, initial_state: 'paused' });
    expect([answer.statusCode, answer.headers['location']]).toEqual([201, 'http://localhost:80/connectors/c2']);
    expect(answer.json()).toEqual(plane.info('c2'));
    expect(plane.calls).toEqual([['create', 'c2', { topics: 'a' }, 'PAUSED']]);
    expect((await ask('POST /connectors', { name: 'c2', config: {} })).statusCode).toBe(409);
  });

  it('passes numbers on digit by digit', async () => {
    const { ask, plane } = await restApp();
    await ask('POST /connectors', '{"name":"c2","config":{"a":12345678901234567890,"b":1.0,"c":false,"d":null}}');
    expect(plane.calls[0]?.[2]).toEqual({ a: '12345678901234567890', b: '1.0', c: false, d: null });
  });
});

describe('DELETE /connectors/{connector}', () => {
  it('leaves the group unless it is told otherwise', async () => {
    const { ask, plane } = await restApp();
    expect((await ask('DELETE /connectors/c1')).statusCode).toBe(204);
    expect((await ask('DELETE /connectors/c1?cleanGroup=TRUE')).statusCode).toBe(404);
    expect(plane.calls).toEqual([
      ['remove', 'c1', false],
      ['remove', 'c1', true],
    ]);
  });
});

describe('whoever may see some connectors only', () => {
  const viewer: Principal = {
    name: 'ann',
    may: (role, connector) => connector.startsWith('c') && (role === 'viewer' || connector === 'c9'),
    mayAll: () => false,
    mayAny: () => true,
  };

  it('sees those in lists, and creates only where the role reaches', async () => {
    const { ask, plane } = await restApp({
      guard: (app) => {
        app.addHook('onRequest', async (request) => {
          request.principal = viewer;
        });
      },
    });
    plane.names.push('other');
    expect((await ask('GET /connectors')).json()).toEqual(['c1']);
    expect(Object.keys((await ask('GET /connectors?expand=info')).json())).toEqual(['c1']);
    const refused = await ask('POST /connectors', { name: 'c2', config: {} });
    expect([refused.statusCode, refused.json().message]).toEqual([
      403,
      'ann needs the role admin for the connector c2.',
    ]);
    expect((await ask('POST /connectors', { name: 'c9', config: {} })).statusCode).toBe(201);
  });
});
