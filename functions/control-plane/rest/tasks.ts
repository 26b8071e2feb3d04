/** `/connectors/{connector}/tasks`. */
import type { FastifyInstance } from 'fastify';

import type { ControlPlane } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import type { ConnectorPath } from './connectors.ts';
import { plainError } from './errors.ts';
import { failure, operation } from './operation.ts';
import { shape } from './shapes.ts';

const TAG = 'tasks';
const MISSING = failure('There is no such connector, or no such task.');

interface TaskPath {
  readonly Params: { readonly connector: string; readonly task: string };
}

const list = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Tasks of a connector',
  answers: { 200: { description: 'The tasks.', schema: shape('Tasks') }, 404: failure('There is no such connector.') },
});

const status = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: TAG,
  summary: 'State of a task',
  answers: { 200: { description: 'The state.', schema: shape('TaskStatus') }, 404: MISSING },
});

const restart = operation({
  access: { needs: 'operator', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Restart a task',
  answers: { 204: { description: 'Asked for: the status shows when it is done.' }, 404: MISSING },
});

export function taskRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get<ConnectorPath>('/connectors/:connector/tasks', list, async ({ params }) => plane.tasks(params.connector));
  app.get<TaskPath>('/connectors/:connector/tasks/:task/status', status, async ({ params }) =>
    plane.taskStatus(params.connector, taskId(params.task)),
  );
  app.post<TaskPath>('/connectors/:connector/tasks/:task/restart', restart, async ({ params }, reply) => {
    await plane.restartTask(params.connector, taskId(params.task));
    return reply.code(204).send();
  });
}

/** @throws Refused 404 for what is no number that a task can have: there is no such path then */
function taskId(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Refused(404, plainError(404).message);
  return Number(text);
}
