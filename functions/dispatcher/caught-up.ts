/** When a connector has caught up: for every partition there was at the start, everything before its end offset is settled and
 *  that position is committed. Control, aborted and compacted records count as passed. */
import type { Clock } from '../../shared/clock.ts';
import type { ConsumerOptions, KafkaAdmin } from '../../shared/kafka/driver.ts';
import { partitionName, type TopicPartition } from '../../shared/records.ts';
import { sourceTopics } from './resources.ts';

const POLL_MS = 200;

/** End offsets by topic and partition, as they were when this was asked. */
export type EndOffsets = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** What to catch up to. */
export async function endOffsets(
  admin: KafkaAdmin,
  { topics, isolationLevel }: Pick<ConsumerOptions, 'topics' | 'isolationLevel'>,
): Promise<EndOffsets> {
  const ends = new Map<string, ReadonlyMap<number, number>>();
  for (const topic of await sourceTopics(admin, topics)) {
    ends.set(topic, await admin.listOffsets(topic, 'latest', isolationLevel));
  }
  return ends;
}

/** The same by partition name. */
export function byPartition(ends: EndOffsets): Map<string, number> {
  const targets = new Map<string, number>();
  for (const [topic, partitions] of ends) {
    for (const [partition, offset] of partitions) targets.set(partitionName({ topic, partition }), offset);
  }
  return targets;
}

/** Partitions of `ends` whose committed offset is not there yet. A topic that was deleted meanwhile has nothing left to catch up to. */
async function behind(admin: KafkaAdmin, groupId: string, ends: EndOffsets): Promise<TopicPartition[]> {
  const late: TopicPartition[] = [];
  const existing = new Set((await admin.describeTopics([...ends.keys()])).map(({ name }) => name));
  for (const [topic, partitions] of ends) {
    if (!existing.has(topic)) continue;
    const committed = await admin.committedOffsets(groupId, topic);
    for (const [partition, end] of partitions) {
      if ((committed.get(partition)?.offset ?? -1) < end) late.push({ topic, partition });
    }
  }
  return late;
}

/** Resolves when nothing is behind but what waits for a person, and says whether that was so for all.
 *  @throws the signal's reason when aborted */
export async function untilCaughtUp(
  admin: KafkaAdmin,
  groupId: string,
  ends: EndOffsets,
  waitingForPerson: () => Promise<readonly TopicPartition[]>,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const late = await behind(admin, groupId, ends);
    if (late.length === 0) return true;
    const waiting = new Set((await waitingForPerson()).map(partitionName));
    if (late.every((partition) => waiting.has(partitionName(partition)))) return false;
    await clock.sleep(POLL_MS, signal);
  }
}
