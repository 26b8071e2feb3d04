/** The vocabulary of what is carried: records as Kafka stores them, batches of them, and views on demand.
 *
 * Records travel as columns and not as objects: a block is one buffer plus arrays of bounds, a batch is a list of block
 * ranges. Nothing per record is allocated between the socket and the request unless somebody asks for a `SinkRecord`. */

import type { TopicPartition } from './topic-partition.ts';

export type { TopicPartition } from './topic-partition.ts';

/** A header as on the wire: names may repeat, order counts, the value is raw bytes or null. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** Numbers a record takes in `RecordBlock.bounds`. */
export const BOUNDS_STRIDE = 5;
/** Columns of `RecordBlock.bounds`. A start of -1 means null. All are positions in `RecordBlock.bytes`. */
export const KEY_START = 0;
export const KEY_END = 1;
export const VALUE_START = 2;
export const VALUE_END = 3;
/** Where the record's header list begins, for `RecordBlock.headersOf`; -1 when the record has none. */
export const HEADERS_AT = 4;

/** What an overflowed record carries instead of its value (envelope fields `overflowFlag`, `valueSize`, `valueRef`). */
export interface Overflow {
  /** Bytes of the original value. */
  readonly valueSize: number;
  /** Where the value was stored before the record was sent (claim check), when it was. */
  readonly valueRef?: string;
  /** The record as Kafka stored it, while the dispatcher still has it: this, and not the record without its value, goes to
   *  the error topic (`originalOf`). Never travels in the envelope. */
  readonly original?: { readonly block: RecordBlock; readonly index: number };
}

/** Records of one topic-partition that share one buffer and one timestamp type, in offset order.
 *  Immutable once built. `offsets` and `timestamps` (epoch ms) have `count` entries, `bounds` has `count * BOUNDS_STRIDE`. */
export interface RecordBlock extends TopicPartition {
  readonly count: number;
  readonly bytes: Buffer;
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  readonly timestampType: TimestampType;
  readonly bounds: Int32Array;
  /** Headers of record `index`, decoded when asked for; an empty list when it has none. */
  headersOf(index: number): readonly RecordHeader[];
  /** Overflow of record `index`, by index; absent where nothing in the block overflowed. */
  readonly overflows?: ReadonlyMap<number, Overflow>;
  /** The memory that `bytes` keeps alive, where somebody counts it. */
  readonly memory?: BlockMemory;
}

/** Memory that blocks share (a fetched frame), counted from the moment it is taken until the last holder lets go. Whoever keeps a block beyond
 *  the call that handed it over retains it once and releases it once. */
export interface BlockMemory {
  retain(): void;
  /** Nobody on this side reads it any more: once all said so, it may be written over. */
  release(): void;
  /** As `release`, where somebody who was given up may still read it: it is left to the garbage collector. */
  discard(): void;
}

/** Records `from` (inclusive) to `to` (exclusive) of a block. */
export interface BatchSegment {
  readonly block: RecordBlock;
  readonly from: number;
  readonly to: number;
}

/** Records of one topic-partition, in offset order, that reach the target together. Never empty. */
export interface RecordBatch extends TopicPartition {
  readonly segments: readonly BatchSegment[];
  readonly count: number;
  /** Bytes of the envelope that would carry this batch. */
  readonly encodedBytes: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** What the target's `windowOf` said of its records; absent where the target has no windows. */
  readonly window?: string;
  /** Where the batch was planned before and Kafka no longer has its first record (compaction, retention): the offset of that record. A
   *  target that named the batch by it finds it again. */
  readonly plannedFirst?: number;
}

/** One record, as a view made on demand: `key` and `value` point into the block's buffer and are not copies. */
export interface SinkRecord extends TopicPartition {
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly timestampType: TimestampType;
  readonly key: Buffer | null;
  /** Null for a tombstone, and for an overflowed record whose value is not here. */
  readonly value: Buffer | null;
  /** Bytes of the original value; 0 for a tombstone. */
  readonly valueSize: number;
  readonly headers: readonly RecordHeader[];
  readonly overflow: Overflow | null;
}

function column(block: RecordBlock, index: number, which: number): number {
  return block.bounds[index * BOUNDS_STRIDE + which] ?? -1;
}

/** Key of record `index` as a view, or null. */
export function keyAt(block: RecordBlock, index: number): Buffer | null {
  const start = column(block, index, KEY_START);
  return start < 0 ? null : block.bytes.subarray(start, column(block, index, KEY_END));
}

/** Value of record `index` as a view, or null for a tombstone or an overflowed record. */
export function valueAt(block: RecordBlock, index: number): Buffer | null {
  const start = column(block, index, VALUE_START);
  return start < 0 ? null : block.bytes.subarray(start, column(block, index, VALUE_END));
}

/** Offset of record `index`. */
export function offsetAt(block: RecordBlock, index: number): number {
  return block.offsets[index] ?? Number.NaN;
}

/** Record `index` of a block as an object. For the hot path use the columns. */
export function recordAt(block: RecordBlock, index: number): SinkRecord {
  const value = valueAt(block, index);
  const overflow = block.overflows?.get(index) ?? null;
  return {
    topic: block.topic,
    partition: block.partition,
    offset: offsetAt(block, index),
    timestamp: block.timestamps[index] ?? 0,
    timestampType: block.timestampType,
    key: keyAt(block, index),
    value,
    valueSize: overflow?.valueSize ?? value?.length ?? 0,
    headers: block.headersOf(index),
    overflow,
  };
}

/** Records of a batch in offset order, each a view made on demand. */
export function* recordsOf(batch: RecordBatch): Generator<SinkRecord> {
  for (const { block, from, to } of batch.segments) {
    for (let i = from; i < to; i++) yield recordAt(block, i);
  }
}

/** Name of a topic-partition for maps and log lines: `orders-3`. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
