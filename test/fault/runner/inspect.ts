/** A look at the whole world while nothing is under way: is every record where it must be? */
import { type ConnectorCheck, checkConnector } from './check.ts';
import { type Stuck, untilDrained } from './drained.ts';
import { errorTopicFindings, type Finding, functionFindings, objectFindings } from './findings.ts';
import { keepMetrics } from './keep-metrics.ts';
import type { Load } from './load.ts';
import { readLogs, reportedGaps } from './log-watch.ts';
import { logsFolder } from './start-workers.ts';
import { violationsOf } from './violations.ts';
import { whetherInKafka } from './whether-in-kafka.ts';
import type { World } from './world.ts';

export interface Inspection {
  readonly checks: readonly ConnectorCheck[];
  readonly stuck: readonly Stuck[];
  /** What is wrong, for a person: with log lines around it. Empty: all is well. */
  readonly violations: readonly string[];
}

/** Nothing committed anywhere for so long, with all faults lifted, is a standstill. */
const STANDSTILL_MS = 90_000;

async function* all(...parts: (AsyncIterable<Finding> | Iterable<Finding>)[]): AsyncGenerator<Finding> {
  for (const part of parts) yield* part;
}

/** Lets everything run empty, then compares. The load is paused meanwhile. Faults are lifted already. */
export async function inspect(world: World, load: Load): Promise<Inspection> {
  const { topology, cluster, ledger, oss, fn } = world;
  await load.pause();
  const topics = [...topology.topics, ...world.apart.topics];
  const last = (await Promise.all(topics.map((topic) => load.mark(topic)))).flat();
  const stuck = await untilDrained(cluster.admin, topology.connectors, last, STANDSTILL_MS);
  await world.apart.noteCompaction();
  const errors = await errorTopicFindings(cluster.client, topology.connectors, `checker-${ledger.records.length}`);
  const lines = await readLogs(logsFolder(world.folder));
  if (stuck.length > 0) await keepMetrics(lines, world.folder);
  const checks: ConnectorCheck[] = [];
  for (const connector of topology.connectors) {
    const target =
      connector.target === 'oss' ? objectFindings(oss.bucketFolder, connector.name) : functionFindings(fn.received);
    const found = all(target, errors.get(connector.name) ?? [], world.apart.takenAway.get(connector.name) ?? []);
    checks.push(await checkConnector(connector, ledger, found, reportedGaps(lines, connector.name), stuck));
  }
  load.resume();
  const violations = await violationsOf(checks, stuck, lines, (breach) => whetherInKafka(cluster.direct, breach));
  return { checks, stuck, violations };
}
