/** Where a connector's group stands in each partition it reads. */
import { FatalError } from '../../../shared/errors.ts';
import type { ConsumerOptions, KafkaAdmin, StartOffset } from '../../../shared/kafka/driver.ts';
import { planStart } from '../../../shared/kafka/start-positions.ts';
import { partitionName, type TopicPartition } from '../../../shared/records.ts';
import { sourceTopics } from '../resources.ts';

/** The group, and what it reads. */
export type GroupSource = Pick<ConsumerOptions, 'groupId' | 'topics' | 'startOffset' | 'isolationLevel'>;

/** What Kafka knows of one partition. Offsets of its end are under the connector's isolation level. */
export interface PartitionPosition extends TopicPartition {
  /** First offset there is. */
  readonly beginning: number;
  /** Where the next record goes. */
  readonly end: number;
  /** `undefined` when nothing is committed. */
  readonly committed: { readonly offset: number; readonly metadata: string } | undefined;
  /** First offset that the connector would deliver next, from `beginning` to `end`: the committed one, or where it would begin. */
  readonly next: number;
}

type Known = Omit<PartitionPosition, 'next'>;

/** Positions of all partitions, by topic and number. Changes nothing at the cluster.
 *  @throws FatalError `TOPIC_MISSING` and refusals; RetriableError when the cluster cannot be reached */
export async function readPositions(admin: KafkaAdmin, source: GroupSource): Promise<PartitionPosition[]> {
  const topics = await existingTopics(admin, source.topics);
  const known: Known[] = [];
  const starts = new Map<string, number>();
  for (const topic of topics) {
    const [beginnings, ends, committed, begins] = await Promise.all([
      admin.listOffsets(topic, 'earliest', source.isolationLevel),
      admin.listOffsets(topic, 'latest', source.isolationLevel),
      admin.committedOffsets(source.groupId, topic),
      admin.listOffsets(topic, source.startOffset, source.isolationLevel),
    ]);
    for (const [partition, beginning] of [...beginnings].sort(([a], [b]) => a - b)) {
      // A partition that came between two answers counts as empty.
      const end = ends.get(partition) ?? beginning;
      known.push({ topic, partition, beginning, end, committed: committed.get(partition) });
      starts.set(partitionName({ topic, partition }), begins.get(partition) ?? end);
    }
  }
  const atStart = new Set(beginAtStart(known, isCommitted(known), source.topics));
  return known.map((position) => {
    const { beginning, end, committed } = position;
    const name = partitionName(position);
    const next = committed?.offset ?? (atStart.has(name) ? (starts.get(name) ?? end) : beginning);
    return { ...position, next: clamp(next, position) };
  });
}

/** Names of the partitions without a commit that `consumer.start.offset` would count for, and not "added later, so at its beginning". */
export function beginAtStart(
  partitions: readonly TopicPartition[],
  committed: ReadonlySet<string>,
  topics: GroupSource['topics'],
): string[] {
  const { atStart } = planStart(partitions, (tp) => committed.has(partitionName(tp)), {
    isPattern: topics instanceof RegExp,
    readBefore: new Set(),
    atFirst: new Set(partitions.map(({ topic }) => topic)),
  });
  return atStart.map(partitionName);
}

/** Names of the partitions that have a commit. */
export function isCommitted(positions: readonly Known[]): Set<string> {
  return new Set(positions.filter(({ committed }) => committed !== undefined).map(partitionName));
}

/** `offset`, or the end of the log that is nearest to it. */
export function clamp(
  offset: number,
  { beginning, end }: { readonly beginning: number; readonly end: number },
): number {
  return Math.min(Math.max(offset, beginning), end);
}

/** `consumer.start.offset` as a person writes it. */
export function startText(start: StartOffset): string {
  return typeof start === 'number' ? new Date(start).toISOString() : start;
}

async function existingTopics(admin: KafkaAdmin, topics: GroupSource['topics']): Promise<string[]> {
  const wanted = await sourceTopics(admin, topics);
  if (wanted.length === 0)
    throw new FatalError('TOPIC_MISSING', 'no topic at this cluster matches; check topics.regex and bootstrap.servers');
  const found = (await admin.describeTopics(wanted)).map(({ name }) => name);
  const missing = wanted.filter((topic) => !found.includes(topic));
  if (missing.length === 0) return found.sort();
  throw new FatalError(
    'TOPIC_MISSING',
    `no such topic at this cluster: ${missing.join(', ')}; check topics and bootstrap.servers`,
  );
}
