/** The times of the first and last record in a range of offsets. */
import { FatalError, RetriableError } from '../../../shared/errors.ts';
import type { KafkaReader } from '../../../shared/kafka/driver.ts';
import type { TopicPartition } from '../../../shared/records.ts';
import type { OffsetRange } from './moves.ts';

export interface RangeTimes {
  /** Epoch ms; `undefined` where no record was found. */
  readonly first?: number;
  readonly last?: number;
  /** No record is in the range: only markers, and what was aborted or compacted away. */
  readonly empty?: true;
  /** Code of the error that kept the records from being read. */
  readonly unread?: string;
}

/** How far back the last record is looked for: behind the markers of transactions, but at no great cost. */
const LOOK_BACK = [1, 8, 64] as const;

/** Reads a record or two. Records that cannot be read are no reason to throw: a group may be moved just because of them. */
export async function rangeTimes(
  reader: Pick<KafkaReader, 'read'>,
  tp: TopicPartition,
  range: OffsetRange,
): Promise<RangeTimes> {
  if (range.from >= range.to) return {};
  try {
    const [first] = await timesIn(reader, tp, range, range.from, 1);
    if (first === undefined) return { empty: true };
    for (const back of LOOK_BACK) {
      const from = Math.max(range.from, range.to - back);
      const last = (await timesIn(reader, tp, range, from, range.to - from)).at(-1);
      if (last !== undefined) return { first, last };
    }
    return { first };
  } catch (thrown) {
    if (thrown instanceof FatalError || thrown instanceof RetriableError) return { unread: thrown.code };
    throw thrown;
  }
}

async function timesIn(
  reader: Pick<KafkaReader, 'read'>,
  { topic, partition }: TopicPartition,
  range: OffsetRange,
  from: number,
  count: number,
): Promise<number[]> {
  const segments = await reader.read(topic, partition, from, count);
  return segments.flatMap(({ block, from: start, to }) =>
    Array.from(block.timestamps.subarray(start, to)).filter(
      (_, i) => (block.offsets[start + i] ?? range.to) < range.to,
    ),
  );
}
