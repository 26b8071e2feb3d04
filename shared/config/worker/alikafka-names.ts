/** What ApsaraMQ for Kafka accepts as names of topics and consumer groups; stricter than Kafka, which a connector was checked by already.
 *  Source: the service's API reference of CreateTopic and CreateConsumerGroup (2019-09-16). Instances with reserved capacity: 3 to 64
 *  characters, and older ones cut longer names off, so that another topic is made than the one that was asked for. */
import type { ConfigProblem } from '../../errors.ts';
import type { ConnectorConfig } from '../connector-keys.ts';

interface NameRule {
  readonly pattern: RegExp;
  readonly words: string;
}

const RESERVED: NameRule = {
  pattern: /^[A-Za-z0-9_.-]{3,64}$/,
  words: 'names of 3 to 64 letters, digits, "_", "-" and "."',
};
const SERVERLESS_GROUP: NameRule = {
  pattern: /^[A-Za-z0-9@._*$#^!&-]{1,249}$/,
  words: 'group names of 1 to 249 letters, digits and "@._*$#^!&-"',
};

/** Worker settings that name topics. */
const CLUSTER_TOPICS = ['config.storage.topic', 'offset.storage.topic', 'status.storage.topic'] as const;

/** Serverless instances take topic names as Kafka does. */
const isServerless = (instanceId: string) => instanceId.startsWith('alikafka_serverless-');

/** Names of topics and the group that the connector could not have at this instance, by key. */
export function alikafkaNameProblems(
  config: Pick<
    ConnectorConfig,
    'consumer.group.id' | 'errors.policy' | 'errors.deadletterqueue.topic.name' | 'runtime.error.topic.name'
  >,
  instanceId: string,
): readonly ConfigProblem[] {
  const serverless = isServerless(instanceId);
  const topicKeys =
    config['errors.policy'] === 'stop' || serverless
      ? []
      : (['errors.deadletterqueue.topic.name', 'runtime.error.topic.name'] as const);
  const named = [
    ...topicKeys.map((key) => ({ key, rule: RESERVED })),
    { key: 'consumer.group.id' as const, rule: serverless ? SERVERLESS_GROUP : RESERVED },
  ];
  return named.flatMap(({ key, rule }) => problem(key, config[key], rule, instanceId));
}

/** Names of the workers' own topics and group that they could not have at this instance, by key. */
export function alikafkaClusterNameProblems(
  config: Readonly<Record<'group.id' | (typeof CLUSTER_TOPICS)[number], string>>,
  instanceId: string,
): readonly ConfigProblem[] {
  // Kafka's own rules have been checked already, and a serverless instance has no others.
  if (isServerless(instanceId)) return [];
  return [...CLUSTER_TOPICS, 'group.id' as const].flatMap((key) => problem(key, config[key], RESERVED, instanceId));
}

function problem(key: string, name: string, rule: NameRule, instanceId: string): readonly ConfigProblem[] {
  if (rule.pattern.test(name)) return [];
  const message = `${name} (${name.length} characters) cannot be a name at ${instanceId}: ApsaraMQ for Kafka takes ${rule.words}; give ${key} another value`;
  return [{ key, message }];
}
