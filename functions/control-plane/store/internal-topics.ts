/** The three topics that workers keep their state in: made where they are missing, refused where they would lose it. */
import type { WorkerConfig } from '../../../shared/config/worker-keys.ts';
import { FatalError } from '../../../shared/errors.ts';
import type { KafkaAdmin } from '../../../shared/kafka/driver.ts';
import type { Logger } from '../../../shared/logger.ts';

/** What a topic is to be. */
export interface InternalTopic {
  /** Worker setting that names it. */
  readonly key: 'config.storage.topic' | 'offset.storage.topic' | 'status.storage.topic';
  readonly name: string;
  /** As it is made. */
  readonly partitions: number;
  /** Says what is wrong with another number, or `undefined`. */
  readonly complaint: (partitions: number) => string | undefined;
  /** -1: the brokers' default. */
  readonly replicationFactor: number;
}

export function internalTopics(worker: WorkerConfig): Record<'config' | 'offset' | 'status', InternalTopic> {
  return {
    config: {
      key: 'config.storage.topic',
      name: worker['config.storage.topic'],
      partitions: 1,
      complaint: (partitions) =>
        partitions === 1 ? undefined : 'exactly 1 is needed, or changes would have no order among each other',
      replicationFactor: worker['config.storage.replication.factor'],
    },
    offset: {
      key: 'offset.storage.topic',
      name: worker['offset.storage.topic'],
      partitions: worker['offset.storage.partitions'],
      complaint: (partitions) => (partitions > 1 ? undefined : '2 or more are needed'),
      replicationFactor: worker['offset.storage.replication.factor'],
    },
    status: {
      key: 'status.storage.topic',
      name: worker['status.storage.topic'],
      partitions: worker['status.storage.partitions'],
      complaint: () => undefined,
      replicationFactor: worker['status.storage.replication.factor'],
    },
  };
}

export type InternalTopicAdmin = Pick<KafkaAdmin, 'describeTopics' | 'createTopics' | 'topicSettings'>;

/** Makes the topic, compacted, or makes sure that the one that is there will do. Where its settings may not be read they are trusted.
 *  @throws FatalError `INTERNAL_TOPIC_UNFIT`, and what Kafka refuses; RetriableError when Kafka cannot be reached */
export async function prepareInternalTopic(
  admin: InternalTopicAdmin,
  topic: InternalTopic,
  logger: Logger,
): Promise<void> {
  const { key, name, partitions, replicationFactor } = topic;
  let [found] = await admin.describeTopics([name]);
  if (found === undefined) {
    await admin.createTopics([{ name, partitions, replicationFactor, configs: { 'cleanup.policy': 'compact' } }]);
    logger.info({ topic: name, partitions }, 'an internal topic was made');
    // Another worker may have made it, or a broker by itself because somebody asked for it.
    [found] = await admin.describeTopics([name]);
  }
  const complaint = topic.complaint(found?.partitions.length ?? partitions);
  if (complaint !== undefined) {
    throw unfit(
      `topic ${name} (${key}) has ${found?.partitions.length} partitions; ${complaint}. Delete it if nobody else needs it, so that it is made anew, or give ${key} another name`,
      name,
    );
  }
  await assertCompacted(admin, topic, logger);
}

async function assertCompacted(admin: InternalTopicAdmin, { key, name }: InternalTopic, logger: Logger): Promise<void> {
  const policy = (await admin.topicSettings([name])).get(name)?.['cleanup.policy'];
  if (policy === undefined) {
    logger.warn(
      { topic: name },
      'the settings of an internal topic may not be read; make sure that its cleanup.policy is compact',
    );
    return;
  }
  if (policy === 'compact') return;
  throw unfit(
    `topic ${name} (${key}) has cleanup.policy=${policy}, with which Kafka deletes what workers keep in it; set it to compact, for example by: kafka-configs --alter --entity-type topics --entity-name ${name} --add-config cleanup.policy=compact; or give ${key} another name`,
    name,
  );
}

function unfit(message: string, topic: string): FatalError {
  return new FatalError('INTERNAL_TOPIC_UNFIT', message, { context: { topic }, mayHeal: true });
}
