/** `/spillway/connectors/{connector}/redrives`: sends records of the error topics back. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ActivityRecorder } from '../../activity/activity-recorder.ts';
import type { RedriveState } from '../../activity/redrive-state.ts';
import type { ClusterViewSources } from '../../inspect/cluster-view.ts';
import type { Inspector, RedriveOrder } from '../../inspect/inspector.ts';
import type { RedriveJobs } from '../../inspect/redrive-jobs.ts';
import { refusing } from '../../inspect/refusal-of.ts';
import type { Turns } from '../../inspect/turns.ts';
import { Refused } from '../../refused.ts';
import type { ConnectorPath } from '../connectors.ts';
import { failure, operation } from '../operation.ts';
import { FILTERS } from './errors.ts';
import { readBody, wholeNumber } from './request-fields.ts';
import type { SetupOf } from './setup-of.ts';
import { spillwayShape } from './shapes.ts';

const MOST_WAIT_MS = 30_000;
const STOP_WAIT_MS = 10_000;

interface RedrivePath {
  readonly Params: ConnectorPath['Params'] & { readonly id: string };
}

const text = z.string().exactOptional();
const body = z.strictObject({
  all: z.boolean().default(false),
  places: z.array(z.string()).max(1_000).default([]),
  code: text,
  class: text,
  source: text,
  since: text,
  until: text,
  from: text,
  upTo: text,
  topic: text,
  to: z.enum(['topic', 'sink']).default('topic'),
  rate: wholeNumber(0, 1_000_000).default(100),
  maxAttempts: wholeNumber(1, 1_000).default(3),
  again: z.boolean().default(false),
  confirm: z.boolean().default(false),
  waitMs: wholeNumber(0, MOST_WAIT_MS).default(5_000),
});

const ACCESS = { needs: 'operator', connectorParam: 'connector' } as const;
const MISSING = failure('There is no such connector, no such redrive, or no such error topic yet.');

const start = operation({
  access: ACCESS,
  tag: 'spillway',
  summary: "Send a connector's records in its error topics back; without `confirm` only say what would be sent",
  description:
    'As `spillway errors redrive`. It goes on in the background, on the worker that was asked; the same order, given to any worker, goes on with one that was interrupted.',
  body: {
    type: 'object',
    additionalProperties: false,
    properties: {
      all: { type: 'boolean', description: 'All records: must be said where nothing else selects. Default: false.' },
      places: { type: 'array', items: { type: 'string' }, description: 'These only, each PARTITION:OFFSET.' },
      ...FILTERS,
      to: {
        type: 'string',
        enum: ['topic', 'sink'],
        description: 'Where they came from, or straight to the sink. Default: topic.',
      },
      rate: { type: 'integer', minimum: 0, description: 'Records a second; 0 is no limit. Default: 100.' },
      maxAttempts: {
        type: 'integer',
        minimum: 1,
        description: 'Sent back this often, a record is parked. Default: 3.',
      },
      again: { type: 'boolean', description: 'Begin anew, whatever was sent before. Default: false.' },
      confirm: { type: 'boolean', description: 'Send. Default: false.' },
      waitMs: { type: 'integer', minimum: 0, maximum: MOST_WAIT_MS, description: 'How long to wait. Default: 5000.' },
    },
  },
  answers: {
    200: {
      description: 'What would be sent; or, with `confirm`, how it ended.',
      schema: spillwayShape('RedriveAnswer'),
    },
    202: { description: 'It is under way.', schema: spillwayShape('RedriveAnswer') },
    404: MISSING,
    409: failure('Another redrive of the connector is under way.'),
  },
});

const list = operation({
  access: ACCESS,
  tag: 'spillway',
  summary: 'Redrives of a connector that workers were asked for lately',
  answers: { 200: { description: 'The redrives, oldest first.', schema: spillwayShape('Redrives') }, 404: MISSING },
});

const one = operation({
  access: ACCESS,
  tag: 'spillway',
  summary: 'How a redrive goes on',
  answers: { 200: { description: 'The redrive.', schema: spillwayShape('Redrive') }, 404: MISSING },
});

const stop = operation({
  access: ACCESS,
  tag: 'spillway',
  summary: 'Stop a redrive after what is under way',
  description: 'What was sent stays sent. The worker that does it must be asked.',
  answers: {
    200: { description: 'It is stopped.', schema: spillwayShape('Redrive') },
    202: { description: 'It will be.', schema: spillwayShape('Redrive') },
    404: MISSING,
    409: failure('Another worker does it, or it ended.'),
  },
});

export interface RedriveDeps {
  readonly inspector: Pick<Inspector, 'redrive'>;
  readonly redrives: Pick<RedriveJobs, 'start' | 'stop' | 'running'>;
  readonly recorder: Pick<ActivityRecorder, 'of'>;
  readonly setupOf: SetupOf;
  readonly turns: Turns;
  readonly cluster: Pick<ClusterViewSources, 'self' | 'membership'>;
}

export function redriveRoutes(app: FastifyInstance, deps: RedriveDeps): void {
  const { inspector, redrives, setupOf, turns } = deps;
  const { self } = deps.cluster;
  const known = (connector: string) => statesOf(deps, connector);

  app.post<ConnectorPath>('/spillway/connectors/:connector/redrives', start, async (request, reply) => {
    const { confirm, waitMs, order } = orderOf(request);
    const setup = setupOf(request.params.connector);
    if (!confirm) {
      const rehearsals = await turns.take(() => refusing(() => inspector.redrive(setup, order).rehearse()));
      return reply.send({ dryRun: true, rehearsals });
    }
    const state = await redrives.start(setup, order, request.principal?.name, waitMs);
    const redrive = { worker: self, ...state };
    return reply.code(state.state === 'running' ? 202 : 200).send({ dryRun: false, redrive });
  });

  app.get<ConnectorPath>('/spillway/connectors/:connector/redrives', list, async ({ params: { connector } }) => {
    setupOf(connector);
    return { connector, redrives: known(connector) };
  });

  app.get<RedrivePath>('/spillway/connectors/:connector/redrives/:id', one, async ({ params: { connector, id } }) =>
    knownOne(known(connector), id),
  );

  app.delete<RedrivePath>('/spillway/connectors/:connector/redrives/:id', stop, async ({ params }, reply) => {
    const { connector, id } = params;
    const state = await redrives.stop(connector, id, STOP_WAIT_MS);
    if (state !== undefined) {
      return reply.code(state.state === 'running' ? 202 : 200).send({ worker: self, ...state });
    }
    const { worker, state: ended } = knownOne(known(connector), id);
    if (ended !== 'running') throw new Refused(409, `It ended before: it is ${ended}.`);
    throw new Refused(409, `The worker ${worker} does it: ask that one to stop it.`);
  });
}

function orderOf(request: FastifyRequest): { confirm: boolean; waitMs: number; order: RedriveOrder } {
  const { confirm, waitMs, all, topic, to, rate, maxAttempts, again, ...filters } = readBody(body, request.body);
  const order = { filters, all, to, rate, maxAttempts, again, ...(topic === undefined ? {} : { topic }) };
  return { confirm, waitMs, order };
}

type StateOfWorker = RedriveState & { readonly worker: string };

/** Of all workers, those of this one as of now. What a worker was doing that is not in the group any more is interrupted. */
function statesOf({ recorder, redrives, cluster }: RedriveDeps, connector: string): StateOfWorker[] {
  const { self } = cluster;
  const members = cluster.membership()?.workers;
  const isGone = (worker: string) => worker !== self && members?.includes(worker) === false;
  return [...recorder.of(connector)]
    .flatMap(([worker, activity]) => activity.redrives.map((state) => ({ worker, ...state })))
    .map((state) => ({ ...state, ...redrives.running(state.id) }))
    .map((state) =>
      state.state === 'running' && isGone(state.worker) ? { ...state, state: 'interrupted' as const } : state,
    )
    .sort((a, b) => a.startedAt - b.startedAt);
}

/** @throws Refused 404 */
function knownOne(states: readonly StateOfWorker[], id: string): StateOfWorker {
  const found = states.find((state) => state.id === id);
  if (found !== undefined) return found;
  throw new Refused(404, 'There is no such redrive of this connector, or it is too long ago.');
}
