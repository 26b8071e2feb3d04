import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchServerName } from '../../../infra/local/search/servers.ts';
import { serverOf, thoseThatRun } from '../../helpers/search-names.ts';
import { Apart } from './apart.ts';
import type { Closing } from './closing.ts';
import { connectorConfig } from './connector-config.ts';
import { createTopics } from './create-topics.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { builtPrograms } from './program.ts';
import type { Random } from './random.ts';
import { startCluster } from './start-cluster.ts';
import { startFcTarget } from './start-fc-target.ts';
import { startMaxComputeTarget } from './start-maxcompute-target.ts';
import { startSearchTarget } from './start-search-target.ts';
import { startFunctionTarget, startOssTarget } from './start-targets.ts';
import { startWorkers } from './start-workers.ts';
import { type Topology, topology } from './topology.ts';
import type { SearchTarget, World } from './world.ts';

const WORKERS = 2;
const DAYS_MS = 86_400_000;
/** Record time runs ahead of the clock; Kafka refuses records of the future. */
const RECORD_TIME_BEGINS_BEFORE_MS = 40 * DAYS_MS;

/** Of those that `npm test` has, the one that starts sooner. */
export const DEFAULT_SEARCH_SERVER: SearchServerName = 'opensearch-2';
/** Where a machine cannot run that one: the other of them. */
const OTHER_SEARCH_SERVER: SearchServerName = 'elasticsearch-8';
/** So that a bulk request is several to the server. */
const SHARDS = 5;

/** Indices of connectors that read under a name; those of the others come to be by themselves. */
async function makeIndices(search: SearchTarget, { connectors }: Topology): Promise<void> {
  for (const { name, target, isPattern } of connectors)
    if (target === 'search' && !isPattern)
      await search.request('PUT', `/${name}`, { settings: { number_of_shards: SHARDS, number_of_replicas: 0 } });
}

/** A world and what the runner, but no fault, has of it. */
export interface StartedWorld {
  readonly world: World;
  readonly load: Load;
  /** Details that faults said since the last call. */
  said(): string[];
}

/** Starts everything but the load. What is to be ended goes to `closing`, also when this throws. */
export async function startWorld(
  random: Random,
  closing: Closing,
  searchServer?: SearchServerName,
): Promise<StartedWorld> {
  const [running] = await thoseThatRun([DEFAULT_SEARCH_SERVER, OTHER_SEARCH_SERVER]);
  // Where neither runs, the start says why.
  const server = searchServer ?? serverOf(running ?? DEFAULT_SEARCH_SERVER);
  const programs = await builtPrograms(closing);
  const folder = await mkdtemp(join(tmpdir(), 'spillway-faults-'));
  const plan = topology();
  const [cluster, oss, fn, search, maxcompute] = await Promise.all([
    startCluster(closing),
    startOssTarget(programs, folder, closing),
    startFunctionTarget(programs, folder, closing),
    startSearchTarget(server, folder, closing),
    startMaxComputeTarget(programs, folder, closing),
  ]);
  await makeIndices(search, plan);
  await createTopics(
    cluster.admin,
    plan.topics.map(({ name, partitions, configs }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: 3,
      configEntries: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
  );
  const fc = await startFcTarget(programs, folder, oss, closing);
  const targets = { oss, fn, search, maxcompute, fc };
  const workers = await startWorkers(
    {
      program: programs.spillway,
      movedClock: programs.movedClock,
      bootstrapServers: cluster.proxied,
      folder,
      connectors: plan.connectors.map((spec) => ({ ...spec, config: connectorConfig(spec, targets) })),
      count: WORKERS,
    },
    closing,
  );
  const ledger = new Ledger(Date.now() - RECORD_TIME_BEGINS_BEFORE_MS);
  const load = new Load({ client: cluster.client, topics: plan.topics, ledger, random });
  let details: string[] = [];
  const world: World = {
    topology: plan,
    cluster,
    ...targets,
    workers,
    apart: new Apart(cluster, ledger, plan.connectors, closing),
    ledger,
    folder,
    say: (detail) => void details.push(detail),
    sleep: (ms) => sleep(ms),
    async calm() {
      for (const { proxy } of [...cluster.brokers, ...Object.values(targets)]) proxy.fault = undefined;
      await Promise.all(Object.values(targets).map((target) => target.start()));
      await Promise.all([oss.clear(), fn.order(undefined), maxcompute.clear(), fc.clear()]);
      workers.wake();
      await workers.shiftClock(0);
    },
  };
  return {
    world,
    load,
    said: () => {
      const said = details;
      details = [];
      return said;
    },
  };
}
