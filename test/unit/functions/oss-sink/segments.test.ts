import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  append,
  asBatch,
  countOf,
  countThrough,
  firstOffsetOf,
  lastOffsetOf,
  offsetsOf,
  type Records,
  splitAt,
} from '../../../../functions/oss-sink/segments.ts';
import type { BatchSegment } from '../../../../shared/records.ts';
import { blockOf } from '../../../helpers/records.ts';

/** Runs over several blocks, offsets with gaps. */
const runs: fc.Arbitrary<Records> = fc
  .array(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 })
  .map((blocks) => {
    let offset = 0;
    return blocks.map((steps) => {
      const offsets = steps.map((step) => {
        offset += step;
        return offset;
      });
      return { block: blockOf(offsets), from: 0, to: offsets.length };
    });
  });

describe('runs of records', () => {
  it('split anywhere into two that together are the whole', () => {
    fc.assert(
      fc.property(runs, fc.nat(25), (records, at) => {
        const [head, tail] = splitAt(records, at);
        expect([...offsetsOf(head), ...offsetsOf(tail)]).toEqual(offsetsOf(records));
        expect(countOf(head)).toBe(Math.min(at, countOf(records)));
        expect([...head, ...tail].every(({ from, to }) => to > from)).toBe(true);
      }),
    );
  });

  it('count the records up to an offset', () => {
    fc.assert(
      fc.property(runs, fc.nat(60), (records, offset) => {
        expect(countThrough(records, offset)).toBe(offsetsOf(records).filter((one) => one <= offset).length);
      }),
    );
  });

  it('know their ends, also as a batch', () => {
    const records = [
      { block: blockOf([3, 5, 9]), from: 1, to: 3 },
      { block: blockOf([10, 12]), from: 0, to: 1 },
    ];
    expect([firstOffsetOf(records), lastOffsetOf(records), countOf(records)]).toEqual([5, 10, 3]);
    expect(asBatch(records)).toMatchObject({ topic: 'orders', partition: 0, firstOffset: 5, lastOffset: 10, count: 3 });
    expect(() => asBatch([])).toThrow(RangeError);
  });

  it('grow in one segment while records follow on each other', () => {
    const block = blockOf([0, 1, 2, 3]);
    const other = blockOf([4]);
    const records: BatchSegment[] = [];
    for (const index of [0, 1, 3]) append(records, block, index);
    append(records, other, 0);
    expect(records).toEqual([
      { block, from: 0, to: 2 },
      { block, from: 3, to: 4 },
      { block: other, from: 0, to: 1 },
    ]);
  });
});
