/** The REST API of a worker over its parts. */
import type { FastifyInstance } from 'fastify';
import { clusterMetrics } from './cluster-metrics.ts';
import type { ClusterParts, ClusterPartsSetup } from './cluster-parts.ts';
import { TestRecords } from './inspect/test-records.ts';
import { ControlPlaneService } from './plane/control-plane-service.ts';
import { Plugins } from './plane/plugins.ts';
import { createRestApp } from './rest/app.ts';
import type { GuardSettings } from './rest/guard/guard-settings.ts';
import { installGuard } from './rest/guard/install-guard.ts';
import { restLimits } from './rest/guard/listeners.ts';
import { spillwayRoutes } from './rest/spillway/routes.ts';

/** Members of a connector's group that was stopped are waited for so long when its offsets are changed. */
const MEMBERS_GO_MS = 10_000;

export async function clusterApi(
  parts: ClusterParts,
  setup: Pick<ClusterPartsSetup, 'worker' | 'logger' | 'version' | 'workerId' | 'sinks' | 'clock' | 'newId'>,
  guard: GuardSettings,
  clusterId: string,
): Promise<FastifyInstance> {
  const { worker, logger, version, workerId, sinks, clock, newId } = setup;
  const { levels, driver, admin, topics, store, board, recorder, dispatcher, check, herder, redrives } = parts;
  const { host, inspector } = dispatcher;
  const plane = new ControlPlaneService({
    store,
    board,
    admin,
    check,
    plugins: new Plugins(sinks, version),
    loggers: levels,
    clock,
    waits: { membersGoMs: MEMBERS_GO_MS, answerMs: worker['rest.write.timeout.ms'] },
    version,
    commit: 'unknown',
    clusterId,
    ready: () => herder.isReady,
  });
  const metrics = clusterMetrics({
    workerId,
    membership: () => herder.membership(),
    state: () => store.state(),
    board,
    unreadable: () =>
      new Map([
        [topics.config.name, store.unreadable],
        [topics.status.name, board.unreadable],
      ]),
  });
  return await createRestApp({
    plane,
    logger: levels.logger('spillway.rest', logger),
    metrics: async () => (await host.metrics()) + (await metrics.metrics()),
    limits: restLimits(worker),
    guard: (app) => installGuard(app, guard),
    spillway: (app) =>
      spillwayRoutes(app, {
        plane,
        setupOf: (name) => herder.setupOf(name),
        inspector,
        tests: new TestRecords({ driver, admin, inspector, plane, clock, newId }),
        redrives,
        recorder,
        cluster: {
          group: worker['group.id'],
          self: workerId,
          membership: () => herder.membership(),
          state: () => store.state(),
          board,
        },
      }),
  });
}
