/** Records of one fetched partition of an internal topic, past what is damaged. */
import { FatalError } from '../../errors.ts';
import { keyAt, offsetAt, type RecordBlock, valueAt } from '../../records.ts';
import type { FetchWay } from '../driver.ts';
import { recordSource } from '../wire/decode-records.ts';
import type { FetchedPartition } from '../wire/fetch-response.ts';
import { readInt64 } from '../wire/offset.ts';
import type { LogRecord } from './topic-listener.ts';

/** Where a batch says how many offsets it covers, less one. Source: https://kafka.apache.org/documentation/#recordbatch */
const LAST_OFFSET_DELTA_AT = 23;
const HEADER_BYTES = 61;

export interface ReadRecords {
  readonly records: readonly LogRecord[];
  /** Where to read on. */
  readonly nextOffset: number;
  /** A batch that is passed over: `from` (inclusive) to `to` (exclusive). */
  readonly damage?: { readonly from: number; readonly to: number; readonly reason: string };
}

/** What lies from `position` on, up to the first batch that is damaged; that one is passed over when it comes first.
 *  @throws FatalError `KAFKA_CODEC_MISSING`, `OFFSET_UNSAFE` */
export async function readFetched(way: FetchWay, fetched: FetchedPartition, position: number): Promise<ReadRecords> {
  const source = recordSource(way, {
    topic: fetched.topic,
    partition: fetched.partition,
    bytes: fetched.records,
    fetchOffset: position,
    readCommitted: true,
    abortedTransactions: fetched.abortedTransactions,
  });
  const records: LogRecord[] = [];
  try {
    for await (const block of source.blocks()) records.push(...recordsOf(block));
  } catch (thrown) {
    if (!(thrown instanceof FatalError) || thrown.code !== 'RECORD_BATCH_CORRUPT') throw thrown;
    const from = source.nextOffset;
    if (from > position) return { records, nextOffset: from };
    const to = endOfFirstBatch(fetched, position);
    return { records: [], nextOffset: to, damage: { from, to, reason: thrown.message } };
  }
  return { records, nextOffset: Math.max(position, source.nextOffset) };
}

function recordsOf(block: RecordBlock): LogRecord[] {
  return Array.from({ length: block.count }, (_, i) => ({
    partition: block.partition,
    offset: offsetAt(block, i),
    key: keyAt(block, i),
    value: valueAt(block, i),
  }));
}

/** As its header has it, where that can be: it may be what is damaged. */
function endOfFirstBatch({ records, highWatermark }: FetchedPartition, position: number): number {
  if (records.length < HEADER_BYTES) return position + 1;
  const end = readInt64(records, 0) + records.readInt32BE(LAST_OFFSET_DELTA_AT) + 1;
  return end > position && end <= highWatermark ? end : position + 1;
}
