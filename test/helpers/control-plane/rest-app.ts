import type { InjectOptions } from 'fastify';
import { createRestApp, type RestDeps } from '../../../functions/control-plane/rest/app.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { FakePlane } from './fake-plane.ts';

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** The REST API over a control plane that remembers what it was asked; `ask('GET /connectors')`. A body that is no text is sent as JSON. */
export async function restApp(deps: Partial<RestDeps> = {}) {
  const plane = new FakePlane();
  const app = await createRestApp({
    plane,
    logger: silentLogger,
    metrics: async () => 'spillway_task_state 1\n',
    ...deps,
  });
  const ask = async (request: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const [method, url] = request.split(' ');
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = body === undefined ? {} : { payload };
    return await app.inject({
      method: method as Exclude<InjectOptions['method'], undefined>,
      url: url ?? '/',
      headers: { ...(body !== undefined && JSON_TYPE), ...headers },
      ...sent,
    });
  };
  return { app, plane, ask };
}
