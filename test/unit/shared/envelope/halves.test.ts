import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { halves } from '../../../../shared/envelope/halves.ts';
import { batchOfRecords, blockOf, offsets, offsetsOf } from '../../../helpers/records.ts';

describe('halves', () => {
  it('hold all records in order, the first one more where their number is odd', () => {
    const cut = (count: number) => halves(batchOfRecords(offsets(0, count))).map(offsetsOf);
    expect(cut(2)).toEqual([[0], [1]]);
    expect(cut(5)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it('of any segments are together the batch, nowhere larger in bytes', () => {
    const someBatch = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }).map((cuts) => {
      const block = blockOf(offsets(100, 131));
      const bounds = [0, ...cuts.sort((a, b) => a - b), 31];
      const segments = bounds.slice(1).map((to, i) => ({ block, from: bounds[i] ?? 0, to }));
      return { ...batchOf(block, 0, 31, { window: 'w' }), segments };
    });
    fc.assert(
      fc.property(someBatch, (batch) => {
        const [first, second] = halves(batch);
        expect([...offsetsOf(first), ...offsetsOf(second)]).toEqual(offsetsOf(batch));
        expect(first.count).toBe(16);
        expect(second.count).toBe(15);
        expect(second.firstOffset).toBe(offsetsOf(second)[0]);
        expect(first.lastOffset).toBe(offsetsOf(first).at(-1));
        expect(first.window).toBe('w');
        expect(Math.max(first.encodedBytes, second.encodedBytes)).toBeLessThan(batch.encodedBytes);
      }),
    );
  });

  it('of one record there are none', () => {
    expect(() => halves(batchOfRecords([1]))).toThrow(RangeError);
  });
});
