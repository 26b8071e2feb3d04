import { describe, expect, it } from 'vitest';
import { planObjects } from '../../../../functions/oss-sink/object-plan.ts';
import { offsetsOf } from '../../../../functions/oss-sink/segments.ts';
import { batchOfRecords, type ShortRecord } from '../../../helpers/records.ts';
import { memorySetup } from './setup.ts';

const planOf = (raw: Record<string, unknown>, records: readonly (number | ShortRecord)[]) => {
  const { naming, body } = memorySetup(raw);
  const { segments } = batchOfRecords(records);
  const { objects, refused } = planObjects(segments, naming, body);
  return {
    objects: objects.map(offsetsOf),
    refused: refused.map(({ offset, error }) => [offset, error.code]),
    segments,
    raw: objects,
  };
};

const BY_KEY = { 'oss.object.key.template': '{topic}/{partition}/{key}/{offset}' };

describe('planObjects', () => {
  it('makes one object of a batch, of the very same segments', () => {
    const { raw, segments } = planOf({}, [0, 1, 2]);
    expect(raw).toEqual([segments]);
    expect(raw[0]).toBe(segments);
  });

  it('makes one object a window, whatever their order', () => {
    const hour = (offset: number, h: number) => ({ offset, timestamp: h * 3_600_000 });
    const template = { 'oss.object.key.template': '{topic}/{timestamp:HH}/{partition}/{offset}' };
    expect(planOf(template, [hour(0, 1), hour(1, 2), hour(2, 1), hour(3, 3)]).objects).toEqual([[0, 2], [1], [3]]);
  });

  it('refuses records whose key makes no object name, and keeps the others', () => {
    const keys = ['good', '', '../up', 'a\\b', 'a\nb', 'x'.repeat(1_100), Buffer.from([0xff]), '/lead', null, 'ok/sub'];
    const { objects, refused } = planOf(
      BY_KEY,
      keys.map((key, offset) => ({ offset, key })),
    );
    expect(objects).toEqual([[0], [8], [9]]);
    expect(refused).toEqual([1, 2, 3, 4, 5, 6, 7].map((offset) => [offset, 'OSS_BAD_OBJECT_NAME']));
  });

  it('refuses records that the format cannot show', () => {
    const { objects, refused } = planOf({ 'oss.format': 'raw' }, [
      0,
      { offset: 1, value: null, overflow: { valueSize: 9 } },
      2,
    ]);
    expect(objects).toEqual([[0, 2]]);
    expect(refused).toEqual([[1, 'OSS_VALUE_MISSING']]);
  });

  it('makes none of records that are all refused', () => {
    expect(planOf({ 'oss.format': 'csv' }, [{ offset: 0, value: Buffer.from([0xff]) }])).toMatchObject({
      objects: [],
      refused: [[0, 'VALUE_NOT_UTF8']],
    });
  });
});
