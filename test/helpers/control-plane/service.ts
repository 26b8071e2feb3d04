import type { StoredConfig } from '../../../functions/control-plane/config-state.ts';
import { LoggerLevels } from '../../../functions/control-plane/loggers/logger-levels.ts';
import { ConnectorCheck } from '../../../functions/control-plane/plane/connector-check.ts';
import { ControlPlaneService } from '../../../functions/control-plane/plane/control-plane-service.ts';
import type { GroupAdmin } from '../../../functions/control-plane/plane/group-admin.ts';
import { Plugins } from '../../../functions/control-plane/plane/plugins.ts';
import type { ConnectorPolicy } from '../../../functions/control-plane/policy/connector-policy.ts';
import { targetRules } from '../../../functions/control-plane/policy/target-rules.ts';
import { Refused } from '../../../functions/control-plane/refused.ts';
import type { RunState, Status } from '../../../functions/control-plane/status-board.ts';
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import type { Clock } from '../../../shared/clock.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { ManualClock } from '../manual-clock.ts';
import { FakeConfigStore } from './fake-config-store.ts';
import { FakeGroups } from './fake-groups.ts';
import { FakeStatusBoard } from './fake-status-board.ts';

/** What lets connectors refer to `SPILLWAY_SECRET_*`, and reach any host that is no secret of a cloud. */
export const POLICY: ConnectorPolicy = {
  variables: ['SPILLWAY_SECRET_*'],
  secretFolders: [],
  moduleFolders: [],
  targets: targetRules(['*']),
  overrides: new Set(),
  realPath: (path) => path,
};

export const INTERNAL_TOPICS = ['connect-config-workers', 'connect-offset-workers', 'connect-status-workers'];

/** Of a worker in group `workers`; `SPILLWAY_SECRET_KEY` is the one variable that is set. */
export function connectorCheck(): ConnectorCheck {
  return new ConnectorCheck({
    sinks: [fcSink, ossSink],
    policy: POLICY,
    secrets: secretResolver({ SPILLWAY_SECRET_KEY: 'sesame' }, () => ''),
    groupId: 'workers',
    internalTopics: INTERNAL_TOPICS,
  });
}

/** A control plane over a cluster in memory; offsets are those of `kafka`, where one is given, at the clock that goes with it. */
export function planeInMemory(kafka?: { readonly admin: GroupAdmin; readonly clock: Clock }) {
  const clock = new ManualClock();
  const store = new FakeConfigStore();
  const board = new FakeStatusBoard();
  const admin = new FakeGroups();
  const loggers = new LoggerLevels('info', clock);
  let ready = true;
  const plane = new ControlPlaneService({
    store,
    board,
    admin: kafka?.admin ?? admin,
    check: connectorCheck(),
    plugins: new Plugins([fcSink, ossSink], '1.2.3'),
    loggers,
    clock: kafka?.clock ?? clock,
    waits: { membersGoMs: 10_000, answerMs: 30_000 },
    version: '1.2.3',
    commit: 'unknown',
    clusterId: 'cluster-of-test',
    ready: () => ready,
  });
  return { plane, topic: store.topic, board, admin, loggers, clock, setReady: (now: boolean) => (ready = now) };
}

/** A valid configuration of a connector to OSS. */
export function ossConfig(more: StoredConfig = {}): StoredConfig {
  return {
    'connector.class': 'oss-sink',
    topics: 'orders',
    'oss.region': 'cn-hangzhou',
    'oss.bucket': 'lake',
    'tasks.max': '2',
    ...more,
  };
}

/** As worker `w1:8083` says it. */
export function status(state: RunState, more: Partial<Status> = {}): Status {
  return { state, workerId: 'w1:8083', generation: 1, version: '1.2.3', ...more };
}

/** The refusal that `work` ends in: `404 Connector x not found`. */
export async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Refused) return `${thrown.status} ${thrown.message}`;
    throw thrown;
  }
  throw new Error('it was not refused');
}
