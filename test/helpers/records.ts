/** Blocks and batches for tests, in one line. */
import { BlockBuilder, batchOf } from '../../shared/envelope/block-builder.ts';
import type {
  Overflow,
  RecordBatch,
  RecordBlock,
  RecordHeader,
  TimestampType,
  TopicPartition,
} from '../../shared/records.ts';

/** Text becomes its UTF-8 bytes. */
export type Content = string | Buffer | null;

/** A record in short: everything but the offset has a default (no key, value `v<offset>`, a fixed timestamp). */
export interface ShortRecord {
  readonly offset: number;
  readonly key?: Content;
  readonly value?: Content;
  readonly timestamp?: number;
  readonly headers?: readonly RecordHeader[];
  readonly overflow?: Overflow;
}

/** Timestamp of records that name none. */
export const SOME_TIMESTAMP = 1_603_779_578_478;

/** A block of `orders-0`, or of `tp`; a number is a record with that offset and defaults. */
export function blockOf(
  records: readonly (number | ShortRecord)[],
  tp: Partial<TopicPartition> & { readonly timestampType?: TimestampType } = {},
): RecordBlock {
  const builder = new BlockBuilder({ topic: tp.topic ?? 'orders', partition: tp.partition ?? 0 }, tp.timestampType);
  for (const short of records) {
    const record: ShortRecord = typeof short === 'number' ? { offset: short } : short;
    builder.add({
      offset: record.offset,
      timestamp: record.timestamp ?? SOME_TIMESTAMP,
      key: bytesOf(record.key ?? null),
      value: bytesOf(record.value === undefined ? `v${record.offset}` : record.value),
      headers: record.headers,
      overflow: record.overflow,
    });
  }
  return builder.build();
}

/** All of `blockOf(records, tp)` as one batch. */
export function batchOfRecords(
  records: readonly (number | ShortRecord)[],
  tp: Partial<TopicPartition> = {},
): RecordBatch {
  return batchOf(blockOf(records, tp));
}

/** Offsets `from` (inclusive) to `to` (exclusive), for `blockOf`. */
export function offsets(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Offsets of a batch's records, in order. */
export function offsetsOf(batch: RecordBatch): number[] {
  return batch.segments.flatMap(({ block, from, to }) => Array.from(block.offsets.subarray(from, to)));
}

function bytesOf(content: Content): Buffer | null {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
