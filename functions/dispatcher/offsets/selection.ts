/** Which partitions of a connector a change of offsets is about. Pure. */
import { ConfigError } from '../../../shared/errors.ts';
import type { TopicPartition } from '../../../shared/records.ts';

export interface Selection {
  /** Only this topic. */
  readonly topic?: string | undefined;
  /** Only these partitions of it. */
  readonly partitions?: readonly number[] | undefined;
}

/** The partitions of `all` that are selected; all of them when nothing is said.
 *  @throws ConfigError under `--topic` or `--partition` for what the connector does not read */
export function selectPartitions<T extends TopicPartition>(all: readonly T[], { topic, partitions }: Selection): T[] {
  const topics = [...new Set(all.map((tp) => tp.topic))];
  if (topic !== undefined && !topics.includes(topic)) {
    refuse('--topic', `the connector does not read ${topic}; it reads ${topics.join(', ')}`);
  }
  const ofTopic = all.filter((tp) => topic === undefined || tp.topic === topic);
  if (partitions === undefined) return ofTopic;
  if (topic === undefined && topics.length > 1) {
    refuse('--partition', `the connector reads ${topics.length} topics: say with --topic whose partitions are meant`);
  }
  const missing = partitions.filter((partition) => !ofTopic.some((tp) => tp.partition === partition));
  if (missing.length > 0) {
    const has = `${topic ?? topics.join()} has partitions 0 to ${ofTopic.length - 1}`;
    refuse('--partition', `there is no partition ${missing.join(', ')}: ${has}`);
  }
  return ofTopic.filter((tp) => partitions.includes(tp.partition));
}

function refuse(key: string, message: string): never {
  throw new ConfigError([{ key, message }], 'offsets');
}
