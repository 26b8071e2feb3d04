/** Routes under `/spillway/`: what Kafka Connect does not have. */
import type { FastifyInstance } from 'fastify';
import type { ControlPlane } from '../../control-plane.ts';
import type { ClusterViewSources } from '../../inspect/cluster-view.ts';
import type { Inspector } from '../../inspect/inspector.ts';
import type { RedriveJobs } from '../../inspect/redrive-jobs.ts';
import type { TestRecords } from '../../inspect/test-records.ts';
import { Turns } from '../../inspect/turns.ts';
import { type ActivityDeps, activityRoutes } from './activity.ts';
import { clusterRoutes } from './cluster.ts';
import { errorRoutes } from './errors.ts';
import { healthRoutes } from './health.ts';
import { lagRoutes } from './lag.ts';
import { previewRoutes } from './preview.ts';
import { redriveRoutes } from './redrives.ts';
import type { SetupOf } from './setup-of.ts';
import { spillwaySchemas } from './shapes.ts';
import { testRecordRoutes } from './test-records.ts';

/** Questions that hold records in memory, at a time. */
const MOST_LOOKS = 2;
/** Test records that are followed, at a time: each has connections of its own. */
const MOST_TESTS = 8;

export interface SpillwayDeps {
  readonly plane: Pick<ControlPlane, 'health' | 'info'>;
  readonly setupOf: SetupOf;
  readonly inspector: Inspector;
  readonly tests: Pick<TestRecords, 'send' | 'look'>;
  readonly redrives: Pick<RedriveJobs, 'start' | 'stop' | 'running'>;
  readonly recorder: ActivityDeps['recorder'];
  readonly cluster: ClusterViewSources;
}

export function spillwayRoutes(app: FastifyInstance, deps: SpillwayDeps): void {
  const { plane, cluster } = deps;
  const turns = new Turns(MOST_LOOKS);
  for (const schema of spillwaySchemas()) app.addSchema(schema);
  healthRoutes(app, { plane, membership: cluster.membership });
  clusterRoutes(app, cluster);
  lagRoutes(app, deps);
  activityRoutes(app, deps);
  previewRoutes(app, { ...deps, turns });
  testRecordRoutes(app, { ...deps, turns: new Turns(MOST_TESTS) });
  errorRoutes(app, { ...deps, turns });
  redriveRoutes(app, { ...deps, turns });
}
