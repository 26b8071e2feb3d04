import { describe, expect, it } from 'vitest';
import { bodyBuilder } from '../../../../../functions/oss-sink/body/body.ts';
import { ossSink } from '../../../../../functions/oss-sink/config.ts';
import { splitAt } from '../../../../../functions/oss-sink/segments.ts';
import { parseConfig } from '../../../../../shared/config/parse.ts';
import { batchOfRecords, blockOf, offsets } from '../../../../helpers/records.ts';

const builder = (raw: Record<string, unknown>) =>
  bodyBuilder(
    parseConfig(ossSink.keys, ossSink.checks, { 'oss.bucket': 'example-bucket', 'oss.region': 'cn-hangzhou', ...raw })
      .config,
  );

const FORMATS = [
  { 'oss.format': 'envelope' },
  { 'oss.format': 'jsonl' },
  { 'oss.format': 'csv' },
  { 'oss.format': 'csv', 'oss.csv.header': false },
  { 'oss.format': 'raw' },
  { 'oss.format': 'raw', 'oss.raw.framing': 'length' },
];

describe.each(FORMATS)('%j', (raw) => {
  const body = builder(raw);
  const { segments } = batchOfRecords(offsets(0, 10));
  const whole = body.build(segments);

  it('begins with the body of its first records, and with no other', () => {
    for (const count of [1, 5, 9]) {
      expect(body.isBeginning(body.build(splitAt(segments, count)[0]), whole)).toBe(true);
    }
    expect(body.isBeginning(body.build(splitAt(segments, 5)[1]), whole)).toBe(false);
    expect(body.isBeginning(whole, whole)).toBe(false);
    expect(body.isBeginning(body.build(batchOfRecords([{ offset: 0, value: 'other' }]).segments), whole)).toBe(false);
  });
});

describe('records without an honest form', () => {
  const overflowed = blockOf([{ offset: 4, value: null, overflow: { valueSize: 9 } }]);

  it('are those whose value was left out, where nothing would say so', () => {
    for (const raw of [{ 'oss.format': 'raw' }, { 'oss.output.fields': 'key,value' }]) {
      const refusal = builder(raw).refusal(overflowed, 0);
      expect(refusal).toMatchObject({
        code: 'OSS_VALUE_MISSING',
        context: { topic: 'orders', partition: 0, offset: 4 },
      });
    }
    expect(builder({}).refusal(overflowed, 0)).toBeUndefined();
    expect(builder({ 'oss.format': 'csv' }).refusal(overflowed, 0)).toBeUndefined();
  });

  it('are, in CSV, those that are not text', () => {
    const block = blockOf([
      { offset: 0, value: Buffer.from([0xff]) },
      { offset: 1, key: Buffer.from([0xff]) },
      { offset: 2, key: '甲', value: null },
    ]);
    const csv = builder({ 'oss.format': 'csv' });
    expect([0, 1, 2].map((i) => csv.refusal(block, i)?.code)).toEqual(['VALUE_NOT_UTF8', 'KEY_NOT_UTF8', undefined]);
    expect(builder({ 'oss.format': 'jsonl' }).refusal(block, 0)).toBeUndefined();
  });
});
