/** An admin for brokers that take no topics from clients: looks through Kafka, creates through the service's OpenAPI. */
import { FatalError, RetriableError } from '../../errors.ts';
import type { KafkaAdmin, NewTopic } from '../driver.ts';
import { type RetryDeps, retrying } from '../retrying.ts';
import type { CloudResources } from './cloud-resources.ts';

/** From "in service" until brokers tell of it. */
const KNOWN_WITHIN_MS = 60_000;

export class CloudAdmin implements KafkaAdmin {
  readonly #closing = new AbortController();
  readonly clusterId: KafkaAdmin['clusterId'];
  readonly topicSettings: KafkaAdmin['topicSettings'];
  readonly deleteGroup: KafkaAdmin['deleteGroup'];
  readonly deleteGroupOffsets: KafkaAdmin['deleteGroupOffsets'];
  readonly listTopics: KafkaAdmin['listTopics'];
  readonly describeTopics: KafkaAdmin['describeTopics'];
  readonly deleteTopics: KafkaAdmin['deleteTopics'];
  readonly listOffsets: KafkaAdmin['listOffsets'];
  readonly committedOffsets: KafkaAdmin['committedOffsets'];
  readonly groupOffsets: KafkaAdmin['groupOffsets'];
  readonly commitOffsets: KafkaAdmin['commitOffsets'];

  /** `kafka` is closed with this one. */
  constructor(
    private readonly kafka: KafkaAdmin,
    private readonly cloud: CloudResources,
    private readonly deps: RetryDeps,
  ) {
    this.clusterId = (...given) => kafka.clusterId(...given);
    this.topicSettings = (...given) => kafka.topicSettings(...given);
    this.deleteGroup = (...given) => kafka.deleteGroup(...given);
    this.deleteGroupOffsets = (...given) => kafka.deleteGroupOffsets(...given);
    this.listTopics = (...given) => kafka.listTopics(...given);
    this.describeTopics = (...given) => kafka.describeTopics(...given);
    this.deleteTopics = (...given) => kafka.deleteTopics(...given);
    this.listOffsets = (...given) => kafka.listOffsets(...given);
    this.committedOffsets = (...given) => kafka.committedOffsets(...given);
    this.groupOffsets = (...given) => kafka.groupOffsets(...given);
    this.commitOffsets = (...given) => kafka.commitOffsets(...given);
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    const { signal } = this.#closing;
    const known = new Set((await this.kafka.describeTopics(topics.map(({ name }) => name))).map(({ name }) => name));
    const missing = topics.filter(({ name }) => !known.has(name));
    for (const topic of missing) await this.cloud.createTopic(topic, signal);
    for (const { name } of missing) await this.#untilKnown(name);
  }

  async prepareGroup(groupId: string, topics: readonly string[], create: boolean): Promise<void> {
    // A group that has read before starts without the OpenAPI, whose failures are then none of ours.
    if (await this.#hasCommitted(groupId, topics)) return;
    await this.cloud.prepareGroup(groupId, create, this.#closing.signal);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the admin client was closed'));
    await this.kafka.close();
  }

  async #hasCommitted(groupId: string, topics: readonly string[]): Promise<boolean> {
    for (const topic of topics) {
      try {
        if ((await this.kafka.committedOffsets(groupId, topic)).size > 0) return true;
      } catch (thrown) {
        // How brokers speak of a group that nobody made.
        if (!(thrown instanceof FatalError)) throw thrown;
        this.deps.logger.debug({ groupId, reason: thrown.message }, 'the brokers tell nothing of the group');
        return false;
      }
    }
    return false;
  }

  async #untilKnown(name: string): Promise<void> {
    const limits = { signal: this.#closing.signal, giveUpAfterMs: KNOWN_WITHIN_MS };
    const attempt = async () => {
      if ((await this.kafka.describeTopics([name])).length > 0) return;
      const message = `ApsaraMQ for Kafka says that topic ${name} is in service, and the brokers do not know it; check that bootstrap.servers are those of the instance in alikafka.instance.id`;
      throw new RetriableError('ALIKAFKA_NOT_READY', message, { context: { topic: name } });
    };
    await retrying(`topic ${name} at the brokers`, attempt, this.deps, limits);
  }
}
