/** Where records are sent back to, and what an earlier run already sent there. */
import { FatalError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../../shared/kafka/driver.ts';
import { partitionOfKey } from '../../../shared/kafka/producer.ts';
import type { TopicPartition } from '../../../shared/records.ts';
import type { ErrantEntry } from './error-entry.ts';
import type { Destination, OpenChunk } from './position-state.ts';
import { offsetOfSource, splitMark } from './redrive-mark.ts';

/** As the managed service advises for error topics. */
const PARKING_PARTITIONS = 6;

/** Partition of `topic` for the record: the original one while it exists, since the key alone would scatter records when partitions were
 *  added since; then by the key as any producer does it, then by the old number. `partitions` is not empty. */
export function partitionFor({ note, record }: ErrantEntry, partitions: readonly number[]): number {
  if (partitions.includes(note.partition)) return note.partition;
  const at = record.key === null ? note.partition % partitions.length : partitionOfKey(record.key, partitions.length);
  return partitions[at] ?? 0;
}

/** Partitions by topic, of those that exist. */
export async function partitionsByTopic(
  admin: KafkaAdmin,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (topics.length === 0) return new Map();
  const described = await admin.describeTopics([...new Set(topics)]);
  return new Map(described.map(({ name, partitions }) => [name, [...partitions].sort((a, b) => a - b)]));
}

/** The partitions with their end offsets of now.
 *  @throws FatalError `TOPIC_MISSING` */
export async function withEndOffsets(admin: KafkaAdmin, targets: readonly TopicPartition[]): Promise<Destination[]> {
  const destinations: Destination[] = [];
  for (const topic of new Set(targets.map((target) => target.topic))) {
    const ends = await admin.listOffsets(topic, 'latest');
    const partitions = new Set(targets.filter((target) => target.topic === topic).map(({ partition }) => partition));
    for (const partition of partitions) destinations.push({ topic, partition, endOffset: ends.get(partition) ?? 0 });
  }
  return destinations;
}

/** Makes sure that records can be parked.
 *  @throws FatalError `TOPIC_MISSING` when it is not there and may not be created */
export async function ensureParkingTopic(
  admin: KafkaAdmin,
  topic: string,
  create: boolean,
): Promise<readonly number[]> {
  const found = (await partitionsByTopic(admin, [topic])).get(topic);
  if (found !== undefined) return found;
  if (!create) {
    throw new FatalError(
      'TOPIC_MISSING',
      `resources.create=manual and the parking topic ${topic} is missing: create it, or name another with --parking-topic`,
    );
  }
  await admin.createTopics([{ name: topic, partitions: PARKING_PARTITIONS, replicationFactor: -1, configs: {} }]);
  return (await partitionsByTopic(admin, [topic])).get(topic) ?? [0];
}

/** Offsets of `from` (a partition of the error topic) whose records are in the destinations of `open` already.
 *  `reader` reads uncommitted: what is acked counts, whatever transactions of others are open.
 *  @param notify told of what cannot be known any more */
export async function alreadySent(
  admin: KafkaAdmin,
  reader: KafkaReader,
  from: TopicPartition,
  open: OpenChunk,
  notify: (line: string) => void,
): Promise<Set<number>> {
  const sent = new Set<number>();
  const existing = await partitionsByTopic(
    admin,
    open.destinations.map(({ topic }) => topic),
  );
  for (const { topic, partition, endOffset } of open.destinations) {
    if (existing.get(topic)?.includes(partition) !== true) continue;
    const earliest = (await admin.listOffsets(topic, 'earliest')).get(partition) ?? 0;
    const end = (await admin.listOffsets(topic, 'latest')).get(partition) ?? 0;
    if (earliest > endOffset) {
      notify(
        `${topic}-${partition} no longer has what was written while the last run was interrupted; records of it may be sent twice`,
      );
    }
    for (let at = Math.max(earliest, endOffset); at < end; ) {
      const { blocks, nextOffset } = await reader.page(topic, partition, at);
      for (const block of blocks) {
        for (let index = 0; index < block.count; index++) {
          const source = splitMark(block.headersOf(index)).mark?.source;
          const offset = source === undefined ? undefined : offsetOfSource(source, from);
          if (offset !== undefined && offset < open.to) sent.add(offset);
        }
      }
      at = nextOffset;
    }
  }
  return sent;
}
