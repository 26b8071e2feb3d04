/** What must exist at the broker before a connector reads: its sources, its error topics and, where groups are made beforehand, its group. */
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { FatalError } from '../../shared/errors.ts';
import type { KafkaAdmin } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { SourceTopic } from '../../shared/sink.ts';
import { topicsOf } from './plan.ts';

/** As the managed service advises for its error topics. */
const ERROR_TOPIC_PARTITIONS = 6;

export interface Resources {
  readonly sources: readonly string[] | RegExp;
  /** Empty under `errors.policy=stop`. */
  readonly errorTopics: readonly string[];
  readonly groupId: string;
  readonly create: 'auto' | 'manual';
}

/** Those that `config` asks for. */
export function resourcesOf(config: ConnectorConfig): Resources {
  const errorTopics =
    config['errors.policy'] === 'stop'
      ? []
      : [config['errors.deadletterqueue.topic.name'], config['runtime.error.topic.name']];
  return {
    sources: topicsOf(config),
    errorTopics,
    groupId: config['consumer.group.id'],
    create: config['resources.create'],
  };
}

/** Checks sources, creates missing error topics under `auto`, and the group where it does not come into being by itself.
 *  @throws FatalError `TOPIC_MISSING` that names every missing topic and what to do; what keeps them from being made */
export async function prepareResources(admin: KafkaAdmin, resources: Resources, logger: Logger): Promise<void> {
  const errorTopics = [...new Set(resources.errorTopics)];
  const sources = resources.sources instanceof RegExp ? [] : resources.sources;
  const found = new Set((await admin.describeTopics([...sources, ...errorTopics])).map(({ name }) => name));

  const missingSources = sources.filter((topic) => !found.has(topic));
  if (missingSources.length > 0) {
    throw new FatalError(
      'TOPIC_MISSING',
      `no such topic at this cluster: ${missingSources.join(', ')}; check topics and bootstrap.servers`,
      { mayHeal: true },
    );
  }
  const missing = errorTopics.filter((topic) => !found.has(topic));
  if (missing.length > 0 && resources.create === 'manual') {
    throw new FatalError(
      'TOPIC_MISSING',
      `resources.create=manual and these error topics are missing: ${missing.join(', ')}; create them (${ERROR_TOPIC_PARTITIONS} partitions are advised) or set resources.create=auto`,
      { mayHeal: true },
    );
  }
  if (missing.length > 0) {
    await admin.createTopics(
      missing.map((name) => ({ name, partitions: ERROR_TOPIC_PARTITIONS, replicationFactor: -1, configs: {} })),
    );
    logger.info({ topics: missing }, 'error topics created');
  }
  if (admin.prepareGroup === undefined) return;
  await admin.prepareGroup(
    resources.groupId,
    await sourceTopics(admin, resources.sources),
    resources.create === 'auto',
  );
}

/** Sources and their partition counts, those of a pattern as far as they are there now. */
export async function topicSizes(
  admin: KafkaAdmin,
  sources: readonly string[] | RegExp,
): Promise<readonly SourceTopic[]> {
  const names = await sourceTopics(admin, sources);
  const topics = names.length === 0 ? [] : await admin.describeTopics(names);
  return topics.map(({ name, partitions }) => ({ name, partitions: partitions.length }));
}

/** Names of the topics that are read now. */
export async function sourceTopics(admin: KafkaAdmin, sources: readonly string[] | RegExp): Promise<readonly string[]> {
  if (!(sources instanceof RegExp)) return sources;
  return (await admin.listTopics()).filter((name) => sources.test(name));
}
