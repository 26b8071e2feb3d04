/** Record batches for decoder tests, laid out by hand from the format's description so that encoder and decoder cannot agree on a mistake. */
import zlib from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { crc32cInTypeScript } from '../../../../../shared/kafka/wire/crc32c.ts';

export interface BatchParts {
  readonly baseOffset: number | bigint;
  /** Offset deltas and values of the records that are there; deltas may have gaps. */
  readonly records: readonly { readonly delta: number; readonly value: string }[];
  readonly lastOffsetDelta?: number;
  readonly attributes?: number;
  readonly producerId?: bigint;
  readonly maxTimestamp?: number;
  /** Compresses the records. */
  readonly pack?: (records: Buffer) => Buffer;
}

/** Zigzag varint by BigInt, slow and plain. */
export function varint(value: number | bigint): Buffer {
  const n = BigInt(value);
  let rest = n >= 0n ? n << 1n : (-n << 1n) - 1n;
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

function record(delta: number, key: Buffer | null, value: Buffer | null): Buffer {
  const part = (b: Buffer | null) => (b === null ? varint(-1) : Buffer.concat([varint(b.length), b]));
  const body = Buffer.concat([Buffer.from([0]), varint(delta * 10), varint(delta), part(key), part(value), varint(0)]);
  return Buffer.concat([varint(body.length), body]);
}

function batchOf(records: Buffer, count: number, parts: BatchParts, lastDelta: number): Buffer {
  const packed = parts.pack?.(records) ?? records;
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(BigInt(parts.baseOffset), 0);
  header.writeInt32BE(49 + packed.length, 8);
  header.writeInt8(2, 16);
  header.writeInt16BE(parts.attributes ?? 0, 21);
  header.writeInt32BE(lastDelta, 23);
  header.writeBigInt64BE(1_000n, 27);
  header.writeBigInt64BE(BigInt(parts.maxTimestamp ?? 5_000), 35);
  header.writeBigInt64BE(parts.producerId ?? -1n, 43);
  header.writeInt32BE(count, 57);
  const batch = Buffer.concat([header, packed]);
  batch.writeUInt32BE(crc32cInTypeScript(batch.subarray(21)), 17);
  return batch;
}

export function batch(parts: BatchParts): Buffer {
  const records = Buffer.concat(parts.records.map((r) => record(r.delta, null, Buffer.from(r.value))));
  return batchOf(records, parts.records.length, parts, parts.lastOffsetDelta ?? parts.records.at(-1)?.delta ?? 0);
}

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

export function transactional(baseOffset: number, producerId: bigint, ...values: string[]): Buffer {
  return batch({
    baseOffset,
    producerId,
    attributes: TRANSACTIONAL,
    records: values.map((value, delta) => ({ delta, value })),
  });
}

/** The marker that ends a transaction. */
export function marker(baseOffset: number, producerId: bigint, type: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]);
  const parts = { baseOffset, producerId, attributes: TRANSACTIONAL | CONTROL, records: [] };
  return batchOf(record(0, key, Buffer.alloc(6)), 1, parts, 0);
}

export const gzip = { attributes: 1, pack: (b: Buffer) => zlib.gzipSync(b) };
export const lz4 = { attributes: 3, pack: (b: Buffer) => compressFrameSync(b) };
