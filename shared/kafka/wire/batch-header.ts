/** Headers of stored record batches (format 2) and where older message sets lie between them.
 *  Source: https://kafka.apache.org/documentation/#recordbatch */
import type { TimestampType } from '../../records.ts';
import { readInt64 } from './offset.ts';

/** Where a batch's records begin, counted from the batch's first byte. */
export const RECORDS_AT = 61;
const SIZE_AT = 8;
const PREFIX_BYTES = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
/** First byte the checksum covers. */
const CHECKED_AT = 21;

export interface BatchHeader {
  /** Position of the batch's first byte, and one past its last. */
  readonly start: number;
  readonly end: number;
  /** Its format: 2, or one that is not known. */
  readonly magic: number;
  /** Rounded where it passes 2^53. */
  readonly baseOffset: number;
  /** Of the batch as it was written: compaction may have removed that record since. */
  readonly lastOffset: number;
  readonly codecId: number;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly recordCount: number;
}

/** A run of messages in format 0 or 1. */
export interface LegacyRun {
  readonly start: number;
  readonly end: number;
  readonly legacy: true;
}

/** Finds the complete batches in fetched bytes, in order. A batch that the fetch limit cut off at the end is left out. One whose size is
 *  negative comes out shorter than its header, and is the last. */
export function* batchesIn(bytes: Buffer): Generator<BatchHeader | LegacyRun> {
  let legacyStart = -1;
  let at = 0;
  while (at + MAGIC_AT < bytes.length) {
    const end = at + PREFIX_BYTES + bytes.readInt32BE(at + SIZE_AT);
    if (end > bytes.length) break;
    if (end < at + PREFIX_BYTES) {
      if (legacyStart >= 0) yield { start: legacyStart, end: at, legacy: true };
      yield headerAt(bytes, at, Math.min(at + RECORDS_AT - 1, bytes.length));
      return;
    }
    if ((bytes[at + MAGIC_AT] ?? 0) < 2) {
      if (legacyStart < 0) legacyStart = at;
    } else {
      if (legacyStart >= 0) yield { start: legacyStart, end: at, legacy: true };
      legacyStart = -1;
      yield headerAt(bytes, at, end);
    }
    at = end;
  }
  if (legacyStart >= 0) yield { start: legacyStart, end: at, legacy: true };
}

function headerAt(bytes: Buffer, start: number, end: number): BatchHeader {
  const header = wholeHeader(bytes.subarray(start, end));
  const baseOffset = readInt64(header, 0);
  const attributes = header.readInt16BE(21);
  return {
    start,
    end,
    magic: header.readUInt8(MAGIC_AT),
    baseOffset,
    lastOffset: baseOffset + header.readInt32BE(23),
    codecId: attributes & 0x07,
    timestampType: (attributes & 0x08) === 0 ? 'CreateTime' : 'LogAppendTime',
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    baseTimestamp: readInt64(header, 27),
    maxTimestamp: readInt64(header, 35),
    producerId: header.readBigInt64BE(43),
    recordCount: header.readInt32BE(57),
  };
}

/** A batch that claims to be shorter than a header is padded with zeros: it is refused when it is checked, by its length. */
function wholeHeader(batch: Buffer): Buffer {
  return batch.length >= RECORDS_AT ? batch : Buffer.concat([batch], RECORDS_AT);
}

/** Checksum as stored, and the bytes it covers. */
export function checksumOf(bytes: Buffer, batch: BatchHeader): { readonly stored: number; readonly covered: Buffer } {
  return {
    stored: bytes.readUInt32BE(batch.start + CRC_AT),
    covered: bytes.subarray(batch.start + CHECKED_AT, batch.end),
  };
}
