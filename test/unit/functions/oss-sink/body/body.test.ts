import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyBuilder } from '../../../../../functions/oss-sink/body/body.ts';
import { ossSink } from '../../../../../functions/oss-sink/config.ts';
import { parseConfig } from '../../../../../shared/config/parse.ts';
import { batchOfRecords, blockOf, offsets } from '../../../../helpers/records.ts';

const builder = (raw: Record<string, unknown>) =>
  bodyBuilder(
    parseConfig(ossSink.keys, ossSink.checks, { 'oss.bucket': 'example-bucket', 'oss.region': 'cn-hangzhou', ...raw })
      .config,
    () => undefined,
  );

const FORMATS = [
  { 'oss.format': 'envelope' },
  { 'oss.format': 'jsonl' },
  { 'oss.format': 'jsonl', 'oss.output.fields': 'value,headers,offset' },
  { 'oss.format': 'csv' },
  { 'oss.format': 'csv', 'oss.csv.header': false },
  { 'oss.format': 'raw' },
  { 'oss.format': 'raw', 'oss.raw.framing': 'length' },
];

describe.each(FORMATS)('%j', async (raw) => {
  const body = builder(raw);
  const whole = await body.build(batchOfRecords(offsets(0, 10)).segments);

  const parts = async (kept: readonly number[]) => body.build(batchOfRecords(kept).segments);

  it('contains what is some of its records, and nothing else', async () => {
    for (const kept of [[0], [9], offsets(0, 5), offsets(5, 10), [0, 2, 3, 8], offsets(0, 10)]) {
      expect(body.contains(whole, await parts(kept))).toBe(true);
    }
    for (const kept of [[10], [1, 0], [3, 3], offsets(0, 11)])
      expect(body.contains(whole, await parts(kept))).toBe(false);
    expect(body.contains(whole, await body.build(batchOfRecords([{ offset: 0, value: 'other' }]).segments))).toBe(
      false,
    );
    expect(body.contains(await parts([0]), whole)).toBe(false);
  });

  it('is not misled by what records hold', async () => {
    const text = fc.string({
      unit: fc.constantFrom('"', ',', '\\', '\r\n', '{', '}', '[', ']', 'ä', ''),
      maxLength: 6,
    });
    const record = fc.record({ key: fc.option(text), value: fc.option(text), kept: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async (records) => {
        const all = records.map((one, offset) => ({
          offset,
          headers: [{ key: 'h', value: Buffer.from('a"]') }],
          ...one,
        }));
        const kept = all.filter((one, i) => one.kept || i === 0);
        const content = await body.build(batchOfRecords(all).segments);
        expect(body.contains(content, await body.build(batchOfRecords(kept).segments))).toBe(true);
        const foreign = { offset: 99, value: 'foreign' };
        expect(body.contains(content, await body.build(batchOfRecords([...kept, foreign]).segments))).toBe(false);
      }),
    );
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
