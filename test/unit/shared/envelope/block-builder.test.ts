import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BlockBuilder,
  batchOf,
  originalOf,
  overflowed,
  selectFromBatch,
} from '../../../../shared/envelope/block-builder.ts';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../../shared/envelope/encode.ts';
import { offsetAt, recordAt, recordsOf, valueAt } from '../../../../shared/records.ts';
import { batchOfRecords, blockOf, offsets, offsetsOf } from '../../../helpers/records.ts';

describe('BlockBuilder', () => {
  it('keeps every part of a record, null apart from empty', () => {
    const headers = [
      { key: 'h', value: Buffer.from('x') },
      { key: 'h', value: null },
    ];
    const block = blockOf(
      [
        { offset: 5, timestamp: 50, key: 'k', value: 'v', headers },
        { offset: 9, timestamp: 40, key: null, value: null },
        { offset: 10, timestamp: 60, key: '', value: '' },
      ],
      { topic: 't', partition: 3, timestampType: 'LogAppendTime' },
    );
    const common = { topic: 't', partition: 3, timestampType: 'LogAppendTime', overflow: null };
    expect([0, 1, 2].map((i) => recordAt(block, i))).toEqual([
      { ...common, offset: 5, timestamp: 50, key: Buffer.from('k'), value: Buffer.from('v'), valueSize: 1, headers },
      { ...common, offset: 9, timestamp: 40, key: null, value: null, valueSize: 0, headers: [] },
      { ...common, offset: 10, timestamp: 60, key: Buffer.alloc(0), value: Buffer.alloc(0), valueSize: 0, headers: [] },
    ]);
    expect(block.overflows).toBeUndefined();
  });

  it('copies: neither the source buffers nor later records change a block', () => {
    const builder = new BlockBuilder({ topic: 't', partition: 0 });
    const value = Buffer.from('before');
    builder.add({ offset: 0, timestamp: 0, key: null, value });
    const block = builder.build();
    value.fill(0);
    builder.add({ offset: 1, timestamp: 0, key: null, value });
    expect(valueAt(block, 0)?.toString()).toBe('before');
    expect(block.count).toBe(1);
  });
});

describe('batchOf', () => {
  it('takes a range, its offsets, its window, and counts the envelope it would be', () => {
    const batch = batchOf(blockOf([3, 5, 8, 13]), 1, 3, { window: 'w' });
    expect(batch).toMatchObject({
      topic: 'orders',
      partition: 0,
      count: 2,
      firstOffset: 5,
      lastOffset: 8,
      window: 'w',
    });
    expect(batch.encodedBytes).toBe(encodeEnvelope(batch, PLAIN_ENVELOPE).length + 1);
    expect(batchOf(blockOf([3]))).not.toHaveProperty('window');
    expect(batchOf(blockOf([3]), 0, 1, { encodedBytes: 7 }).encodedBytes).toBe(7);
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [0, 3],
    [-1, 1],
  ])('refuses %i to %i of two records', (from, to) => {
    expect(() => batchOf(blockOf([1, 2]), from, to)).toThrow(RangeError);
  });
});

describe('selectFromBatch', () => {
  it('gives null for nothing and the batch itself for everything', () => {
    const batch = batchOfRecords([1, 2, 3]);
    expect(selectFromBatch(batch, () => false)).toBeNull();
    expect(selectFromBatch(batch, () => true)).toBe(batch);
  });

  it('keeps exactly the chosen records, in order, with their window, over several blocks', () => {
    const first = blockOf(offsets(0, 10));
    const second = blockOf(offsets(10, 20));
    const whole = batchOf(first, 2, 10, { window: 'w' });
    const batch = {
      ...whole,
      segments: [...whole.segments, { block: second, from: 0, to: 7 }],
      count: 15,
      lastOffset: 16,
      encodedBytes: 1500,
    };
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 16 }), { minLength: 1, maxLength: 14 }), (chosen) => {
        const selected = selectFromBatch(batch, (block, index) => chosen.includes(offsetAt(block, index)));
        const expected = chosen.toSorted((a, b) => a - b);
        expect(selected && offsetsOf(selected)).toEqual(expected);
        expect(selected).toMatchObject({
          count: expected.length,
          firstOffset: expected[0],
          lastOffset: expected.at(-1),
          window: 'w',
          encodedBytes: 100 * expected.length,
        });
      }),
    );
  });
});

describe('overflowed', () => {
  const headers = [{ key: 'h', value: null }];
  const block = blockOf([{ offset: 1 }, { offset: 2, key: 'k', value: 'large', timestamp: 77, headers }]);

  it('is a batch of the one record, its overflow in place of its value', () => {
    const batch = overflowed(block, 1, { valueSize: 5, valueRef: 'ref' }, 'w');
    expect(batch).toMatchObject({ count: 1, firstOffset: 2, lastOffset: 2, window: 'w' });
    const [record] = recordsOf(batch);
    expect(record).toMatchObject({
      offset: 2,
      timestamp: 77,
      key: Buffer.from('k'),
      value: null,
      valueSize: 5,
      headers,
    });
    expect(record?.overflow).toMatchObject({ valueSize: 5, valueRef: 'ref' });
    expect(encodeEnvelope(batch, PLAIN_ENVELOPE).length + 1).toBe(batch.encodedBytes);
  });

  it('leads back to the record as it was, also when overflowed twice', () => {
    const once = overflowed(block, 1, { valueSize: 5 }).segments[0];
    const twice = once && overflowed(once.block, 0, { valueSize: 5, valueRef: 'ref' }).segments[0];
    expect(twice && originalOf(twice.block, 0)).toEqual({ block, index: 1 });
    expect(originalOf(block, 0)).toEqual({ block, index: 0 });
  });
});
