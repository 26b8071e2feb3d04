/** A guarded app with a route of every kind, in process. */
import Fastify from 'fastify';
import { Refused } from '../../../../../../functions/control-plane/refused.ts';
import {
  type GuardSettings,
  guardSettings,
} from '../../../../../../functions/control-plane/rest/guard/guard-settings.ts';
import { installGuard } from '../../../../../../functions/control-plane/rest/guard/install-guard.ts';
import type { RouteAccess } from '../../../../../../functions/control-plane/rest/route-access.ts';
import { secretResolver } from '../../../../../../shared/config/secret-resolver.ts';
import { parseWorker } from '../../../../../../shared/config/worker-keys.ts';
import { ManualClock } from '../../../../../helpers/manual-clock.ts';
import { recordedLines } from '../../../../../helpers/recorded-lines.ts';

export const TOKENS = { ADMIN: 'the-admin-token-0123', VIEWER: 'the-viewer-token-0123' };

/** @param users text of the file of users */
export function setUp(raw: Record<string, unknown> = {}, users: () => string = () => '') {
  const { lines, logger } = recordedLines();
  const clock = new ManualClock();
  const worker = parseWorker({ 'bootstrap.servers': 'k:9092', ...raw }).config;
  const settings = guardSettings(
    worker,
    secretResolver(TOKENS, () => users()),
    {
      clock,
      logger,
      randomKey: Buffer.alloc(32, 1),
    },
  );
  return { lines, clock, settings };
}

export async function appOf(settings: GuardSettings) {
  const app = Fastify({ logger: false });
  app.setErrorHandler((thrown, _request, reply) => {
    if (!(thrown instanceof Refused)) throw thrown;
    return reply.code(thrown.status).send({ error_code: thrown.status, message: thrown.message });
  });
  await installGuard(app, settings);
  const answer = async (request: { principal?: { name: string } }) => ({ who: request.principal?.name ?? null });
  const access = (one: RouteAccess) => ({ config: { access: one } });
  app.get('/live', access({ needs: 'open' }), answer);
  app.get('/connectors', access({ needs: 'viewer' }), answer);
  app.get('/connectors/:name', access({ needs: 'viewer', connectorParam: 'name' }), answer);
  app.put('/connectors/:name/pause', access({ needs: 'operator', connectorParam: 'name' }), answer);
  app.delete('/connectors/:name', access({ needs: 'admin', connectorParam: 'name' }), answer);
  app.post('/connectors', access({ needs: 'admin', connectorInBody: true }), answer);
  app.get('/metrics', access({ needs: 'viewer', ofAll: true }), answer);
  app.put('/admin/loggers/:logger', access({ needs: 'admin' }), answer);
  app.get('/undeclared', answer);
  return app;
}

/** Settings with two of the tokens. */
export const SIGNED = { 'rest.admin.token': '${env:ADMIN}', 'rest.viewer.token': '${env:VIEWER}' };
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
