/** The REST API of a worker: one app over a control plane, without a port. */
import Fastify, { type FastifyInstance } from 'fastify';

import type { Logger } from '../../../shared/logger.ts';
import type { ControlPlane } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import { connectorConfigRoutes } from './connector-config.ts';
import { connectorStateRoutes } from './connector-state.ts';
import { connectorTopicRoutes } from './connector-topics.ts';
import { connectorRoutes } from './connectors.ts';
import { errorHandler, plainError } from './errors.ts';
import { readJsonBodies } from './json-body.ts';
import { loggerRoutes } from './loggers.ts';
import { negotiate } from './negotiation.ts';
import { offsetRoutes } from './offsets.ts';
import { describeRoutes } from './openapi.ts';
import { collectPaths } from './other-methods.ts';
import { pluginRoutes } from './plugins.ts';
import { DEFAULT_LIMITS, type RestLimits } from './server-limits.ts';
import { refuseAmbiguousPath } from './strict-path.ts';
import { taskRoutes } from './tasks.ts';
import { workerInfoRoutes } from './worker-info.ts';

export interface RestDeps {
  readonly plane: ControlPlane;
  readonly logger: Logger;
  /** Prometheus text format. */
  readonly metrics: () => Promise<string>;
  /** Puts the guard in front of all routes; absent: whoever reaches the port may do everything. */
  readonly guard?: (app: FastifyInstance) => void | Promise<void>;
  /** Adds the routes under `/spillway/`. */
  readonly spillway?: (app: FastifyInstance) => void | Promise<void>;
  readonly limits?: RestLimits;
}

/** Paths that are about connectors: they wait for the config topic to be read. */
const ABOUT_CONNECTORS = /^\/(?:spillway\/)?connectors(?:\/|$)/;
/** Longer than any path that a server's header limit lets through. */
const MAX_PARAM_LENGTH = 65_536;

/** Ready for `inject`, and for servers that hand it their requests (`app.routing`). Every answer that is no success is `{error_code, message}`.
 *  What a request goes through, in order: its path has one meaning, the guard, content types, the worker has read its topics, the handler. */
export async function createRestApp(deps: RestDeps): Promise<FastifyInstance> {
  const { plane, logger, limits = DEFAULT_LIMITS } = deps;
  const onError = errorHandler(logger);
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    handlerTimeout: limits.answerMs,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: onError,
  });
  app.setErrorHandler(onError);
  app.setNotFoundHandler(async ({ method }, reply) => {
    const status = app.supportedMethods.includes(method) ? 404 : 405;
    return reply.code(status).send(plainError(status));
  });
  readJsonBodies(app);
  const addOtherMethods = collectPaths(app);
  app.addHook('onRequest', refuseAmbiguousPath);
  await deps.guard?.(app);
  app.addHook('onRequest', negotiate);
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (ABOUT_CONNECTORS.test(routeOptions.url ?? '')) assertReady(plane);
  });
  await describeRoutes(app, plane.cluster().version);
  workerInfoRoutes(app, plane, deps.metrics);
  for (const routes of RESOURCES) routes(app, plane);
  await deps.spillway?.(app);
  addOtherMethods();
  await app.ready();
  return app;
}

const RESOURCES = [
  connectorRoutes,
  connectorConfigRoutes,
  connectorStateRoutes,
  taskRoutes,
  connectorTopicRoutes,
  offsetRoutes,
  pluginRoutes,
  loggerRoutes,
] as const;

/** @throws Refused 503 while the worker cannot answer for the cluster */
function assertReady(plane: ControlPlane): void {
  const { healthy, message } = plane.health();
  if (!healthy) throw new Refused(503, message);
}
