/** The fall-back of `RecordDecoder`: fields, numbers and bytes are read by kafkajs' decoder, an object for each record. It shares no framing
 *  and no walking with the fast way, so that a mistake there can be told, and avoided, by one switch.
 *
 *  kafkajs' own decoder of whole batches is not used: it looks at no checksum, passes batches that compaction emptied without a trace,
 *  merges headers of one name, orders numeric names anew, reads on past the end, and follows a damaged count without bound. */
import Decoder from 'kafkajs/src/protocol/decoder.js';
import { FatalError, toError } from '../../errors.ts';
import type { RecordBlock, RecordHeader, TimestampType } from '../../records.ts';
import { AbortedFilter, isAbortKey, type TransactionPart } from './aborted-filter.ts';
import { BatchRoom } from './batch-room.ts';
import { BlockBuilder, COLUMN_BYTES } from './block-builder.ts';
import { decompress } from './codecs.ts';
import { type Crc32c, loadCrc32c } from './crc32c.ts';
import { type KafkajsRecord, readKafkajsRecord } from './kafkajs-record.ts';
import { safeOffset } from './offset.ts';
import {
  corruptBatch,
  type FetchedRecords,
  heldBy,
  legacyBlocks,
  noCompleteBatch,
  type RecordSource,
  SMALLEST_RECORD_BYTES,
} from './record-source.ts';

const SIZE_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const CHECKED_AT = 21;
const RECORDS_AT = 61;
const NO_HEADERS: readonly RecordHeader[] = [];

interface Batch extends TransactionPart {
  readonly baseOffset: number;
  readonly codecId: number;
  readonly timestampType: TimestampType;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly recordCount: number;
}

/** Fields of a batch whose checksum is right. */
function readBatch(bytes: Buffer): Batch {
  const decoder = new Decoder(bytes);
  const baseOffset = safeOffset(Number(decoder.readInt64()));
  decoder.forward(CHECKED_AT - SIZE_AT);
  const attributes = decoder.readInt16();
  const lastOffset = baseOffset + decoder.readInt32();
  const firstTimestamp = decoder.readInt64();
  const maxTimestamp = decoder.readInt64();
  const producerId = decoder.readInt64();
  decoder.forward(2 + 4); // producer epoch, first sequence
  return {
    baseOffset,
    lastOffset,
    codecId: attributes & 0x07,
    timestampType: (attributes & 0x08) === 0 ? 'CreateTime' : 'LogAppendTime',
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    firstTimestamp,
    maxTimestamp,
    producerId,
    recordCount: decoder.readInt32(),
  };
}

export class KafkajsRecordDecoder implements RecordSource {
  readonly #fetched: FetchedRecords;
  readonly #room: BatchRoom;
  #nextOffset: number;

  constructor(fetched: FetchedRecords) {
    this.#fetched = fetched;
    this.#room = new BatchRoom(fetched.memory);
    this.#nextOffset = fetched.fetchOffset;
  }

  get nextOffset(): number {
    return this.#nextOffset;
  }

  async *blocks(): AsyncGenerator<RecordBlock, void> {
    try {
      yield* this.#decoded();
    } finally {
      this.#room.close();
    }
  }

  async *#decoded(): AsyncGenerator<RecordBlock, void> {
    const crc32c = await loadCrc32c();
    const { bytes, abortedTransactions } = this.#fetched;
    const aborted = new AbortedFilter(abortedTransactions);
    for (let at = 0; at < bytes.length; ) {
      const end = entryEnd(bytes, at);
      if (end === undefined && at === 0) throw noCompleteBatch(this.#fetched);
      if (end === undefined) return;
      if (isLegacy(bytes, at)) {
        const runEnd = legacyEnd(bytes, end);
        for await (const { block, nextOffset } of legacyBlocks(
          this.#fetched,
          bytes.subarray(at, runEnd),
          this.#nextOffset,
        )) {
          this.#nextOffset = Math.max(this.#nextOffset, nextOffset);
          if (block !== undefined) yield block;
        }
        at = runEnd;
        continue;
      }
      const block = await this.#batch(at, end, aborted, crc32c);
      if (block !== undefined) yield block;
      at = end;
    }
  }

  /** Moves past the batch; its block, where there is something to be seen. */
  async #batch(start: number, end: number, aborted: AbortedFilter, crc32c: Crc32c): Promise<RecordBlock | undefined> {
    const { bytes, fetchOffset, readCommitted } = this.#fetched;
    const raw = bytes.subarray(start, end);
    this.#check(raw, crc32c);
    const batch = readBatch(raw);
    try {
      const endsInAbort = batch.isControl && batch.codecId === 0 && isAbortKey(markerKey(raw, batch));
      const hidden = aborted.hides(batch, endsInAbort) && (batch.isControl || readCommitted);
      const wanted = !hidden && batch.lastOffset >= fetchOffset;
      const block = wanted ? await this.#block(batch, raw, start) : undefined;
      this.#nextOffset = Math.max(this.#nextOffset, safeOffset(batch.lastOffset + 1));
      return block;
    } catch (thrown) {
      if (thrown instanceof FatalError && thrown.code !== 'RECORD_BATCH_CORRUPT') throw thrown;
      throw corruptBatch(this.#fetched, batch.baseOffset, toError(thrown).message);
    }
  }

