import { expect, it } from 'vitest';
import type { RouteAccess } from '../../../functions/control-plane/rest/route-access.ts';
import { type SpillwayDeps, spillwayRoutes } from '../../../functions/control-plane/rest/spillway/routes.ts';
import { restApp } from '../../helpers/control-plane/rest-app.ts';
import { page, tableRows } from './pages.ts';

it('docs/spillway-api.md has every route under /spillway/ with the role that it needs, and no other', async () => {
  const routes: string[] = [];
  await restApp({
    guard: (app) => {
      app.addHook('onRoute', ({ url, method, config, schema }) => {
        const access = (config as { readonly access?: RouteAccess } | undefined)?.access;
        const hidden = (schema as { readonly hide?: boolean } | undefined)?.hide === true;
        if (!url.startsWith('/spillway/') || hidden || method === 'HEAD') return;
        const path = url.replace(/:(\w+)/g, '{$1}');
        expect([path, access?.connectorParam]).toEqual([path, path.includes('{connector}') ? 'connector' : undefined]);
        routes.push(`${String(method)} ${path} ${access?.needs === 'open' ? 'none' : access?.needs}`);
      });
    },
    // Nothing is asked.
    spillway: (app) => spillwayRoutes(app, { cluster: {} } as SpillwayDeps),
  });
  const rows = tableRows(page('docs/spillway-api.md')).filter(([path]) => /^(GET|POST|PUT|DELETE) /.test(path));
  const documented = rows.map(([path, role = '']) => `${path} ${role.replaceAll('`', '')}`);
  expect(documented.sort()).toEqual(routes.sort());
});
