/** A look at the whole world while nothing is under way: is every record where it must be? */
import { type ConnectorCheck, checkConnector } from './check.ts';
import { checkKeyed } from './check-keyed.ts';
import { documentFindings, documentsOf } from './document-findings.ts';
import { type Stuck, untilDrained } from './drained.ts';
import { errorTopicFindings, type Finding, functionFindings, objectFindings } from './findings.ts';
import { keepMetrics } from './keep-metrics.ts';
import { lastOfKeys } from './last-of-keys.ts';
import type { Load } from './load.ts';
import { type LogLine, readLogs, reportedGaps } from './log-watch.ts';
import { tableOf } from './maxcompute-account.ts';
import { rowFindings, valuesByKey } from './row-findings.ts';
import { logsFolder } from './start-workers.ts';
import type { ConnectorSpec } from './topology.ts';
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

type Findings = AsyncIterable<Finding> | Iterable<Finding>;

async function* all(...parts: Findings[]): AsyncGenerator<Finding> {
  for (const part of parts) yield* part;
}

function atTarget({ oss, fn, search, maxcompute, fc }: World, connector: ConnectorSpec): Findings {
  const { name, target } = connector;
  switch (target) {
    case 'oss':
    case 'fc-oss':
      return objectFindings(oss.bucketFolder, name);
    case 'function':
      return functionFindings(fn.received);
    case 'fc-function':
      return functionFindings(fc.received);
    case 'search':
      return documentFindings(search, name);
    case 'maxcompute':
      return rowFindings(maxcompute.dir, tableOf(connector));
    default:
      return target satisfies never;
  }
}

async function checkOf(
  world: World,
  connector: ConnectorSpec,
  errants: readonly Finding[],
  lines: readonly LogLine[],
  stuck: readonly Stuck[],
): Promise<ConnectorCheck> {
  const { cluster, ledger, search, maxcompute, topology } = world;
  if (!connector.keyed) {
    const gaps = reportedGaps(lines, connector.name);
    return checkConnector(connector, ledger, all(atTarget(world, connector), errants), gaps, stuck);
  }
  const { partitions = 0 } = topology.topics.find(({ name }) => name === connector.topic) ?? {};
  const last = await lastOfKeys(cluster.direct, connector.topic, partitions);
  const documents =
    connector.target === 'maxcompute'
      ? valuesByKey(maxcompute.dir, tableOf(connector))
      : await documentsOf(search, connector.name);
  return checkKeyed({ connector, ledger, last, documents, errants, stuck });
}

/** Lets everything run empty, then compares. The load is paused meanwhile. Faults are lifted already. */
export async function inspect(world: World, load: Load): Promise<Inspection> {
  const { topology, cluster, ledger } = world;
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
    const errants = [...(errors.get(connector.name) ?? []), ...(world.apart.takenAway.get(connector.name) ?? [])];
    checks.push(await checkOf(world, connector, errants, lines, stuck));
  }
  load.resume();
  const violations = await violationsOf(checks, stuck, lines, (breach) => whetherInKafka(cluster.direct, breach));
  return { checks, stuck, violations };
}
