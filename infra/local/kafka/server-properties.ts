/** The configuration of one local broker. */

export interface BrokerAddress {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
}

export interface ServerPropertiesOptions {
  readonly self: BrokerAddress;
  /** Every broker of the cluster, `self` included; each is a controller too, so that any one may be killed. */
  readonly cluster: readonly BrokerAddress[];
  readonly dataDir: string;
  /** Further or other properties, as Kafka spells them. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** A cluster made for starting fast and being killed often, on one machine and with little memory. */
export function serverProperties({ self, cluster, dataDir, overrides }: ServerPropertiesOptions): string {
  const replicas = String(cluster.length);
  const inSync = cluster.length === 1 ? '1' : '2';
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(self.id),
    'controller.quorum.voters': cluster.map((b) => `${b.id}@127.0.0.1:${b.controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${self.port},CONTROLLER://127.0.0.1:${self.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${self.port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': dataDir,
    'num.partitions': '1',
    'auto.create.topics.enable': 'false',
    // Records of the tests carry old timestamps; retention would delete them under our feet.
    'log.retention.ms': '-1',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // A killed broker cannot register again before its old session expired: 9 s by default.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '400',
    'log.segment.bytes': '16777216',
    'log.index.size.max.bytes': '1048576',
    'log.cleaner.dedupe.buffer.size': '2097152',
    'log.cleaner.io.buffer.size': '65536',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'background.threads': '2',
    ...overrides,
  };
  return `${Object.entries(properties)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}
