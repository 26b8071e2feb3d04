/** Three real brokers, each with a second listener that names a proxy as its address: workers pass it, load and checks do not. */
import { Kafka, logLevel } from 'kafkajs';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import type { Closing } from './closing.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { Cluster, ProxiedBroker } from './world.ts';

const BROKERS = 3;

/** Brokers forget nothing quickly, and a dead member's partitions are free soon. */
function propertiesOf(port: number, controllerPort: number, innerPort: number, proxyPort: number) {
  return {
    listeners: [
      `PLAINTEXT://127.0.0.1:${port}`,
      `PROXIED://127.0.0.1:${innerPort}`,
      `CONTROLLER://127.0.0.1:${controllerPort}`,
    ].join(','),
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${proxyPort}`,
    'listener.security.protocol.map': 'CONTROLLER:SASL_PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT',
    // Several coordinators, so that a dead broker does not take all groups along.
    'offsets.topic.num.partitions': '6',
    'transaction.state.log.num.partitions': '3',
    // A producer that died must not hold back read_committed readers for the default minute.
    'transaction.max.timeout.ms': '60000',
    'delete.topic.enable': 'true',
    // Whoever is not forbidden something may do it. Controllers must know each other before they can know what is forbidden.
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'true',
    'super.users': 'User:broker',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="broker" user_broker="broker";',
    // Compaction soon.
    'log.cleaner.backoff.ms': '300',
  };
}

/** @throws LocalKafkaError and its kin when Kafka cannot be started */
export async function startCluster(closing: Closing): Promise<Cluster> {
  const ports = await freePorts(2 * BROKERS);
  const innerPort = (id: number) => ports[id - 1] ?? 0;
  const proxyPort = (id: number) => ports[BROKERS + id - 1] ?? 0;
  const kafka = await startKafka({
    brokers: BROKERS,
    overrides: ({ id, port, controllerPort }) => propertiesOf(port, controllerPort, innerPort(id), proxyPort(id)),
  });
  closing.push(() => kafka.stop());
  const brokers: ProxiedBroker[] = [];
  for (const broker of kafka.brokers) {
    const proxy = await startTcpProxy(proxyPort(broker.id), innerPort(broker.id));
    closing.push(() => proxy.close());
    brokers.push({ id: broker.id, broker, proxy });
  }
  const client = new Kafka({
    clientId: 'fault-suite',
    brokers: kafka.bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 30, initialRetryTime: 200, maxRetryTime: 2_000 },
  });
  const admin = client.admin();
  await admin.connect();
  closing.push(() => admin.disconnect());
  const logOf = async (group: string) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
    const partitions = topics[0]?.partitions ?? [];
    const own = Math.abs(javaHash(group)) % partitions.length;
    return partitions.find(({ partitionId }) => partitionId === own);
  };
  return {
    brokers,
    client,
    admin,
    direct: kafka.bootstrapServers,
    proxied: brokers.map(({ proxy }) => `127.0.0.1:${proxy.port}`).join(','),
    leaderOf: async (topic, partition) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const leader = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader;
      return leader === undefined || leader < 0 ? undefined : leader;
    },
    coordinatorOf: async (group) => (await logOf(group))?.leader ?? -1,
    partitionOf: async (group) => (await logOf(group))?.partitionId ?? -1,
  };
}

/** Source: `GroupMetadataManager.partitionFor` of Kafka; `String.hashCode` of Java. */
function javaHash(text: string): number {
  let hash = 0;
  for (const unit of text) hash = (Math.imul(hash, 31) + unit.charCodeAt(0)) | 0;
  return hash;
}
