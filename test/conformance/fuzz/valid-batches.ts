/** Batches to be damaged: by our encoder, by kafkajs', and messages of the old formats. */
import { createRequire } from 'node:module';
import zlib from 'node:zlib';
import { compress as zstdCompress } from '@mongodb-js/zstd';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { compressFrameSync } from 'lz4-napi';
import { compressSync as snappyCompress } from 'snappy';
import type { ProducerRecord } from '../../../shared/kafka/driver.ts';
import { crc32cInTypeScript } from '../../../shared/kafka/wire/crc32c.ts';
import { encodeRecordBatch } from '../../../shared/kafka/wire/record-batch-encode.ts';
import type { Random } from './random.ts';

const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch(parts: object): Promise<Encoder>;
};
const kafkajsRecord = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (parts: object) => Encoder;
const messages = [0, 1].map(
  (format) => require(`kafkajs/src/protocol/message/v${format}/index.js`) as (message: object) => { buffer: Buffer },
);

export const RECORDS_AT = 61;
const ATTRIBUTES_AT = 21;

/** The records of a batch compressed with codec `id`. */
const PACKERS = [
  undefined,
  async (b: Buffer) => zlib.gzipSync(b),
  async (b: Buffer) => snappyCompress(b),
  async (b: Buffer) => compressFrameSync(b),
  async (b: Buffer) => await zstdCompress(b),
] as const;

/** Zstandard seldom: its package opens a batch on a thread of its own. */
export function someCodec(random: Random): number {
  return random.pick([1, 1, 1, 2, 2, 2, 3, 3, 3, 4]);
}

/** A batch with its records compressed, size, attributes and checksum to match. */
export async function packed(batch: Buffer, codecId: number): Promise<Buffer> {
  const pack = PACKERS[codecId];
  if (pack === undefined) return batch;
  const made = Buffer.concat([batch.subarray(0, RECORDS_AT), await pack(batch.subarray(RECORDS_AT))]);
  made.writeInt32BE(made.length - 12, 8);
  made.writeInt16BE((made.readInt16BE(ATTRIBUTES_AT) & ~7) | codecId, ATTRIBUTES_AT);
  made.writeUInt32BE(crc32cInTypeScript(made.subarray(ATTRIBUTES_AT)), 17);
  return made;
}

function part(random: Random, longest: number): Buffer | null {
  return random.chance(0.2) ? null : Buffer.alloc(random.below(longest), 97 + random.below(26));
}

function records(random: Random): ProducerRecord[] {
  return Array.from({ length: 1 + random.below(4) }, (_, i) => ({
    key: part(random, 10),
    value: part(random, random.chance(0.1) ? 300 : 40),
    headers: Array.from({ length: random.chance(0.3) ? 1 + random.below(3) : 0 }, () => ({
      key: random.pick(['a', '7', 'trace', '']),
      value: part(random, 6),
    })),
    timestamp: 1_700_000_000_000 + i * random.below(100_000),
  }));
}

async function byKafkajs(random: Random): Promise<Buffer> {
  const made = records(random).map(({ key, value }, i) =>
    kafkajsRecord({ offsetDelta: i, timestampDelta: i * 10, key, value, headers: { trace: 'x', '7': ['a', 'b'] } }),
  );
  const batch = await RecordBatch({
    firstTimestamp: 1_700_000_000_000,
    maxTimestamp: 1_700_000_000_100,
    lastOffsetDelta: made.length - 1,
    records: made,
  });
  return Buffer.from(batch.buffer);
}

function oldMessage(random: Random): Buffer {
  const { buffer } = random.pick(messages)({
    key: part(random, 10),
    value: part(random, 40),
    timestamp: 1_500_000_000_000,
  });
  return new Encoder().writeInt64(random.below(1_000)).writeBytes(buffer).buffer;
}

/** What one fetch may bring: one to three entries. Most of it is plain, since there is less to be found behind a codec. */
export async function validBatches(random: Random): Promise<Buffer> {
  const entries: Buffer[] = [];
  for (let i = 0; i <= random.below(3); i++) {
    if (random.chance(0.05)) entries.push(oldMessage(random));
    else {
      const batch = random.chance(0.3)
        ? await byKafkajs(random)
        : encodeRecordBatch(records(random), crc32cInTypeScript);
      batch.writeBigInt64BE(BigInt(i * 10), 0);
      entries.push(random.chance(0.05) ? await packed(batch, someCodec(random)) : batch);
    }
  }
  return Buffer.concat(entries);
}
