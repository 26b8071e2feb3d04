/** `/admin/loggers`: what the worker logs, and changing it while it runs. */
import type { FastifyInstance } from 'fastify';

import type { ControlPlane } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import { jsonObject } from './given-config.ts';
import { failure, operation } from './operation.ts';
import { queryText } from './query.ts';
import { shape } from './shapes.ts';

const PATH = '/admin/loggers/:logger';
const TAG = 'loggers';
const MISSING = failure('There is no such logger, or no such level.');

interface LoggerPath {
  readonly Params: { readonly logger: string };
}

const list = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'Levels of all loggers of this worker',
  answers: { 200: { description: 'By name.', schema: shape('Loggers') } },
});

const read = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'Level of a logger of this worker',
  answers: { 200: { description: 'The level.', schema: shape('Logger') }, 404: MISSING },
});

const put = operation({
  access: { needs: 'admin' },
  tag: TAG,
  summary: 'Set the level of a logger and of those below it',
  query: {
    scope: { type: 'string', enum: ['worker', 'cluster'], description: 'Default, and for any other word: `worker`.' },
  },
  body: shape('Level'),
  answers: {
    200: { description: 'Names of the loggers that changed here.', schema: shape('Names') },
    204: { description: 'With `scope=cluster`: every worker will set it.' },
    404: MISSING,
  },
});

export function loggerRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get('/admin/loggers', list, async () => plane.loggers());
  app.get<LoggerPath>(PATH, read, async ({ params }) => plane.logger(params.logger));
  app.put<LoggerPath>(PATH, put, async (request, reply) => {
    const scope = queryText(request, 'scope')?.toLowerCase() === 'cluster' ? 'cluster' : 'worker';
    const changed = await plane.setLogger(request.params.logger, levelOf(request.body), scope);
    return changed === undefined ? reply.code(204).send() : reply.send(changed);
  });
}

/** @throws Refused 400 when there is none */
function levelOf(body: unknown): string {
  const { level } = jsonObject(body, 'The body');
  if (typeof level === 'string') return level;
  if (level === undefined || level === null)
    throw new Refused(400, "Desired 'level' parameter was not specified in request.");
  throw new Refused(400, "'level' must be a text.");
}
