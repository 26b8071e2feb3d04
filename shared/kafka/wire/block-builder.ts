/** Collects records that share a buffer into the columns of one block. */
import {
  type BlockMemory,
  BOUNDS_STRIDE,
  HEADERS_AT,
  KEY_END,
  KEY_START,
  type RecordBlock,
  type TimestampType,
  type TopicPartition,
  VALUE_END,
  VALUE_START,
} from '../../records.ts';
import type { BatchHeader } from './batch-header.ts';
import { headersAt, skipHeaders } from './record-headers.ts';
import { VarintReader } from './varint.ts';

/** Where in a record's way through the decoder something did not fit. The caller knows topic and partition. */
export class RecordLayoutError extends Error {
  readonly offset: number;
  constructor(offset: number, what: string) {
    super(what);
    this.offset = offset;
  }
}

/** Bytes of the columns for each record: offset, timestamp, bounds. */
export const COLUMN_BYTES = 2 * Float64Array.BYTES_PER_ELEMENT + BOUNDS_STRIDE * Int32Array.BYTES_PER_ELEMENT;

export class BlockBuilder {
  readonly bytes: Buffer;
  readonly timestampType: TimestampType;
  readonly #tp: TopicPartition;
  readonly #offsets: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #bounds: Int32Array;
  #count = 0;

  /** `capacity` is the largest number of records that will be added. */
  constructor(tp: TopicPartition, bytes: Buffer, timestampType: TimestampType, capacity: number) {
    this.#tp = tp;
    this.bytes = bytes;
    this.timestampType = timestampType;
    // One piece of memory: three cost an allocation, and the collector, three times.
    const columns = new ArrayBuffer(capacity * COLUMN_BYTES);
    const timestampsAt = capacity * Float64Array.BYTES_PER_ELEMENT;
    this.#offsets = new Float64Array(columns, 0, capacity);
    this.#timestamps = new Float64Array(columns, timestampsAt, capacity);
    this.#bounds = new Int32Array(columns, 2 * timestampsAt, capacity * BOUNDS_STRIDE);
  }

  /** Records added so far. */
  get count(): number {
    return this.#count;
  }

  /** Room for `records` more. */
  fits(records: number): boolean {
    return this.#count + records <= this.#offsets.length;
  }

  /** Adds one record by its positions; starts of -1 mean null, `headersAt` of -1 none. */
  add(
    offset: number,
    timestamp: number,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headers: number,
  ): void {
    const index = this.#count++;
    this.#offsets[index] = offset;
    this.#timestamps[index] = timestamp;
    const at = index * BOUNDS_STRIDE;
    this.#bounds[at + KEY_START] = keyStart;
    this.#bounds[at + KEY_END] = keyEnd;
    this.#bounds[at + VALUE_START] = valueStart;
    this.#bounds[at + VALUE_END] = valueEnd;
    this.#bounds[at + HEADERS_AT] = headers;
  }

  /** Adds the records of one batch, which are all that lies at `from` to `to` of `bytes`, leaving out those before `firstOffset`.
   *  As strict as Java's consumer (`DefaultRecord.readFrom`, `DefaultRecordBatch`): every length fits, nothing is left over.
   *  @throws RecordLayoutError when lengths do not fit each other; none of them is added then */
  addRecords(batch: BatchHeader, from: number, to: number, firstOffset: number): void {
    const before = this.#count;
    const misfit = (what: string, offset: number) => {
      this.#count = before;
      return new RecordLayoutError(
        offset,
        `${what} of the batch at offset ${batch.baseOffset} has lengths that do not fit`,
      );
    };
    const reader = new VarintReader(this.bytes, from);
    const appendTime = batch.timestampType === 'LogAppendTime';
    for (let i = 0; i < batch.recordCount; i++) {
      const length = reader.int();
      const end = reader.at + length;
      reader.at += 1; // record attributes: none are defined
      const timestamp = reader.long() + batch.baseTimestamp;
      const offset = reader.int() + batch.baseOffset;
      const keyLength = reader.int();
      const keyStart = reader.at;
      reader.at += Math.max(keyLength, 0);
      const valueLength = reader.int();
      const valueStart = reader.at;
      reader.at += Math.max(valueLength, 0);
      const headersStart = reader.at;
      const headerCount = reader.int();
      // Lengths below -1 and positions past the record would read other records' bytes as this one's.
      const fits =
        length >= 0 &&
        end <= to &&
        reader.at <= end &&
        keyLength >= -1 &&
        valueLength >= -1 &&
        headerCount >= 0 &&
        (headerCount === 0 || skipHeaders(reader, headerCount, end)) &&
        reader.at === end;
      if (!fits) throw misfit(`record ${i}`, offset);
      if (offset < firstOffset) continue;
      this.add(
        offset,
        appendTime ? batch.maxTimestamp : timestamp,
        keyLength < 0 ? -1 : keyStart,
        keyLength < 0 ? -1 : keyStart + keyLength,
        valueLength < 0 ? -1 : valueStart,
        valueLength < 0 ? -1 : valueStart + valueLength,
        headerCount === 0 ? -1 : headersStart,
      );
    }
    if (reader.at !== to) throw misfit('the end', batch.lastOffset);
  }

  /** The block, or undefined when nothing was added. The builder is used up. `memory` is what the block keeps alive. */
  build(memory?: BlockMemory): RecordBlock | undefined {
    const count = this.#count;
    if (count === 0) return undefined;
    const { bytes } = this;
    const bounds = this.#bounds.subarray(0, count * BOUNDS_STRIDE);
    return {
      topic: this.#tp.topic,
      partition: this.#tp.partition,
      count,
      bytes,
      offsets: this.#offsets.subarray(0, count),
      timestamps: this.#timestamps.subarray(0, count),
      timestampType: this.timestampType,
      bounds,
      headersOf: (index) => headersAt(bytes, bounds[index * BOUNDS_STRIDE + HEADERS_AT] ?? -1),
      ...(memory !== undefined && { memory }),
    };
  }
}
