/** Finds records of a partition again by their offsets. */
import { FatalError } from '../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../shared/kafka/driver.ts';
import { KafkaCode, kafkaErrorName } from '../../shared/kafka/error-codes.ts';
import { offsetAt, type RecordBlock, type TopicPartition } from '../../shared/records.ts';

/** Record `index` of `block`. */
export interface Original {
  readonly block: RecordBlock;
  readonly index: number;
}

const OUT_OF_RANGE = kafkaErrorName(KafkaCode.offsetOutOfRange);
/** How often retention may take records away while they are looked for. */
const MOST_LOOKS = 3;

/** Records at `offsets` (ascending) as Kafka has them; those that it no longer has (retention, compaction, the topic is gone) are absent. One
 *  pass over the partition, of as few fetches as there are places.
 *  @throws RetriableError when the cluster cannot be reached, FatalError when it refuses */
export async function findOriginals(
  { admin, reader }: { readonly admin: KafkaAdmin; readonly reader: KafkaReader },
  { topic, partition }: TopicPartition,
  offsets: readonly number[],
): Promise<ReadonlyMap<number, Original>> {
  const found = new Map<number, Original>();
  let wanted = offsets;
  for (let look = 1; ; look++) {
    const held = await heldOffsets(admin, { topic, partition });
    wanted = wanted.filter((offset) => offset >= held.from && offset < held.to);
    try {
      while (wanted[0] !== undefined) {
        const { blocks, nextOffset } = await reader.page(topic, partition, wanted[0]);
        for (const block of blocks) note(block, wanted, found);
        wanted = wanted.filter((offset) => offset >= nextOffset);
      }
      return found;
    } catch (thrown) {
      const overtaken = thrown instanceof FatalError && thrown.code === OUT_OF_RANGE;
      if (!overtaken || look === MOST_LOOKS) throw thrown;
    }
  }
}

/** Offsets from `from` (inclusive) to `to` (exclusive) that the partition has now; none when it is gone. */
async function heldOffsets(admin: KafkaAdmin, { topic, partition }: TopicPartition) {
  try {
    const [earliest, latest] = await Promise.all([
      admin.listOffsets(topic, 'earliest'),
      admin.listOffsets(topic, 'latest'),
    ]);
    return { from: earliest.get(partition) ?? 0, to: latest.get(partition) ?? 0 };
  } catch (thrown) {
    if (thrown instanceof FatalError && thrown.code === 'TOPIC_MISSING') return { from: 0, to: 0 };
    throw thrown;
  }
}

function note(block: RecordBlock, wanted: readonly number[], found: Map<number, Original>): void {
  const asked = new Set(wanted);
  for (let index = 0; index < block.count; index++) {
    const offset = offsetAt(block, index);
    if (asked.has(offset)) found.set(offset, { block, index });
  }
}
