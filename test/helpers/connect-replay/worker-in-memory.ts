/** A worker whose Kafka and whose tasks are in memory: herder, control plane and REST API are the real ones. */
import type { FastifyInstance, InjectOptions } from 'fastify';
import type { HostedConnector, HostedEvents, HostedSetup } from '../../../functions/control-plane/connector-host.ts';
import { Herder } from '../../../functions/control-plane/herder.ts';
import { LoggerLevels } from '../../../functions/control-plane/loggers/logger-levels.ts';
import { ConnectorCheck } from '../../../functions/control-plane/plane/connector-check.ts';
import { ControlPlaneService } from '../../../functions/control-plane/plane/control-plane-service.ts';
import { Plugins } from '../../../functions/control-plane/plane/plugins.ts';
import { createRestApp, type RestDeps } from '../../../functions/control-plane/rest/app.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { FakeConfigStore } from '../control-plane/fake-config-store.ts';
import { FakeGroups } from '../control-plane/fake-groups.ts';
import { FakeHost } from '../control-plane/fake-host.ts';
import { FakeStatusBoard } from '../control-plane/fake-status-board.ts';
import { FakeWorkersGroup } from '../control-plane/fake-workers-group.ts';
import { INTERNAL_TOPICS, POLICY } from '../control-plane/service.ts';
import { ManualClock, settle } from '../manual-clock.ts';
import { failureOf, fileSink, flakySink } from './golden-plugins.ts';
import type { ReplayWorker } from './replay.ts';
import { TOPICS } from './topics.ts';

export const MEMORY_VERSION = '0.1.0';
const LOOKS = 3;

/** Tasks fail as their connector's configuration tells them to. */
class FailingHost extends FakeHost {
  override async open(setup: HostedSetup, events: HostedEvents): Promise<HostedConnector> {
    if (failureOf(setup.raw) === undefined) return await super.open(setup, events);
    const failure = { code: 'FLAKY', message: 'it was told to', trace: 'Error: it was told to\n    at task' };
    return await super.open(setup, {
      ...events,
      task: (task) =>
        events.task(
          task.state === 'running' || task.state === 'paused' ? { id: task.id, state: 'failed', failure } : task,
        ),
    });
  }
}

export interface MemoryWorker extends ReplayWorker {
  readonly app: FastifyInstance;
  stop(): Promise<void>;
}

/** Its sinks are those of `golden-plugins.ts`; `SPILLWAY_SECRET_KEY` is the one variable that secrets may refer to.
 *  @param rest what to put around the API: a guard, routes of others */
export async function workerInMemory(rest: Partial<RestDeps> = {}): Promise<MemoryWorker> {
  const clock = new ManualClock();
  const store = new FakeConfigStore();
  const board = new FakeStatusBoard();
  const groups = new FakeGroups();
  const sinks = [fileSink, flakySink];
  const loggers = new LoggerLevels('info', clock);
  const secrets = secretResolver({ SPILLWAY_SECRET_KEY: 'sesame' }, () => '');
  const check = new ConnectorCheck({
    sinks,
    policy: POLICY,
    secrets,
    groupId: 'workers',
    internalTopics: INTERNAL_TOPICS,
  });
  const herder = new Herder({
    workerId: '127.0.0.1:8083',
    version: MEMORY_VERSION,
    store,
    board,
    host: new FailingHost(),
    group: new FakeWorkersGroup().member(),
    validate: (config) => check.check(config),
    activity: { event: () => undefined, forget: () => undefined },
    loggers,
    shutdownTimeoutMs: 30_000,
    rejoinTimeoutMs: 10_000,
    clock,
    logger: silentLogger,
  });
  const plane = new ControlPlaneService({
    store,
    board,
    admin: groups,
    check,
    plugins: new Plugins(sinks, MEMORY_VERSION),
    loggers,
    clock,
    waits: { membersGoMs: 10_000, answerMs: 30_000 },
    version: MEMORY_VERSION,
    commit: 'unknown',
    clusterId: 'cluster-of-test',
    ready: () => herder.isReady,
  });
  await recordedTopics(groups);
  await herder.start();
  const app = await createRestApp({ plane, logger: silentLogger, metrics: async () => '', ...rest });
  return {
    app,
    async ask({ method, path, headers, body }) {
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await app.inject({
        method: method as Exclude<InjectOptions['method'], undefined>,
        url: path,
        headers: { ...headers },
        ...(body === null ? {} : { payload }),
      });
      return { status: answer.statusCode, headers: answer.headers as Record<string, string>, text: answer.body };
    },
    settled: () => settle(),
    async wait(_entry, looks) {
      await settle();
      return looks < LOOKS;
    },
    stop: () => herder.stop(new AbortController().signal),
  };
}

/** The topics of the recording, read to their ends by its connector `c2`. */
async function recordedTopics(groups: FakeGroups): Promise<void> {
  for (const [topic, ends] of Object.entries(TOPICS)) {
    groups.topics.set(
      topic,
      ends.map((end) => ({ beginning: 0, end })),
    );
    if (topic === 'golden-bad') continue;
    await groups.commitOffsets(
      'connect-c2',
      ends.map((offset, partition) => ({ topic, partition, offset, metadata: '' })),
    );
  }
}
