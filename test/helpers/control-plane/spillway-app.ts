import type { ActivityRecord } from '../../../functions/control-plane/activity/activity-record.ts';
import type { RedriveState } from '../../../functions/control-plane/activity/redrive-state.ts';
import type { HostedSetup } from '../../../functions/control-plane/connector-host.ts';
import type { Membership } from '../../../functions/control-plane/inspect/cluster-view.ts';
import type { Inspector } from '../../../functions/control-plane/inspect/inspector.ts';
import type { TestAnswer, TestOutcome } from '../../../functions/control-plane/inspect/test-outcome.ts';
import { Refused } from '../../../functions/control-plane/refused.ts';
import { type SpillwayDeps, spillwayRoutes } from '../../../functions/control-plane/rest/spillway/routes.ts';
import { FakeConfigTopic } from './fake-config-store.ts';
import { FakePlane } from './fake-plane.ts';
import { FakeStatusBoard } from './fake-status-board.ts';
import { inspected } from './inspected.ts';
import { restApp } from './rest-app.ts';

/** The worker that is asked. */
export const SELF = 'w1:8083';
/** A redrive of `c1`, under way. */
export const RUNNING: RedriveState = {
  id: 'r1',
  state: 'running',
  startedAt: 5,
  to: 'topic',
  progress: { done: 1, total: 9, sent: 1 },
};

/** The routes under `/spillway/`, with a connector `c1`, over parts that answer what they were asked. */
export async function spillwayApp() {
  const asked: unknown[][] = [];
  const note = (...call: unknown[]) => void asked.push(call);
  const activities = new Map<string, ActivityRecord>();
  const parts = {
    membership: { generation: 3, leader: SELF, workers: [SELF] } as Membership | undefined,
    outcome: 'written' as TestOutcome,
    failure: undefined as Error | undefined,
    redrive: { ...RUNNING } as RedriveState | undefined,
  };
  const answer = async <T>(value: T): Promise<T> => {
    if (parts.failure !== undefined) throw parts.failure;
    return value;
  };
  const nameOf = ({ parsed }: HostedSetup) => parsed.connector.name;
  const inspector: Inspector = {
    stopMark: () => undefined,
    preview: (setup, wanted) => answer({ connector: nameOf(setup), wanted }),
    standings: () =>
      answer([
        { topic: 'orders', partition: 0, beginning: 0, end: 9, committed: 4, lag: 5 },
        { topic: 'orders', partition: 1, beginning: 0, end: 2, committed: null, lag: 2 },
      ]),
    errors: (_setup, topic, filters, limit) => answer([{ topic, filters, limit }]),
    errorKinds: (_setup, topic, filters) => answer([{ topic, filters }]),
    redrive: (_setup, order) => ({
      progress: { done: 0, total: 0, sent: 0 },
      rehearse: () => answer([{ order }]),
      run: () => answer([]),
    }),
  };
  const testAnswer = (): TestAnswer => ({
    id: 't0',
    connector: 'c1',
    topic: 'orders',
    partition: 0,
    offset: 1,
    outcome: parts.outcome,
    message: 'm',
    committed: null,
    ask: '/x',
  });
  const deps: Omit<SpillwayDeps, 'plane'> = {
    setupOf: (name) => {
      if (name !== 'c1') throw new Refused(404, `Connector ${name} not found`);
      return inspected(name);
    },
    inspector,
    tests: {
      send: async (_setup, wanted, waitMs) => {
        note('send', wanted, waitMs);
        return await answer(testAnswer());
      },
      look: async (_setup, place, waitMs) => {
        note('look', place, waitMs);
        return await answer(testAnswer());
      },
    },
    redrives: {
      start: async (_setup, order, by, waitMs) => {
        note('start', order, by, waitMs);
        return await answer(parts.redrive ?? RUNNING);
      },
      stop: async () => parts.redrive,
      running: () => undefined,
    },
    recorder: { of: () => activities },
    cluster: {
      group: 'workers',
      self: SELF,
      membership: () => parts.membership,
      state: () => new FakeConfigTopic().state(),
      board: new FakeStatusBoard(),
    },
  };
  const plane = new FakePlane();
  const { ask } = await restApp({ plane, spillway: (to) => spillwayRoutes(to, { plane, ...deps }) });
  return { ask, asked, parts, activities, plane };
}
