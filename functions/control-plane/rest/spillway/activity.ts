/** `/spillway/connectors/{connector}/events` and `…/logs`: what happened lately, on all workers. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ActivityRecorder } from '../../activity/activity-recorder.ts';
import { eventsOf, logsOf } from '../../activity/activity-view.ts';
import type { ControlPlane } from '../../control-plane.ts';
import type { ConnectorPath } from '../connectors.ts';
import { failure, operation } from '../operation.ts';
import { numberText, readQuery, timeText } from './request-fields.ts';
import { spillwayShape } from './shapes.ts';

export interface ActivityDeps {
  readonly recorder: Pick<ActivityRecorder, 'of'>;
  readonly plane: Pick<ControlPlane, 'info'>;
}

const wanted = {
  limit: numberText(1, 1_000).default(100),
  since: timeText.exactOptional(),
  worker: z.string().exactOptional(),
};
const eventQuery = z.object({
  ...wanted,
  kind: z.enum(['state', 'error', 'restart', 'errant-record', 'partition-stopped', 'gap']).exactOptional(),
  task: numberText(0, 1_000_000).exactOptional(),
});
const logQuery = z.object({ ...wanted, level: z.enum(['info', 'warn', 'error']).default('info') });

const COMMON = {
  limit: { type: 'integer', minimum: 1, maximum: 1_000, description: 'How many, the newest. Default: 100.' },
  since: { type: 'string', description: 'Epoch ms, or an ISO time with its zone: that happened then or later.' },
  worker: { type: 'string', description: 'On this worker only.' },
} as const;
const MISSING = failure('There is no such connector.');

const events = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: 'spillway',
  summary: 'What happened to a connector lately, oldest first',
  description:
    'Changes of state, failures, restarts, and records that were refused, by their coordinates. Bounded: each worker keeps the newest 12 KiB. Never keys or values.',
  query: {
    ...COMMON,
    kind: { type: 'string', enum: ['state', 'error', 'restart', 'errant-record', 'partition-stopped', 'gap'] },
    task: { type: 'integer', minimum: 0 },
  },
  answers: { 200: { description: 'The events.', schema: spillwayShape('Events') }, 404: MISSING },
});

const logs = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: 'spillway',
  summary: "Lines of the workers' logs that are about a connector, oldest first",
  description: 'Those at `info` and above. Bounded: each worker keeps the newest 8 KiB.',
  query: {
    ...COMMON,
    level: { type: 'string', enum: ['info', 'warn', 'error'], description: 'And above. Default: info.' },
  },
  answers: { 200: { description: 'The lines.', schema: spillwayShape('Logs') }, 404: MISSING },
});

export function activityRoutes(app: FastifyInstance, { recorder, plane }: ActivityDeps): void {
  app.get<ConnectorPath>('/spillway/connectors/:connector/events', events, async (request) => {
    const { connector } = request.params;
    assertThere(plane, connector);
    return { connector, events: eventsOf(recorder.of(connector), readQuery(eventQuery, request)) };
  });
  app.get<ConnectorPath>('/spillway/connectors/:connector/logs', logs, async (request) => {
    const { connector } = request.params;
    assertThere(plane, connector);
    return { connector, logs: logsOf(recorder.of(connector), readQuery(logQuery, request)) };
  });
}

/** @throws Refused 404 */
function assertThere(plane: Pick<ControlPlane, 'info'>, connector: string): void {
  plane.info(connector);
}
