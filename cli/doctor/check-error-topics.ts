/** Error topics: are they there or can they be made, and will they take an errant record. */
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { KafkaCode, kafkaErrorName } from '../../shared/kafka/error-codes.ts';
import type { TopicInspection } from '../../shared/kafka/inspect/metadata-request.ts';
import { DENIED, hasRight } from '../../shared/kafka/inspect/rights.ts';
import type { TopicSettings } from '../../shared/kafka/inspect/topic-settings-request.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { grant } from './grant.ts';

/** Kafka's default of `max.message.bytes`: what a topic gets that is made without settings. */
const DEFAULT_MESSAGE_BYTES = 1_048_588;

export interface ErrorTopicFacts {
  readonly config: ConnectorConfig;
  /** The error topics, the missing ones with their error code; each once, sorted. */
  readonly topics: readonly TopicInspection[];
  readonly sources: readonly TopicInspection[];
  /** Of error topics and sources. */
  readonly settings: ReadonlyMap<string, TopicSettings>;
  /** Rights on the cluster, to be asked with `hasRight`. */
  readonly clusterOperations: number;
  /** Topics are made by the interface of a managed service, and not through Kafka. */
  readonly managed: boolean;
}

/** Names of the error topics that a connector may write to; none under `errors.policy=stop`. */
export function errorTopicsOf(config: ConnectorConfig): string[] {
  if (config['errors.policy'] === 'stop') return [];
  const names = [config['errors.deadletterqueue.topic.name'], config['runtime.error.topic.name']];
  return [...new Set(names)].sort();
}

export function checkErrorTopics(facts: ErrorTopicFacts): Finding[] {
  if (facts.config['errors.policy'] === 'stop') {
    return [ok('error-topic-unused', 'errors.policy=stop: no error topic is needed')];
  }
  const largest = facts.sources
    .map(({ name }) => ({ name, bytes: Number(facts.settings.get(name)?.['max.message.bytes'] ?? 0) }))
    .reduce((most, one) => (one.bytes > most.bytes ? one : most), { name: '', bytes: 0 });
  return facts.topics.flatMap((topic) => {
    if (topic.errorCode === KafkaCode.unknownTopicOrPartition) return checkMissing(topic.name, facts, largest);
    if (topic.errorCode !== KafkaCode.none) return [refused(topic, facts)];
    const complaints = [
      ...checkWrite(topic),
      ...checkCleanup(topic.name, facts.settings.get(topic.name)),
      ...checkReplicas(topic, facts.settings.get(topic.name)),
      ...checkSize(topic.name, Number(facts.settings.get(topic.name)?.['max.message.bytes'] ?? Infinity), largest),
    ];
    return complaints.length > 0 ? complaints : [ok('error-topic', `error topic ${topic.name} takes errant records`)];
  });
}

function checkMissing(
  name: string,
  { config, clusterOperations, managed }: ErrorTopicFacts,
  largest: { readonly name: string; readonly bytes: number },
): Finding[] {
  if (config['resources.create'] === 'manual') {
    return [
      problem(
        'error-topic-missing',
        `there is no error topic ${name}, and resources.create=manual`,
        `create topic ${name} (6 partitions are advised), or set resources.create=auto`,
        'TOPIC_MISSING',
      ),
    ];
  }
  if (managed) {
    const by = 'through alikafka';
    return [
      ok('error-topic-absent', `there is no error topic ${name} yet; the run creates it ${by}, with 6 partitions`),
    ];
  }
  const size = checkSize(name, DEFAULT_MESSAGE_BYTES, largest);
  // A right on the name alone is not seen before the topic is there.
  if (hasRight(clusterOperations, 'CREATE') === false) {
    return [
      warning(
        'right-unknown',
        `there is no error topic ${name} yet, and this client has no right to create topics, unless on this name`,
        `create topic ${name}, or ${grant('CREATE', 'topic', name)}`,
      ),
      ...size,
    ];
  }
  return [
    ok('error-topic-absent', `there is no error topic ${name} yet; the run creates it, with 6 partitions`),
    ...size,
  ];
}

function refused({ name, errorCode }: TopicInspection, { config }: ErrorTopicFacts): Finding {
  const error = kafkaErrorName(errorCode);
  const action = grant('WRITE', 'topic', name);
  return problem(
    'error-topic-refused',
    `error topic ${name} cannot be described: ${error}`,
    config['resources.create'] === 'auto' ? `${action}; and CREATE, if it is not there yet` : action,
    error,
  );
}

function checkWrite({ name, authorizedOperations }: TopicInspection): Finding[] {
  if (hasRight(authorizedOperations, 'WRITE') !== false) return [];
  return [
    problem(
      'right-missing',
      `this client may not write to error topic ${name}: at the first errant record its partition would wait`,
      grant('WRITE', 'topic', name),
      DENIED.topic,
    ),
  ];
}

function checkCleanup(name: string, settings: TopicSettings | undefined): Finding[] {
  if (settings?.['cleanup.policy']?.includes('compact') !== true) return [];
  return [
    problem(
      'error-topic-compacted',
      `error topic ${name} is compacted: Kafka refuses errant records without a key, and keeps one of many with the same key`,
      `set cleanup.policy=delete on topic ${name}, or name another error topic`,
    ),
  ];
}

function checkReplicas({ name, partitions }: TopicInspection, settings: TopicSettings | undefined): Finding[] {
  const least = Number(settings?.['min.insync.replicas'] ?? 1);
  const replicas = Math.min(...partitions.map((partition) => partition.replicas));
  const inSync = Math.min(...partitions.map((partition) => partition.inSync));
  if (least > replicas) {
    return [
      problem(
        'error-topic-replicas',
        `error topic ${name} has ${replicas} of the ${least} replicas that its min.insync.replicas asks for: nothing can be written to it`,
        `lower min.insync.replicas of topic ${name}, or give it more replicas`,
      ),
    ];
  }
  if (least > inSync) {
    return [
      problem(
        'error-topic-replicas',
        `error topic ${name} has ${inSync} replicas in sync, and its min.insync.replicas is ${least}: nothing can be written to it now`,
        'start the brokers that are down',
      ),
    ];
  }
  if (replicas > 1 && least === 1) {
    return [
      warning(
        'error-topic-replicas',
        `error topic ${name} has min.insync.replicas=1: one copy of an errant record counts as safe while other brokers are down`,
        `set min.insync.replicas=2 on topic ${name}`,
      ),
    ];
  }
  return [];
}

function checkSize(name: string, bytes: number, largest: { readonly name: string; readonly bytes: number }): Finding[] {
  if (bytes >= largest.bytes) return [];
  return [
    warning(
      'error-topic-size',
      `error topic ${name} takes ${bytes} bytes, and source ${largest.name} up to ${largest.bytes} (max.message.bytes): a large errant record would hold its partition up`,
      `set max.message.bytes of topic ${name} above ${largest.bytes}, for headers are added to errant records`,
    ),
  ];
}
