import { describe, expect, it } from 'vitest';
import type { FetchWay } from '../../../../../shared/kafka/driver.ts';
import { readFetched } from '../../../../../shared/kafka/log/fetched-records.ts';
import { loadCrc32c } from '../../../../../shared/kafka/wire/crc32c.ts';
import { encodeRecordBatch } from '../../../../../shared/kafka/wire/record-batch-encode.ts';

const CHECKED_AT = 61;

async function batch(baseOffset: number, ...values: readonly (string | null)[]): Promise<Buffer> {
  const records = values.map((value, i) => ({
    key: Buffer.from(`k${baseOffset + i}`),
    value: value === null ? null : Buffer.from(value),
    headers: [],
    timestamp: 1,
  }));
  const bytes = encodeRecordBatch(records, await loadCrc32c());
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  return bytes;
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(CHECKED_AT) ^ 0xff, CHECKED_AT);
  return copy;
}

const fetched = (records: Buffer) => ({
  topic: 't',
  partition: 3,
  errorCode: 0,
  highWatermark: 100,
  lastStableOffset: 100,
  logStartOffset: 0,
  abortedTransactions: [],
  records,
});

describe.each<FetchWay>(['fast', 'kafkajs'])('what a fetch of an internal topic brings (%s)', (way) => {
  it('is records with their offsets, tombstones among them, from the position on', async () => {
    const bytes = Buffer.concat([await batch(4, 'a', null), await batch(8, 'b')]);
    const { records, nextOffset } = await readFetched(way, fetched(bytes), 5);
    expect(records.map(({ partition, offset, key, value }) => `${partition}-${offset} ${key} ${value}`)).toEqual([
      '3-5 k5 null',
      '3-8 k8 b',
    ]);
    expect(nextOffset).toBe(9);
  });

  it('is nothing where nothing came', async () => {
    expect(await readFetched(way, fetched(Buffer.alloc(0)), 7)).toEqual({ records: [], nextOffset: 7 });
  });

  it('ends before a damaged batch, which is passed over when it comes first', async () => {
    const bytes = Buffer.concat([await batch(0, 'a'), damaged(await batch(1, 'b', 'c')), await batch(3, 'd')]);
    const first = await readFetched(way, fetched(bytes), 0);
    expect([first.records.length, first.nextOffset, first.damage]).toEqual([1, 1, undefined]);
    const rest = bytes.subarray((await batch(0, 'a')).length);
    const second = await readFetched(way, fetched(rest), 1);
    expect(second).toMatchObject({ records: [], nextOffset: 3, damage: { from: 1, to: 3 } });
  });

  it('goes on one offset later where the header of a damaged batch cannot be believed', async () => {
    const bytes = damaged(await batch(1, 'b'));
    bytes.writeInt32BE(0x7fff_ffff, 23);
    expect(await readFetched(way, fetched(bytes), 1)).toMatchObject({ nextOffset: 2, damage: { from: 1, to: 2 } });
  });
});
