/** Asks a cluster what the checks want to know: the way to it, and what a connector needs there. */
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { FatalError, RetriableError } from '../../shared/errors.ts';
import type { AlikafkaProbe } from '../../shared/kafka/alikafka/probe.ts';
import { showAddress } from '../../shared/kafka/broker-address.ts';
import type { KafkaAdmin } from '../../shared/kafka/driver.ts';
import type { BrokerTrial, ClusterInspector } from '../../shared/kafka/inspect/cluster-inspector.ts';
import type { TopicInspection } from '../../shared/kafka/inspect/metadata-request.ts';
import { isGroupToCome } from './check-alikafka.ts';
import { type ClientSecurity, checkAdvertised, checkBootstrap, checkCluster } from './check-brokers.ts';
import { checkErrorTopics, errorTopicsOf } from './check-error-topics.ts';
import { checkGroup, checkMetadata, checkPositions, type PartitionPosition } from './check-group.ts';
import { checkSources, readable } from './check-sources.ts';
import { type Finding, type FindingCode, fromError, ok, type Section } from './finding.ts';

/** What the checks ask; `ClusterInspector` and `KafkaAdmin` answer. */
export type Inspector = Pick<
  ClusterInspector,
  'tryBroker' | 'metadata' | 'topicSettings' | 'metadataMaxBytes' | 'group' | 'close'
>;
export type Offsets = Pick<KafkaAdmin, 'listOffsets' | 'committedOffsets' | 'close'>;

/** The way to the brokers. `usable`: at least one can be worked with. */
export async function examineBrokers(
  bootstrapServers: readonly string[],
  client: ClientSecurity,
  inspector: Inspector,
): Promise<{ readonly findings: readonly Finding[]; readonly usable: boolean }> {
  const trials = await Promise.all(
    bootstrapServers.map(async (server) => [server, await inspector.tryBroker(server)] as const),
  );
  const findings = checkBootstrap(trials, client);
  const reached = new Map(trials.filter(([, trial]) => trial.reached));
  if (reached.size === 0) return { findings, usable: false };
  try {
    const { clusterId, brokers } = await inspector.metadata([]);
    const advertised = await Promise.all(
      brokers.map(async (broker) => {
        const address = showAddress(broker);
        const trial = reached.get(address) ?? (await inspector.tryBroker(broker));
        return [broker.nodeId, address, trial] as const;
      }),
    );
    const cluster = checkCluster(clusterId, brokers.length, [...reached.values()].map(releaseOf));
    return {
      findings: [...findings, cluster, ...checkAdvertised(advertised)],
      usable: advertised.some(([, , trial]) => trial.reached),
    };
  } catch (thrown) {
    return { findings: [...findings, failed('check-failed', thrown)], usable: false };
  }
}

function releaseOf(trial: BrokerTrial): string | undefined {
  return trial.reached ? trial.release : undefined;
}

/** Topics, rights and group of one connector.
 *  @param managed what is known of the instance where the brokers are a managed one */
export async function examineConnector(
  config: ConnectorConfig,
  inspector: Inspector,
  offsets: Offsets,
  nowMs: number,
  managed: AlikafkaProbe | undefined,
): Promise<Section[]> {
  const connector = config.name;
  const topics = await examineTopics(config, inspector, nowMs, managed !== undefined);
  const group = isGroupToCome(config, managed)
    ? [ok('group-state', `group ${config['consumer.group.id']} is not there yet`)]
    : await examineGroup(config, readable(topics.sources), inspector, offsets);
  return [
    { title: `${connector}: topics`, connector, findings: topics.findings },
    { title: `${connector}: consumer group`, connector, findings: group },
  ];
}

async function examineTopics(
  config: ConnectorConfig,
  inspector: Inspector,
  nowMs: number,
  managed: boolean,
): Promise<{ readonly findings: readonly Finding[]; readonly sources: readonly TopicInspection[] }> {
  try {
    const sources = await sourcesOf(config, inspector);
    const errorTopics = await inspector.metadata(errorTopicsOf(config));
    const known = readable([...sources, ...errorTopics.topics]).map(({ name }) => name);
    const settings = await inspector.topicSettings(known);
    const unknown = known.filter((name) => !settings.has(name));
    const findings = [
      ...checkSources({ config, topics: sources, settings, nowMs }),
      ...checkErrorTopics({
        config,
        topics: byName(errorTopics.topics),
        sources: readable(sources),
        settings,
        clusterOperations: errorTopics.authorizedOperations,
        managed,
      }),
      ...settingsUnknown(unknown),
    ];
    return { findings, sources };
  } catch (thrown) {
    return { findings: [failed('check-failed', thrown)], sources: [] };
  }
}

async function sourcesOf({ topics, 'topics.regex': pattern }: ConnectorConfig, inspector: Inspector) {
  const { topics: found } = await inspector.metadata(topics);
  return byName(
    pattern === undefined ? found : found.filter(({ name, isInternal }) => !isInternal && pattern.test(name)),
  );
}

function byName(topics: readonly TopicInspection[]): TopicInspection[] {
  return [...topics].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function settingsUnknown(names: readonly string[]): Finding[] {
  if (names.length === 0) return [];
  return [
    {
      severity: 'ok',
      code: 'settings-unknown',
      message: `settings of ${names.join(', ')} may not be read (DESCRIBE_CONFIGS), so sizes, retention and cleanup were not compared`,
    },
  ];
}

async function examineGroup(
  config: ConnectorConfig,
  sources: readonly TopicInspection[],
  inspector: Inspector,
  offsets: Offsets,
): Promise<Finding[]> {
  const groupId = config['consumer.group.id'];
  let findings: Finding[] = [];
  try {
    const group = await inspector.group(groupId);
    findings = checkGroup(groupId, group);
    if (findings.some(({ code }) => code === 'right-missing')) return findings;
    // A group that is not there has committed nothing; asking its coordinator could make Kafka's topic of offsets.
    const exists = group.state !== 'Dead';
    const positions: PartitionPosition[] = [];
    for (const topic of sources) positions.push(...(await positionsOf(config, topic.name, exists, offsets)));
    const metadata = checkMetadata(config, await inspector.metadataMaxBytes());
    return [...findings, ...metadata, ...checkPositions(config, positions)];
  } catch (thrown) {
    return [...findings, failed('group-refused', thrown)];
  }
}

async function positionsOf(
  config: ConnectorConfig,
  topic: string,
  groupExists: boolean,
  offsets: Offsets,
): Promise<PartitionPosition[]> {
  const [earliest, latest] = await Promise.all([
    offsets.listOffsets(topic, 'earliest'),
    offsets.listOffsets(topic, 'latest', config['isolation.level']),
  ]);
  const committed = groupExists ? await offsets.committedOffsets(config['consumer.group.id'], topic) : new Map();
  return [...latest].map(([partition, end]) => ({
    topic,
    partition,
    earliest: earliest.get(partition) ?? 0,
    latest: end,
    committed: committed.get(partition),
  }));
}

/** An error of the cluster as a finding.
 *  @throws what is no error of ours */
function failed(code: FindingCode, thrown: unknown): Finding {
  if (!(thrown instanceof FatalError) && !(thrown instanceof RetriableError)) throw thrown;
  return fromError('problem', code, thrown);
}
