/** How a connector is, and what is wanted of it: status, pause, resume, stop, restart. */
import type { FastifyInstance } from 'fastify';

import type { TargetState } from '../config-state.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { ConnectorPath } from './connectors.ts';
import { failure, operation } from './operation.ts';
import { queryFlag } from './query.ts';
import { shape } from './shapes.ts';

const TAG = 'connectors';
const MISSING = failure('There is no such connector.');

const status = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: TAG,
  summary: 'State of a connector and of its tasks',
  answers: {
    200: { description: 'The state.', schema: shape('ConnectorStatus') },
    404: failure('There is no such connector, or no worker took it up yet.'),
  },
});

/** Each by the last part of its path. Stop is 204 where the others are 202, as in Kafka Connect. */
const TARGETS = [
  { verb: 'pause', target: 'PAUSED', code: 202, summary: 'Pause: tasks stay, keep their positions, and read nothing' },
  {
    verb: 'resume',
    target: 'STARTED',
    code: 202,
    summary: 'Resume, also partitions that `errors.policy=stop` stopped',
  },
  { verb: 'stop', target: 'STOPPED', code: 204, summary: 'Stop: all tasks end, the configuration stays' },
] as const satisfies readonly { verb: string; target: TargetState; code: number; summary: string }[];

const restart = operation({
  access: { needs: 'operator', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Restart a connector, its tasks, or those of them that failed',
  query: {
    includeTasks: { type: 'boolean', description: 'Also its tasks. Default: false.' },
    onlyFailed: { type: 'boolean', description: 'Only what is FAILED. Default: false.' },
  },
  answers: {
    202: {
      description: 'With a parameter: the status, what restarts as RESTARTING.',
      schema: shape('ConnectorStatus'),
    },
    204: { description: 'Without parameters: asked for.' },
    404: MISSING,
  },
});

export function connectorStateRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get<ConnectorPath>('/connectors/:connector/status', status, async ({ params }) => plane.status(params.connector));
  for (const { verb, target, code, summary } of TARGETS) {
    const change = operation({
      access: { needs: 'operator', connectorParam: 'connector' },
      tag: TAG,
      summary,
      answers: { [code]: { description: 'Asked for: the status shows when it is done.' }, 404: MISSING },
    });
    app.put<ConnectorPath>(`/connectors/:connector/${verb}`, change, async ({ params }, reply) => {
      await plane.setTarget(params.connector, target);
      return reply.code(code).send();
    });
  }
  app.post<ConnectorPath>('/connectors/:connector/restart', restart, async (request, reply) => {
    const options = { includeTasks: queryFlag(request, 'includeTasks'), onlyFailed: queryFlag(request, 'onlyFailed') };
    const restarting = await plane.restart(request.params.connector, options);
    if (!options.includeTasks && !options.onlyFailed) return reply.code(204).send();
    return reply.code(202).send(restarting);
  });
}
