/** Settings of workers that share their connectors: the group they form, the topics they keep their state in, the address they are known by. */

import { defineKey } from '../define-key.ts';
import { crossCheck, type DerivedDefault, when } from '../definition.ts';
import { TOPIC_EXPECTED, topicComplaint } from '../topic-name.ts';
import { alikafkaKeys } from './alikafka-keys.ts';
import { alikafkaClusterNameProblems } from './alikafka-names.ts';

const CLUSTER = { group: 'Workers' } as const;
const ADVERTISED = { group: 'REST' } as const;
const GROUP_EXPECTED = 'a group id of 1 to 200 letters, digits, ".", "_" and "-"';
const HOST_EXPECTED = 'a host name or an address, without port';
const FOR_WORKERS = 'Read by `spillway worker` only.';

/** Names of the internal topics as the managed service gives them. */
function topicOf(kind: 'config' | 'offset' | 'status'): DerivedDefault<string> {
  return {
    text: `\`connect-${kind}-<group.id>\``,
    reads: ['group.id'],
    value: (config) => `connect-${kind}-${config['group.id']}`,
  };
}

function replicationFactor(what: string, displayName: string) {
  return defineKey.int({
    ...CLUSTER,
    importance: 'LOW',
    displayName,
    min: -1,
    max: 32_767,
    default: -1,
    doc: `Replicas of the ${what}, where it is made; -1 leaves it to the brokers. ${FOR_WORKERS}`,
  });
}

export const clusterKeys = {
  'group.id': defineKey.string({
    ...CLUSTER,
    importance: 'HIGH',
    displayName: 'Group of workers',
    expected: GROUP_EXPECTED,
    check: (text) => (/^[\w.-]{1,200}$/.test(text) ? undefined : GROUP_EXPECTED),
    default: 'spillway',
    doc: `Workers with the same group share their connectors. It is a Kafka group: no connector may have it as its consumer group. ${FOR_WORKERS}`,
  }),
  'config.storage.topic': defineKey.string({
    ...CLUSTER,
    importance: 'MEDIUM',
    displayName: 'Configuration topic',
    consoleName: '任务配置 Topic',
    expected: TOPIC_EXPECTED,
    check: topicComplaint,
    derived: topicOf('config'),
    doc: `Compacted topic of one partition that holds the connectors' configurations. Made when it is missing. ${FOR_WORKERS}`,
  }),
  'config.storage.replication.factor': replicationFactor('configuration topic', 'Replicas of the configuration topic'),
  'offset.storage.topic': defineKey.string({
    ...CLUSTER,
    importance: 'LOW',
    displayName: 'Offset topic',
    consoleName: '任务位点 Topic',
    expected: TOPIC_EXPECTED,
    check: topicComplaint,
    derived: topicOf('offset'),
    doc: `Compacted topic for the positions of source connectors. It stays empty while there are none. Made when it is missing. ${FOR_WORKERS}`,
  }),
  'offset.storage.partitions': defineKey.int({
    ...CLUSTER,
    importance: 'LOW',
    displayName: 'Partitions of the offset topic',
    min: 2,
    default: 6,
    doc: `Partitions of the offset topic, where it is made. ${FOR_WORKERS}`,
  }),
  'offset.storage.replication.factor': replicationFactor('offset topic', 'Replicas of the offset topic'),
  'status.storage.topic': defineKey.string({
    ...CLUSTER,
    importance: 'LOW',
    displayName: 'Status topic',
    consoleName: '任务状态 Topic',
    expected: TOPIC_EXPECTED,
    check: topicComplaint,
    derived: topicOf('status'),
    doc: `Compacted topic that says how connectors and their tasks are. Made when it is missing. ${FOR_WORKERS}`,
  }),
  'status.storage.partitions': defineKey.int({
    ...CLUSTER,
    importance: 'LOW',
    displayName: 'Partitions of the status topic',
    min: 1,
    default: 6,
    doc: `Partitions of the status topic, where it is made. ${FOR_WORKERS}`,
  }),
  'status.storage.replication.factor': replicationFactor('status topic', 'Replicas of the status topic'),
  'rest.write.timeout.ms': defineKey.int({
    ...CLUSTER,
    importance: 'LOW',
    displayName: 'Write timeout',
    min: 1_000,
    unit: 'ms',
    default: 20_000,
    doc: `How long a change by REST may take until Kafka confirmed it. After that the answer is a 500, and the change is not made later either. ${FOR_WORKERS}`,
  }),
  'rest.advertised.host.name': defineKey.string({
    ...ADVERTISED,
    importance: 'LOW',
    displayName: 'Advertised host',
    expected: HOST_EXPECTED,
    check: (text) => (/^(?:[\w.-]+|\[[0-9a-fA-F:.]+\])$/.test(text) ? undefined : HOST_EXPECTED),
    doc: `Host that statuses name this worker by; each worker of a group needs its own host or port. Without it that of the first listener, or the machine's name where that is on all addresses. ${FOR_WORKERS}`,
  }),
  'rest.advertised.port': defineKey.int({
    ...ADVERTISED,
    importance: 'LOW',
    displayName: 'Advertised port',
    min: 1,
    max: 65_535,
    doc: `Port that statuses name this worker by. Without it that of the first listener. ${FOR_WORKERS}`,
  }),
};

const TOPICS = ['config.storage.topic', 'offset.storage.topic', 'status.storage.topic'] as const;
const REPLICATION = [
  'config.storage.replication.factor',
  'offset.storage.replication.factor',
  'status.storage.replication.factor',
] as const;

const names = { ...alikafkaKeys, ...clusterKeys };

export const clusterChecks = [
  crossCheck(names, ['alikafka.instance.id', 'group.id', ...TOPICS], (config) => {
    const instance = config['alikafka.instance.id'];
    return instance === undefined ? [] : alikafkaClusterNameProblems(config, instance);
  }),
  crossCheck(clusterKeys, TOPICS, (config) =>
    TOPICS.flatMap((key, i) => {
      const first = TOPICS.slice(0, i).find((other) => config[other] === config[key]);
      return when(
        first !== undefined,
        key,
        `is the topic of ${first} as well (${config[key]}); each of the three needs a topic of its own`,
      );
    }),
  ),
  crossCheck(clusterKeys, REPLICATION, (config) =>
    REPLICATION.flatMap((key) =>
      when(config[key] === 0, key, 'expected 1 or more replicas, or -1 to leave it to the brokers; got 0'),
    ),
  ),
];
