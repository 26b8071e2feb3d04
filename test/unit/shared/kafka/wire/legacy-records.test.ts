import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import type { FetchWay } from '../../../../../shared/kafka/driver.ts';
import { decodeRecords, recordSource } from '../../../../../shared/kafka/wire/decode-records.ts';
import { recordAt } from '../../../../../shared/records.ts';
import { batch } from './batches.ts';

const require = createRequire(import.meta.url);
const messageV0 = require('kafkajs/src/protocol/message/v0/index.js') as (m: object) => { buffer: Buffer };
const messageV1 = require('kafkajs/src/protocol/message/v1/index.js') as (m: object) => { buffer: Buffer };

/** After the checksum and the format. */
const ATTRIBUTES_AT = 5;
const LOG_APPEND_TIME = 0x08;

function entry(offset: number, message: { buffer: Buffer }): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigInt64BE(BigInt(offset), 0);
  head.writeInt32BE(message.buffer.length, 8);
  return Buffer.concat([head, message.buffer]);
}

describe.each<FetchWay>(['fast', 'kafkajs'])('messages in the formats before 0.11, the way %s', (way) => {
  it('are read beside newer batches, nulls kept, from the position on', async () => {
    const bytes = Buffer.concat([
      entry(4, messageV0({ key: 'too', value: 'early' })),
      entry(5, messageV0({ key: 'k', value: 'v0' })),
      entry(6, messageV1({ key: null, value: 'v1', timestamp: 1_234 })),
      entry(8, messageV1({ key: 'gone', value: null, timestamp: 1_235 })),
      batch({ baseOffset: 9, records: [{ delta: 0, value: 'v2' }] }),
    ]);
    const { blocks, nextOffset } = await decodeRecords(way, {
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

  it('are not passed, and not counted, by whoever stops between two blocks of them', async () => {
    const appended = messageV1({ key: 'k', value: 'b', timestamp: 2 });
    appended.buffer.writeInt8(LOG_APPEND_TIME, ATTRIBUTES_AT);
    appended.buffer.writeUInt32BE(crc32(appended.buffer.subarray(4)), 0);
    const bytes = Buffer.concat([entry(5, messageV1({ key: 'k', value: 'a', timestamp: 1 })), entry(7, appended)]);
    const account = new MemoryBudget(1_000_000);
    const frame = account.take(bytes.length);
    const place = { topic: 't', partition: 0, fetchOffset: 5, readCommitted: true, abortedTransactions: [] };
    const decoder = recordSource(way, { ...place, bytes, memory: { account, frame } });
    const seen: [number, number][] = [];
    for await (const block of decoder.blocks()) {
      seen.push([block.offsets[0] ?? -1, decoder.nextOffset]);
      block.memory?.release();
      if (seen.length === 1) break;
    }
    frame.release();
    expect([seen, account.usedBytes]).toEqual([[[5, 6]], 0]);
  });

  it('are refused where their checksum is another, and nothing of them is passed', async () => {
    const good = entry(5, messageV1({ key: 'k', value: 'value', timestamp: 1 }));
    for (let at = 16; at < good.length; at++) {
      const bytes = Buffer.from(good);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      const place = { topic: 't', partition: 0, fetchOffset: 5, readCommitted: true, abortedTransactions: [] };
      await expect(decodeRecords(way, { ...place, bytes })).rejects.toMatchObject({ code: 'RECORD_BATCH_CORRUPT' });
    }
  });
});
