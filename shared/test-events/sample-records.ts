/** Records for test events: orders of a shop, and the odd ones that every topic has. */
import { BlockBuilder } from '../envelope/block-builder.ts';
import type { RecordBlock, RecordHeader } from '../records.ts';

/** 2026-01-31T08:00:00+08:00. Always the same: the same event twice must give the same effect. */
const FIRST_TIMESTAMP = Date.UTC(2026, 0, 31);
const SECOND_MS = 1_000;

interface Sample {
  readonly key: string | null;
  readonly value: object | null;
}

/** The third is a tombstone of the first, the second has no key. */
const SAMPLES: readonly Sample[] = [
  {
    key: 'order-000001',
    value: { id: 'order-000001', city: '杭州', goods: '龙井茶 250g', pieces: 2, note: '请尽快发货 “加急”\n谢谢！' },
  },
  { key: null, value: { id: 'walk-in', city: '西安', goods: '宣纸 100张', pieces: 1 } },
  { key: 'order-000001', value: null },
  { key: 'order-000002', value: { id: 'order-000002', city: 'Singapore', goods: 'fountain pen', pieces: 1 } },
  { key: 'order-000003', value: { id: 'order-000003', city: '成都', goods: '景德镇瓷杯', pieces: 4, cents: 12_900 } },
];

/** A name that repeats, a value that is empty, one that is missing. */
const HEADERS: readonly RecordHeader[] = [
  { key: 'trace', value: Buffer.from('a1b2') },
  { key: 'trace', value: Buffer.from('杭州') },
  { key: 'empty', value: Buffer.alloc(0) },
  { key: 'none', value: null },
];

export interface SampleChoice {
  /** First of the samples, and its offset; 0 by default. */
  readonly from?: number;
  /** With headers; without by default. */
  readonly headers?: boolean;
}

/** `count` records of partition 0 of `topic`, one a second. */
export function sampleRecords(
  topic: string,
  count: number,
  { from = 0, headers = false }: SampleChoice = {},
): RecordBlock {
  const builder = new BlockBuilder({ topic, partition: 0 });
  for (let offset = from; offset < from + count; offset++) {
    const { key, value } = SAMPLES[offset % SAMPLES.length] ?? { key: null, value: null };
    builder.add({
      offset,
      timestamp: FIRST_TIMESTAMP + offset * SECOND_MS,
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(JSON.stringify(value)),
      ...(headers && { headers: HEADERS }),
    });
  }
  return builder.build();
}
