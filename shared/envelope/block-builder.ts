/** Blocks made record by record, for whoever does not get them from a broker (the event normaliser, tests, benches), and batches
 *  made from blocks: a range, a selection, one overflowed record. Batches copy no record. */
import {
  type BatchSegment,
  BOUNDS_STRIDE,
  HEADERS_AT,
  KEY_END,
  KEY_START,
  type Overflow,
  offsetAt,
  type RecordBatch,
  type RecordBlock,
  type RecordHeader,
  type TimestampType,
  type TopicPartition,
  VALUE_END,
  VALUE_START,
} from '../records.ts';
import { encodedRecordBytes } from './element-size.ts';
import { ENVELOPE_OVERHEAD_BYTES, PLAIN_ENVELOPE } from './encode.ts';

/** A record to put into a block. Its buffers are copied by `build`. */
export interface RecordToAdd {
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly RecordHeader[] | undefined;
  readonly overflow?: Overflow | undefined;
}

const NO_HEADERS: readonly RecordHeader[] = [];

/** Collects records of one topic-partition, in offset order, and copies them into a block with one buffer. */
export class BlockBuilder {
  readonly #tp: TopicPartition;
  readonly #timestampType: TimestampType;
  readonly #records: RecordToAdd[] = [];

  constructor(tp: TopicPartition, timestampType: TimestampType = 'CreateTime') {
    this.#tp = tp;
    this.#timestampType = timestampType;
  }

  add(record: RecordToAdd): void {
    this.#records.push(record);
  }

  /** The block. Records added later do not change it. */
  build(): RecordBlock {
    const records = this.#records;
    const bounds = new Int32Array(records.length * BOUNDS_STRIDE).fill(-1);
    const parts: Buffer[] = [];
    let length = 0;
    const place = (bytes: Buffer | null, at: number, start: number, end: number): void => {
      if (bytes === null) return;
      bounds[at + start] = length;
      length += bytes.length;
      bounds[at + end] = length;
      parts.push(bytes);
    };
    const headers = new Map<number, readonly RecordHeader[]>();
    const overflows = new Map<number, Overflow>();
    for (const [index, record] of records.entries()) {
      const at = index * BOUNDS_STRIDE;
      place(record.key, at, KEY_START, KEY_END);
      place(record.value, at, VALUE_START, VALUE_END);
      if (record.headers !== undefined && record.headers.length > 0) {
        bounds[at + HEADERS_AT] = index;
        headers.set(index, record.headers.map(copyOfHeader));
      }
      if (record.overflow !== undefined) overflows.set(index, record.overflow);
    }
    return {
      topic: this.#tp.topic,
      partition: this.#tp.partition,
      count: records.length,
      bytes: Buffer.concat(parts, length),
      offsets: Float64Array.from(records, (record) => record.offset),
      timestamps: Float64Array.from(records, (record) => record.timestamp),
      timestampType: this.#timestampType,
      bounds,
      headersOf: (index) => headers.get(index) ?? NO_HEADERS,
      ...(overflows.size > 0 && { overflows }),
    };
  }
}

function copyOfHeader({ key, value }: RecordHeader): RecordHeader {
  return { key, value: value === null ? null : Buffer.from(value) };
}

/** What `batchOf` cannot see in the block itself. */
export interface BatchExtra {
  readonly window?: string | undefined;
  /** When known; otherwise counted for the plain envelope, which passes over all bytes. */
  readonly encodedBytes?: number | undefined;
}

/** Records `from` (inclusive) to `to` (exclusive) of a block as a batch.
 *  @throws RangeError when there are none: a batch is never empty */
export function batchOf(block: RecordBlock, from = 0, to = block.count, extra: BatchExtra = {}): RecordBatch {
  if (!(from >= 0 && from < to && to <= block.count)) {
    throw new RangeError(`records ${from} to ${to} of a block of ${block.count}: a batch has one record or more`);
  }
  let encodedBytes = extra.encodedBytes;
  if (encodedBytes === undefined) {
    encodedBytes = ENVELOPE_OVERHEAD_BYTES;
    for (let i = from; i < to; i++) encodedBytes += encodedRecordBytes(block, i, PLAIN_ENVELOPE);
  }
  return batchOfSegments(block, [{ block, from, to }], encodedBytes, extra.window);
}

/** A batch of segments that hold one record or more. */
export function batchOfSegments(
  { topic, partition }: TopicPartition,
  segments: readonly BatchSegment[],
  encodedBytes: number,
  window: string | undefined,
): RecordBatch {
  const first = segments[0];
  const last = segments.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a batch has one segment or more');
  return {
    topic,
    partition,
    segments,
    count: segments.reduce((count, { from, to }) => count + to - from, 0),
    encodedBytes,
    firstOffset: offsetAt(first.block, first.from),
    lastOffset: offsetAt(last.block, last.to - 1),
    ...(window !== undefined && { window }),
  };
}

/** The records of `batch` that `keep` accepts, same records, same window and same plan, or null when it accepts none.
 *  `encodedBytes` is scaled by the number of records, for accounting; a part of a batch never exceeds a limit that the whole kept. */
export function selectFromBatch(
  batch: RecordBatch,
  keep: (block: RecordBlock, index: number) => boolean,
): RecordBatch | null {
  const segments: BatchSegment[] = [];
  let count = 0;
  for (const { block, from, to } of batch.segments) {
    let start = -1;
    for (let i = from; i < to; i++) {
      if (keep(block, i)) {
        count++;
        if (start < 0) start = i;
      } else if (start >= 0) {
        segments.push({ block, from: start, to: i });
        start = -1;
      }
    }
    if (start >= 0) segments.push({ block, from: start, to });
  }
  if (count === 0) return null;
  if (count === batch.count) return batch;
  const part = batchOfSegments(batch, segments, Math.ceil((batch.encodedBytes * count) / batch.count), batch.window);
  return batch.plannedFirst === undefined ? part : { ...part, plannedFirst: batch.plannedFirst };
}

/** Record `index` alone in a batch, with `overflow` in place of its value. Shares the block's buffer; the record as it was stays
 *  within reach by `originalOf`. */
export function overflowed(block: RecordBlock, index: number, overflow: Overflow, window?: string): RecordBatch {
  const bounds = block.bounds.slice(index * BOUNDS_STRIDE, (index + 1) * BOUNDS_STRIDE);
  bounds[VALUE_START] = -1;
  bounds[VALUE_END] = -1;
  const alone: RecordBlock = {
    topic: block.topic,
    partition: block.partition,
    count: 1,
    bytes: block.bytes,
    offsets: block.offsets.slice(index, index + 1),
    timestamps: block.timestamps.slice(index, index + 1),
    timestampType: block.timestampType,
    bounds,
    headersOf: () => block.headersOf(index),
    ...(block.memory !== undefined && { memory: block.memory }),
    overflows: new Map([[0, { ...overflow, original: originalOf(block, index) }]]),
  };
  return batchOf(alone, 0, 1, { window });
}

/** Record `index` as Kafka stored it: itself, or what `overflowed` took the value from. What goes to the error topic. */
export function originalOf(block: RecordBlock, index: number): { readonly block: RecordBlock; readonly index: number } {
  return block.overflows?.get(index)?.original ?? { block, index };
}
