import { describe, expect, it } from 'vitest';
import { apiOf, routeOf } from '../../../../../infra/local/fc/route.ts';

const route = (method: string, path: string, query: readonly (readonly [string, string])[] = []) =>
  routeOf({ method, rawPath: path, path, query, headers: new Map() });

describe('routeOf', () => {
  it.each([
    ['POST', '/2023-03-30/functions/fn/invocations', '3.0', 'invoke', undefined, 'LATEST'],
    ['GET', '/2023-03-30/functions/fn', '3.0', 'get', undefined, 'LATEST'],
    ['POST', '/2016-08-15/services/svc/functions/fn/invocations', '2.0', 'invoke', 'svc', 'LATEST'],
    ['POST', '/2021-06-22/services/svc.prod/functions/fn/invocations', '2.0', 'invoke', 'svc', 'prod'],
    ['GET', '/2023-03-30/functions/fn/async-invoke-config', '3.0', 'get-async', undefined, 'LATEST'],
    ['GET', '/2021-06-22/services/svc.2/functions/fn', '2.0', 'get', 'svc', '2'],
  ])('reads %s %s', (method, path, api, operation, service, qualifier) => {
    expect(route(method, path)).toEqual({ api, operation, address: { name: 'fn', service, qualifier } });
  });

  it('takes the qualifier of 3.0 from the query', () => {
    expect(route('POST', '/2023-03-30/functions/fn/invocations', [['qualifier', 'prod']]).address.qualifier).toBe(
      'prod',
    );
    expect(route('POST', '/2023-03-30/functions/fn/invocations', [['qualifier', '']]).address.qualifier).toBe('LATEST');
  });

  it.each([
    ['GET', '/2023-03-30/functions/fn/invocations'],
    ['POST', '/2023-03-30/functions/fn'],
    ['POST', '/2023-03-30/functions/a/b/invocations'],
    ['GET', '/2016-08-15/services/svc'],
    ['GET', '/'],
  ])('refuses %s %s', (method, path) => {
    expect(() => route(method, path)).toThrow(`'${path}' against '${method}' is not supported`);
  });
});

it('knows whose errors a path is answered with', () => {
  expect([apiOf('/2016-08-15/x'), apiOf('/2021-06-22/x'), apiOf('/2023-03-30/x'), apiOf('/')]).toEqual([
    '2.0',
    '2.0',
    '3.0',
    '3.0',
  ]);
});
