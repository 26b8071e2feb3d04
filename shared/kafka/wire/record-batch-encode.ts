/** One uncompressed record batch (format 2) from records to produce. */
import type { ProducerRecord } from '../driver.ts';
import { RECORDS_AT } from './batch-header.ts';
import type { Crc32c } from './crc32c.ts';
import { sizeOfVarint, sizeOfVarlong, writeVarlong } from './varint.ts';

const NO_PRODUCER = -1n;
const TRANSACTIONAL = 0x10;

/** Who writes a batch within a transaction. */
export interface BatchProducer {
  readonly id: bigint;
  readonly epoch: number;
  /** Of the batch's first record, in its partition, from 0 on for each epoch. */
  readonly sequence: number;
}

function sizeOfBytes(part: Buffer | null): number {
  return part === null ? sizeOfVarint(-1) : sizeOfVarint(part.length) + part.length;
}

/** Bytes of a record after its own length field. */
function bodySize(record: ProducerRecord, index: number, baseTimestamp: number): number {
  let size = 1 + sizeOfVarlong(record.timestamp - baseTimestamp) + sizeOfVarint(index);
  size += sizeOfBytes(record.key) + sizeOfBytes(record.value) + sizeOfVarint(record.headers.length);
  for (const header of record.headers) {
    const keyBytes = Buffer.byteLength(header.key);
    size += sizeOfVarint(keyBytes) + keyBytes + sizeOfBytes(header.value);
  }
  return size;
}

/** Upper bound of the bytes a record takes in a batch, for cutting batches to size. */
export function encodedRecordBytes(record: ProducerRecord): number {
  const body = bodySize(record, 0, 0);
  return body + sizeOfVarint(body) + 5;
}

function writeBytes(target: Buffer, at: number, part: Buffer | null): number {
  if (part === null) return writeVarlong(target, at, -1);
  const start = writeVarlong(target, at, part.length);
  return start + part.copy(target, start);
}

/** Encodes a batch that begins at offset 0 (the broker assigns the real ones); headers keep their order and repeats.
 *  `records` is not empty. With a producer it is part of that one's transaction. */
export function encodeRecordBatch(
  records: readonly ProducerRecord[],
  crc32c: Crc32c,
  producer?: BatchProducer,
): Buffer {
  const baseTimestamp = records[0]?.timestamp ?? 0;
  const maxTimestamp = records.reduce((max, r) => Math.max(max, r.timestamp), baseTimestamp);
  const sizes = records.map((record, i) => bodySize(record, i, baseTimestamp));
  const total = sizes.reduce((sum, size) => sum + sizeOfVarint(size) + size, RECORDS_AT);
  const batch = Buffer.allocUnsafe(total);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(total - 12, 8);
  batch.writeInt32BE(-1, 12); // leader epoch, set by the broker
  batch.writeInt8(2, 16); // magic
  batch.writeInt16BE(producer === undefined ? 0 : TRANSACTIONAL, 21); // no codec, CreateTime
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(baseTimestamp), 27);
  batch.writeBigInt64BE(BigInt(maxTimestamp), 35);
  batch.writeBigInt64BE(producer?.id ?? NO_PRODUCER, 43);
  batch.writeInt16BE(producer?.epoch ?? -1, 51);
  batch.writeInt32BE(producer?.sequence ?? -1, 53);
  batch.writeInt32BE(records.length, 57);
  let at = RECORDS_AT;
  records.forEach((record, i) => {
    at = writeVarlong(batch, at, sizes[i] ?? 0);
    batch[at++] = 0; // attributes
    at = writeVarlong(batch, at, record.timestamp - baseTimestamp);
    at = writeVarlong(batch, at, i);
    at = writeBytes(batch, at, record.key);
    at = writeBytes(batch, at, record.value);
    at = writeVarlong(batch, at, record.headers.length);
    for (const header of record.headers) {
      at = writeBytes(batch, at, Buffer.from(header.key));
      at = writeBytes(batch, at, header.value);
    }
  });
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}
