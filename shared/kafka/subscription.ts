/** Which topics a consumer reads, and how many partitions they have now. */
import { FatalError, RetriableError } from '../errors.ts';
import type { TopicPartition } from '../records.ts';
import type { Cluster } from './cluster.ts';
import type { TopicState } from './cluster-metadata.ts';
import { isRetriableCode, KafkaCode, refusal } from './error-codes.ts';

/** Partition ids by topic, ascending. A topic that is missing for the moment is absent. */
export type TopicPartitions = ReadonlyMap<string, readonly number[]>;

/** A pattern must match a whole name, as `topics.regex` of Kafka Connect does. */
function wholeName(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''));
}

export class TopicSubscription {
  readonly isPattern: boolean;
  readonly #topics: readonly string[] | RegExp;
  readonly #cluster: Cluster;

  constructor(topics: readonly string[] | RegExp, cluster: Cluster) {
    this.isPattern = topics instanceof RegExp;
    this.#topics = topics instanceof RegExp ? wholeName(topics) : [...new Set(topics)];
    this.#cluster = cluster;
  }

  /** Asks the cluster. With a pattern: all topics that match now, internal ones never.
   *  @throws RetriableError when the cluster does not answer, FatalError when a topic is refused */
  async look(): Promise<TopicPartitions> {
    const topics = this.#topics;
    const states = await this.#cluster.describe(topics instanceof RegExp ? 'all' : topics);
    const wanted = topics instanceof RegExp ? states.filter((t) => !t.isInternal && topics.test(t.name)) : states;
    const found = new Map<string, readonly number[]>();
    for (const topic of wanted) {
      const known = usable(topic) ? topic : this.#known(topic);
      if (known !== undefined) found.set(topic.name, [...known.leaders.keys()]);
    }
    return found;
  }

  /** At the start, before anything can be waited for: every fixed name must exist.
   *  @throws FatalError `TOPIC_MISSING` naming all that do not */
  async lookFirst(): Promise<TopicPartitions> {
    const found = await this.look();
    if (this.#topics instanceof RegExp) return found;
    const missing = this.#topics.filter((name) => !found.has(name));
    if (missing.length > 0) {
      const states = missing.map(
        (name) => this.#cluster.metadata.topic(name)?.errorCode ?? KafkaCode.unknownTopicOrPartition,
      );
      const passing = states.find((code) => code !== KafkaCode.unknownTopicOrPartition && isRetriableCode(code));
      if (passing !== undefined) throw refusal(passing, { right: 'DESCRIBE', resource: `topic ${missing.join(', ')}` });
      throw new FatalError('TOPIC_MISSING', `no such topic: ${missing.join(', ')}. Create it, or correct "topics"`, {
        mayHeal: true,
      });
    }
    return found;
  }

  /** What a topic had before it became indescribable for a while. */
  #known(topic: TopicState): TopicState | undefined {
    if (topic.errorCode === KafkaCode.unknownTopicOrPartition) return undefined;
    if (!isRetriableCode(topic.errorCode)) {
      throw refusal(topic.errorCode, {
        right: 'DESCRIBE',
        resource: `topic ${topic.name}`,
        context: { topic: topic.name },
      });
    }
    const before = this.#cluster.metadata.topic(topic.name);
    return before !== undefined && usable(before) ? before : undefined;
  }
}

function usable(topic: TopicState): boolean {
  return topic.errorCode === 0 && topic.leaders.size > 0;
}

/** All partitions of `topics`, in order of the map. */
export function partitionsOf(topics: TopicPartitions): TopicPartition[] {
  return [...topics].flatMap(([topic, ids]) => ids.map((partition) => ({ topic, partition })));
}

/** Whether both hold the same topics with the same partitions. */
export function sameTopics(a: TopicPartitions, b: TopicPartitions): boolean {
  return a.size === b.size && [...a].every(([topic, ids]) => ids.length === b.get(topic)?.length);
}

/** Topics that members of another view of the cluster subscribe to, described anew.
 *  @throws RetriableError when the cluster does not answer */
export async function describeAll(cluster: Cluster, topics: Iterable<string>): Promise<TopicPartitions> {
  const names = [...new Set(topics)].sort();
  const states = await cluster.describe(names);
  const passing = states.find(
    (t) => t.errorCode !== 0 && t.errorCode !== KafkaCode.unknownTopicOrPartition && isRetriableCode(t.errorCode),
  );
  if (passing !== undefined)
    throw new RetriableError('METADATA_INCOMPLETE', `topic ${passing.name} cannot be described for the moment`);
  return new Map(states.filter(usable).map((t) => [t.name, [...t.leaders.keys()]]));
}
