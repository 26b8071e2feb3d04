import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { decodeRecords } from '../../../../../shared/kafka/wire/record-batch.ts';
import { recordAt } from '../../../../../shared/records.ts';
import { batch } from './batches.ts';

const require = createRequire(import.meta.url);
const messageV0 = require('kafkajs/src/protocol/message/v0/index.js') as (m: object) => { buffer: Buffer };
const messageV1 = require('kafkajs/src/protocol/message/v1/index.js') as (m: object) => { buffer: Buffer };

function entry(offset: number, message: { buffer: Buffer }): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigInt64BE(BigInt(offset), 0);
  head.writeInt32BE(message.buffer.length, 8);
  return Buffer.concat([head, message.buffer]);
}

describe('messages in the formats before 0.11', () => {
  it('are read beside newer batches, nulls kept, from the position on', async () => {
    const bytes = Buffer.concat([
      entry(4, messageV0({ key: 'too', value: 'early' })),
      entry(5, messageV0({ key: 'k', value: 'v0' })),
      entry(6, messageV1({ key: null, value: 'v1', timestamp: 1_234 })),
      entry(8, messageV1({ key: 'gone', value: null, timestamp: 1_235 })),
      batch({ baseOffset: 9, records: [{ delta: 0, value: 'v2' }] }),
    ]);
    const { blocks, nextOffset } = await decodeRecords({
      topic: 't',
      partition: 0,
      bytes,
      fetchOffset: 5,
      readCommitted: true,
      abortedTransactions: [],
    });
    const records = blocks.flatMap((b) => Array.from({ length: b.count }, (_, i) => recordAt(b, i)));
    const text = (b: Buffer | null) => (b === null ? null : String(b));
    expect(records.map((r) => [r.offset, text(r.key), text(r.value), r.timestamp, r.headers.length])).toEqual([
      [5, 'k', 'v0', -1, 0],
      [6, null, 'v1', 1_234, 0],
      [8, 'gone', null, 1_235, 0],
      [9, null, 'v2', 1_000, 0],
    ]);
    expect(nextOffset).toBe(10);
  });
});
