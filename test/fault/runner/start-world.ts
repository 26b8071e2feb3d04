import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Apart } from './apart.ts';
import type { Closing } from './closing.ts';
import { connectorConfig } from './connector-config.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { builtPrograms } from './program.ts';
import type { Random } from './random.ts';
import { startCluster } from './start-cluster.ts';
import { startFunctionTarget, startOssTarget } from './start-targets.ts';
import { startWorkers } from './start-workers.ts';
import { topology } from './topology.ts';
import type { World } from './world.ts';

const WORKERS = 2;
const DAYS_MS = 86_400_000;
/** Record time runs ahead of the clock; Kafka refuses records of the future. */
const RECORD_TIME_BEGINS_BEFORE_MS = 40 * DAYS_MS;

/** A world and what the runner, but no fault, has of it. */
export interface StartedWorld {
  readonly world: World;
  readonly load: Load;
  /** Details that faults said since the last call. */
  said(): string[];
}

/** Starts everything but the load. What is to be ended goes to `closing`, also when this throws. */
export async function startWorld(random: Random, closing: Closing): Promise<StartedWorld> {
  const programs = await builtPrograms(closing);
  const folder = await mkdtemp(join(tmpdir(), 'spillway-faults-'));
  const plan = topology();
  const [cluster, oss, fn] = await Promise.all([
    startCluster(closing),
    startOssTarget(programs, folder, closing),
    startFunctionTarget(programs, folder, closing),
  ]);
  await cluster.admin.createTopics({
    waitForLeaders: true,
    topics: plan.topics.map(({ name, partitions, configs }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: 3,
      configEntries: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
  });
  const workers = await startWorkers(
    {
      program: programs.spillway,
      movedClock: programs.movedClock,
      bootstrapServers: cluster.proxied,
      folder,
      connectors: plan.connectors.map((spec) => ({ ...spec, config: connectorConfig(spec, oss, fn) })),
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
    oss,
    fn,
    workers,
    apart: new Apart(cluster, ledger, plan.connectors, closing),
    ledger,
    folder,
    say: (detail) => void details.push(detail),
    sleep: (ms) => sleep(ms),
    async calm() {
      for (const { proxy } of [...cluster.brokers, oss, fn]) proxy.fault = undefined;
      await Promise.all([oss.start(), fn.start()]);
      await Promise.all([oss.clear(), fn.order(undefined)]);
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
