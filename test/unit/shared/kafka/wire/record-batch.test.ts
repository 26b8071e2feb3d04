import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import { describe, expect, it } from 'vitest';
import type { FetchWay, ProducerRecord } from '../../../../../shared/kafka/driver.ts';
import { crc32cInTypeScript } from '../../../../../shared/kafka/wire/crc32c.ts';
import { type DecodedRecords, decodeRecords, recordSource } from '../../../../../shared/kafka/wire/decode-records.ts';
import { encodedRecordBytes, encodeRecordBatch } from '../../../../../shared/kafka/wire/record-batch-encode.ts';
import type { FetchedRecords } from '../../../../../shared/kafka/wire/record-source.ts';
import { recordAt, type SinkRecord } from '../../../../../shared/records.ts';
import { batch, gzip, marker, transactional, varint } from './batches.ts';

describe.each<FetchWay>(['fast', 'kafkajs'])('the way %s', (way) => {
  async function decode(bytes: Buffer, overrides: Partial<FetchedRecords> = {}): Promise<DecodedRecords> {
    return await decodeRecords(way, {
      topic: 't',
      partition: 3,
      bytes,
      fetchOffset: 0,
      readCommitted: true,
      abortedTransactions: [],
      ...overrides,
    });
  }

  function recordsOf({ blocks }: DecodedRecords): SinkRecord[] {
    return blocks.flatMap((block) => Array.from({ length: block.count }, (_, i) => recordAt(block, i)));
  }

  const values = (decoded: DecodedRecords) => recordsOf(decoded).map((r) => String(r.value));
  const offsets = (decoded: DecodedRecords) => recordsOf(decoded).map((r) => r.offset);

  const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 200 }).map((a) => Buffer.from(a)));
  const producerRecord: fc.Arbitrary<ProducerRecord> = fc.record({
    key: bytesOrNull,
    value: bytesOrNull,
    headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: bytesOrNull }), { maxLength: 4 }),
    timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  });

  describe('encode and decode', () => {
    it('give back every key, value, timestamp and header as it was', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(producerRecord, { minLength: 1, maxLength: 30 }), async (records) => {
          const encoded = encodeRecordBatch(records, crc32cInTypeScript);
          const decoded = await decode(encoded);
          expect(decoded.nextOffset).toBe(records.length);
          expect(decoded.blocks).toHaveLength(1);
          expect(
            recordsOf(decoded).map(({ key, value, headers, timestamp }) => ({
              key,
              value,
              headers: [...headers],
              timestamp,
            })),
          ).toEqual(records);
          expect(records.reduce((sum, r) => sum + encodedRecordBytes(r), 61)).toBeGreaterThanOrEqual(
            encoded.length - records.length * 5,
          );
        }),
      );
    });

    it('agree with the decoder of another client', async () => {
      const records = [
        {
          key: Buffer.from('k'),
          value: Buffer.from('值'),
          headers: [{ key: 'h', value: Buffer.from([1]) }],
          timestamp: 1_700_000_000_000,
        },
        { key: null, value: null, headers: [], timestamp: 1_600_000_000_000 },
      ];
      const theirs = (await import('kafkajs/src/protocol/recordBatch/v0/decoder.js' as string)) as {
        default(decoder: Decoder): Promise<{
          records: { key: Buffer | null; value: Buffer | null; timestamp: string; headers: Record<string, Buffer> }[];
        }>;
      };
      const { records: read } = await theirs.default(new Decoder(encodeRecordBatch(records, crc32cInTypeScript)));
      expect(read.map((r) => [r.key, r.value, Number(r.timestamp), r.headers])).toEqual([
        [Buffer.from('k'), Buffer.from('值'), 1_700_000_000_000, { h: Buffer.from([1]) }],
        [null, null, 1_600_000_000_000, {}],
      ]);
    });
  });

  describe('what a fetch may bring', () => {
    it('several batches come in order, on the fast way as one block over the same bytes', async () => {
      const bytes = Buffer.concat([
        batch({
          baseOffset: 10,
          records: [
            { delta: 0, value: 'a' },
            { delta: 1, value: 'b' },
          ],
        }),
        batch({ baseOffset: 12, records: [{ delta: 0, value: 'c' }] }),
      ]);
      const decoded = await decode(bytes, { fetchOffset: 10 });
      const isShared = decoded.blocks.length === 1 && decoded.blocks[0]?.bytes === bytes;
      expect(isShared).toBe(way === 'fast');
      expect([values(decoded), offsets(decoded), decoded.nextOffset]).toEqual([['a', 'b', 'c'], [10, 11, 12], 13]);
      expect(recordsOf(decoded).map((r) => r.timestamp)).toEqual([1_000, 1_010, 1_000]);
    });

    it('leaves out what lies before the position, in the middle of a batch too', async () => {
      const bytes = Buffer.concat([
        batch({ baseOffset: 0, records: [{ delta: 0, value: 'a' }] }),
        batch({
          baseOffset: 1,
          records: [
            { delta: 0, value: 'b' },
            { delta: 1, value: 'c' },
          ],
        }),
      ]);
      expect(values(await decode(bytes, { fetchOffset: 2 }))).toEqual(['c']);
    });

    it('moves past records that compaction removed from the end of a batch, and past a batch with none left', async () => {
      const tail = batch({ baseOffset: 5, records: [{ delta: 0, value: 'a' }], lastOffsetDelta: 9 });
      expect((await decode(tail, { fetchOffset: 5 })).nextOffset).toBe(15);
      const empty = await decode(batch({ baseOffset: 5, records: [], lastOffsetDelta: 2 }), { fetchOffset: 5 });
      expect([empty.blocks, empty.nextOffset]).toEqual([[], 8]);
    });

    it('ignores a batch that the fetch limit cut off, wherever it was cut', async () => {
      const whole = batch({ baseOffset: 0, records: [{ delta: 0, value: 'a' }] });
      const next = batch({ baseOffset: 1, records: [{ delta: 0, value: 'b' }] });
      for (let cut = 0; cut < next.length; cut++) {
        const decoded = await decode(Buffer.concat([whole, next.subarray(0, cut)]));
        expect([values(decoded), decoded.nextOffset]).toEqual([['a'], 1]);
      }
      expect(await decode(Buffer.alloc(0), { fetchOffset: 7 })).toEqual({ blocks: [], nextOffset: 7 });
    });

    it('decompresses, and puts timestamp types apart', async () => {
      const bytes = Buffer.concat([
        batch({ baseOffset: 0, records: [{ delta: 0, value: 'a' }] }),
        batch({
          baseOffset: 1,
          records: [
            { delta: 0, value: 'b' },
            { delta: 1, value: 'c' },
          ],
          ...gzip,
        }),
        batch({ baseOffset: 3, records: [{ delta: 0, value: 'd' }], attributes: 0x08, maxTimestamp: 9_999 }),
        batch({ baseOffset: 4, records: [{ delta: 0, value: 'e' }] }),
      ]);
      const decoded = await decode(bytes);
      expect(decoded.blocks.map((b) => [b.count, b.timestampType])).toEqual([
        [1, 'CreateTime'],
        [2, 'CreateTime'],
        [1, 'LogAppendTime'],
        [1, 'CreateTime'],
      ]);
      expect([values(decoded), offsets(decoded)]).toEqual([
        ['a', 'b', 'c', 'd', 'e'],
        [0, 1, 2, 3, 4],
      ]);
      expect(recordsOf(decoded)[3]?.timestamp).toBe(9_999);
    });
  });

  describe('transactions', () => {
    const bytes = Buffer.concat([
      transactional(0, 7n, 'kept'),
      transactional(1, 8n, 'gone'),
      transactional(2, 7n, 'kept too'),
      marker(3, 8n, 'abort'),
      marker(4, 7n, 'commit'),
      transactional(5, 8n, 'second try'),
      marker(6, 8n, 'commit'),
    ]);
    const abortedTransactions = [{ producerId: 8n, firstOffset: 1 }];

    it('hides what was rolled back, of that producer, up to its marker; and every marker', async () => {
      const decoded = await decode(bytes, { abortedTransactions });
      expect([values(decoded), decoded.nextOffset]).toEqual([['kept', 'kept too', 'second try'], 7]);
    });

    it('shows it under read_uncommitted, without the markers', async () => {
      const decoded = await decode(bytes, { readCommitted: false });
      expect([values(decoded), decoded.nextOffset]).toEqual([['kept', 'gone', 'kept too', 'second try'], 7]);
    });

    it('knows a transaction that began before the fetched bytes', async () => {
      const rest = Buffer.concat([
        transactional(10, 8n, 'gone'),
        marker(11, 8n, 'abort'),
        transactional(12, 8n, 'new'),
      ]);
      expect(
        values(await decode(rest, { fetchOffset: 10, abortedTransactions: [{ producerId: 8n, firstOffset: 2 }] })),
      ).toEqual(['new']);
    });
  });

  describe('damage', () => {
    const whole = batch({
      baseOffset: 40,
      records: [
        { delta: 0, value: 'abc' },
        { delta: 1, value: 'def' },
      ],
    });

    it('in any byte under the checksum is found and named', async () => {
      for (let at = 21; at < whole.length; at++) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ 0x01;
        await expect(decode(damaged)).rejects.toMatchObject({
          name: 'FatalError',
          code: 'RECORD_BATCH_CORRUPT',
          context: { topic: 't', partition: 3, offset: 40 },
        });
      }
    });

    it('under a right checksum is found too: lengths, counts, compression', async () => {
      const rightSum = (change: (b: Buffer) => void) => {
        const damaged = Buffer.from(whole);
        change(damaged);
        damaged.writeUInt32BE(crc32cInTypeScript(damaged.subarray(21)), 17);
        return damaged;
      };
      const corrupt = { code: 'RECORD_BATCH_CORRUPT' };
      await expect(decode(rightSum((b) => b.writeInt32BE(1_000_000, 57)))).rejects.toMatchObject(corrupt);
      await expect(decode(rightSum((b) => b.writeInt32BE(-1, 57)))).rejects.toMatchObject(corrupt);
      await expect(decode(rightSum((b) => b.writeUInt8(0x7e, 61)))).rejects.toMatchObject(corrupt);
      await expect(decode(rightSum((b) => b.writeInt16BE(1, 21)))).rejects.toMatchObject(corrupt);
      await expect(decode(rightSum((b) => b.writeInt16BE(6, 21)))).rejects.toMatchObject({
        code: 'KAFKA_CODEC_UNKNOWN',
      });
    });

    it('refuses a last batch that claims to be shorter than its header', async () => {
      const short = Buffer.concat([whole, whole.subarray(0, 30)]);
      short.writeInt32BE(30 - 12, whole.length + 8);
      await expect(decode(short)).rejects.toMatchObject({ code: 'RECORD_BATCH_CORRUPT' });
    });

    it('of one batch leaves those before it to be delivered, and the position behind them', async () => {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(70) ^ 1, 70);
      const good = batch({ baseOffset: 38, records: [{ delta: 0, value: 'good' }] });
      const place = { topic: 't', partition: 3, fetchOffset: 38, readCommitted: true, abortedTransactions: [] };
      const source = recordSource(way, { ...place, bytes: Buffer.concat([good, damaged, whole]) });
      const seen: string[] = [];
      const reading = async () => {
        for await (const block of source.blocks()) seen.push(String(recordAt(block, 0).value));
      };
      await expect(reading()).rejects.toMatchObject({ code: 'RECORD_BATCH_CORRUPT', context: { offset: 40 } });
      expect([seen, source.nextOffset]).toEqual([['good'], 39]);
    });

    it('of a size is not waited for: brokers send a whole batch, or nothing', async () => {
      for (const size of [-1, -13, -100, 1_000, 0x7fff_ffff]) {
        const damaged = Buffer.from(whole);
        damaged.writeInt32BE(size, 8);
        await expect(decode(damaged, { fetchOffset: 40 })).rejects.toMatchObject({
          code: 'RECORD_BATCH_CORRUPT',
          context: { topic: 't', partition: 3, offset: 40 },
        });
      }
    });

    it('of a count of headers, of a varint, or bytes left over: refused under a right checksum', async () => {
      const body = (...parts: (number | readonly number[])[]) => Buffer.from([0, 0, 0, 1, 1, ...parts.flat()]);
      const framed = (record: Buffer, rest = Buffer.alloc(0)) => Buffer.concat([varint(record.length), record, rest]);
      const of = (records: Buffer) => batch({ baseOffset: 40, records: [], pack: () => records });
      const counted = (records: Buffer) => {
        const made = of(records);
        made.writeInt32BE(1, 57);
        made.writeUInt32BE(crc32cInTypeScript(made.subarray(21)), 17);
        return made;
      };
      const corrupt = { code: 'RECORD_BATCH_CORRUPT' };
      const manyHeaders = [...varint(2 ** 31 - 1)];
      expect(recordsOf(await decode(counted(framed(body(0)))))).toHaveLength(1);
      await expect(decode(counted(framed(body(manyHeaders))))).rejects.toMatchObject(corrupt);
      await expect(decode(counted(framed(body(2, 1, 1))))).rejects.toMatchObject(corrupt); // a header without a name
      await expect(decode(counted(framed(body(0, 0))))).rejects.toMatchObject(corrupt);
      await expect(decode(counted(framed(body(0), Buffer.from([0]))))).rejects.toMatchObject(corrupt);
      await expect(decode(counted(framed(body([0x80, 0x80, 0x80, 0x80, 0x80, 0]))))).rejects.toMatchObject(corrupt);
    });

    it('never crashes on random bytes: it decodes, or says what is wrong', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(200), async (noise, at) => {
          const damaged = Buffer.concat([whole, whole]);
          Buffer.from(noise).copy(damaged, at);
          await decode(damaged).catch((error: unknown) => expect(error).toMatchObject({ name: 'FatalError' }));
        }),
      );
    });
  });

  it('refuses offsets that a number cannot hold', async () => {
    const last = batch({ baseOffset: 2n ** 53n - 2n, records: [{ delta: 0, value: 'a' }] });
    expect((await decode(last)).nextOffset).toBe(2 ** 53 - 1);
    for (const baseOffset of [2n ** 53n - 1n, 2n ** 53n, 2n ** 60n]) {
      await expect(decode(batch({ baseOffset, records: [{ delta: 0, value: 'a' }] }))).rejects.toMatchObject({
        code: 'OFFSET_UNSAFE',
      });
    }
  });
});
