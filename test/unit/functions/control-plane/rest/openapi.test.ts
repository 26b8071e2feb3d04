import { describe, expect, it } from 'vitest';
import { EVERY_ROUTE } from '../../../../../functions/control-plane/rest/operation.ts';
import { golden } from '../../../../helpers/connect-replay/golden.ts';
import { replay } from '../../../../helpers/connect-replay/replay.ts';
import { MEMORY_VERSION, workerInMemory } from '../../../../helpers/connect-replay/worker-in-memory.ts';
import { restApp } from '../../../../helpers/control-plane/rest-app.ts';
import { type ApiDocument, routesOf } from '../../../../helpers/rest-fuzz/document.ts';

/** Statuses that no answer of the recording has, and where a test has them. */
const SEEN_ELSEWHERE = new Set([
  'GET /health 503', // routes.test.ts
  'DELETE /connectors/{connector} 409', // plane: a group that keeps its members
  'PATCH /connectors/{connector}/offsets 409', // plane
  'DELETE /connectors/{connector}/offsets 409', // plane
  'GET /metrics 200', // app.test.ts
  'GET /spillway/openapi.json 200', // here
]);

async function documentOf(ask: Awaited<ReturnType<typeof restApp>>['ask']): Promise<ApiDocument> {
  return (await ask('GET /spillway/openapi.json')).json() as ApiDocument;
}

describe('the OpenAPI document', () => {
  it('has every route, those of others too, and no other', async () => {
    const registered: string[] = [];
    const { ask } = await restApp({
      guard: (app) => {
        app.addHook('onRoute', ({ method, url, schema }) => {
          const isShown = (schema as { hide?: boolean } | undefined)?.hide !== true && method !== 'HEAD';
          if (isShown) registered.push(`${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
        });
      },
      spillway: (app) => {
        app.get('/spillway/x/:connector', { config: { access: { needs: 'viewer' } } }, async () => ({}));
      },
    });
    const documented = routesOf(await documentOf(ask)).map(({ method, path }) => `${method} ${path}`);
    expect(documented.sort()).toEqual(registered.sort());
    expect(documented).toContain('GET /spillway/x/{connector}');
  });

  it('says of every operation what it does and what each answer means, and refers to nothing that is not there', async () => {
    const document = await documentOf((await restApp()).ask);
    for (const { method, path, operation } of routesOf(document)) {
      const answers = Object.values(operation.responses) as { description?: string }[];
      const at = `${method} ${path}`;
      expect([at, operation.summary !== undefined, answers.filter(({ description }) => !description)]).toEqual([
        at,
        true,
        [],
      ]);
      for (const status of Object.keys(EVERY_ROUTE))
        expect([at, Object.keys(operation.responses)]).toEqual([at, expect.arrayContaining([status])]);
    }
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    const names = new Set([...references].map(([, name]) => name));
    expect(names.size).toBeGreaterThan(10);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining([...names]));
  });

  it('documents each status that the recording gets, and none that nothing gets', async () => {
    const worker = await workerInMemory();
    const document = JSON.parse(
      (await worker.ask({ method: 'GET', path: '/spillway/openapi.json', headers: {}, body: null })).text,
    ) as ApiDocument;
    const routes = routesOf(document).map((route) => ({
      ...route,
      pattern: new RegExp(`^${route.path.replace(/\{[^}]+\}/g, '[^/?]+')}/?(?:\\?|$)`),
    }));
    const seen = new Set<string>();
    for (const { entry, answer } of await replay(worker, golden(MEMORY_VERSION))) {
      const { method, path } = entry.request;
      const route = routes.find((one) => one.method === method && one.pattern.test(path));
      if (route === undefined) continue;
      seen.add(`${route.method} ${route.path} ${answer.status}`);
      const known = Object.keys(route.operation.responses).map(Number);
      expect([entry.id, answer.status, known]).toEqual([
        entry.id,
        answer.status,
        expect.arrayContaining([answer.status]),
      ]);
    }
    await worker.stop();
    const unseen = routes.flatMap(({ method, path, operation }) =>
      Object.keys(operation.responses)
        .filter((status) => !Object.hasOwn(EVERY_ROUTE, status) || (status === '503' && path === '/health'))
        .map((status) => `${method} ${path} ${status}`)
        .filter((one) => !seen.has(one)),
    );
    expect(new Set(unseen)).toEqual(SEEN_ELSEWHERE);
  });
});