  #check(raw: Buffer, crc32c: Crc32c): void {
    const offset = Number(new Decoder(raw).readInt64());
    if (raw.length < RECORDS_AT) throw corruptBatch(this.#fetched, offset, 'the batch is shorter than its header');
    const magic = raw.readUInt8(MAGIC_AT);
    if (magic !== 2) throw corruptBatch(this.#fetched, offset, `no format has the number ${magic}`);
    const stored = raw.readUInt32BE(CRC_AT);
    const computed = crc32c(raw.subarray(CHECKED_AT));
    if (computed === stored) return;
    const what = `its CRC-32C is ${computed.toString(16)} and should be ${stored.toString(16)}`;
    throw corruptBatch(this.#fetched, offset, what);
  }

  async #block(batch: Batch, raw: Buffer, start: number): Promise<RecordBlock | undefined> {
    const { bytes, fetchOffset, memory } = this.#fetched;
    const isPlain = batch.codecId === 0;
    const packed = raw.subarray(RECORDS_AT);
    if (!isPlain) this.#room.begin(packed.length, bytes.length - start - raw.length);
    const records = isPlain ? packed : await decompress(batch.codecId, packed, this.#room);
    const decoded = readRecords(records, batch);
    const shift = isPlain ? start + RECORDS_AT : 0;
    const builder = new BlockBuilder(this.#fetched, isPlain ? bytes : records, batch.timestampType, decoded.length);
    const headers = new Map<number, readonly RecordHeader[]>();
    for (const record of decoded) {
      const offset = batch.baseOffset + record.offsetDelta;
      if (offset < fetchOffset) continue;
      const { key, value, headersAt } = record;
      const timestamp =
        batch.timestampType === 'LogAppendTime' ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta;
      if (record.headers.length > 0) headers.set(builder.count, record.headers);
      const at = (place: number) => (place < 0 ? -1 : place + shift);
      builder.add(offset, Number(timestamp), at(key.start), at(key.end), at(value.start), at(value.end), at(headersAt));
    }
    if (builder.count === 0) return undefined;
    const shared = isPlain ? memory?.frame : this.#room.memory;
    const ownBytes = decoded.length * COLUMN_BYTES + (isPlain || shared !== undefined ? 0 : records.length);
    const block = builder.build(heldBy(this.#fetched, ownBytes, shared));
    return block && { ...block, headersOf: (index) => headers.get(index) ?? NO_HEADERS };
  }
}

/** One past the entry at `at`; undefined where the fetch limit cut it off, or nothing is left. */
function entryEnd(bytes: Buffer, at: number): number | undefined {
  if (at + MAGIC_AT >= bytes.length) return undefined;
  const decoder = new Decoder(bytes);
  decoder.forward(at + SIZE_AT);
  const size = decoder.readInt32();
  // A negative size is refused as shorter than a header.
  return decoder.canReadBytes(size) ? decoder.offset + Math.max(size, 0) : undefined;
}

/** One past the old messages that go on at `at`. */
function legacyEnd(bytes: Buffer, at: number): number {
  let end = at;
  for (
    let next: number | undefined = at;
    next !== undefined;
    next = isLegacy(bytes, next) ? entryEnd(bytes, next) : undefined
  )
    end = next;
  return end;
}

function isLegacy(bytes: Buffer, at: number): boolean {
  return (bytes[at + MAGIC_AT] ?? 2) < 2 && bytes.readInt32BE(at + SIZE_AT) >= 0;
}

/** All that a batch holds.
 *  @throws Error when it holds something else than its count of records */
function readRecords(bytes: Buffer, { recordCount }: Batch): KafkajsRecord[] {
  if (recordCount < 0 || recordCount * SMALLEST_RECORD_BYTES > bytes.length)
    throw new RangeError(`${recordCount} records do not fit into ${bytes.length} bytes`);
  const decoder = new Decoder(bytes);
  const records = Array.from({ length: recordCount }, () => readKafkajsRecord(decoder));
  if (decoder.offset !== bytes.length) throw new RangeError('bytes are left over behind the last record');
  return records;
}

/** Key of the one record of a control batch; null where it is not there any more. */
function markerKey(raw: Buffer, batch: Batch): Buffer | null {
  const bytes = raw.subarray(RECORDS_AT);
  const [marker] = readRecords(bytes, batch);
  return marker === undefined || marker.key.start < 0 ? null : bytes.subarray(marker.key.start, marker.key.end);
}
