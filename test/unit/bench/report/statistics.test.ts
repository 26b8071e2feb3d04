import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile, summary } from '../../../bench/report/statistics.ts';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('of 1 to 100 at %d is %d', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('of one value is that value, of none is not a number', () => {
    expect([percentile([7], 0.5), percentile([], 0.5)]).toEqual([7, Number.NaN]);
  });

  it('is a value that at least the share does not pass, and the smallest such one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const found = percentile(values, share);
          const upTo = (limit: number) => values.filter((value) => value <= limit).length;
          expect(values).toContain(found);
          expect(upTo(found)).toBeGreaterThanOrEqual(share * values.length);
          const smaller = values.filter((value) => value < found);
          for (const value of smaller) expect(upTo(value)).toBeLessThan(share * values.length);
        },
      ),
    );
  });
});

describe('summary', () => {
  it('takes the middle one of an odd number, and leaves its argument as it is', () => {
    const values = [9, 1, 5];
    expect(summary(values)).toEqual({ median: 5, least: 1, most: 9 });
    expect(values).toEqual([9, 1, 5]);
  });
});
