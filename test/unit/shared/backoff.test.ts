import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../shared/backoff.ts';

const limits = { baseMs: 100, maxMs: 30_000 };
const ALMOST_ONE = 1 - 2 ** -53;

describe('backoffMs', () => {
  it('doubles its ceiling from the base to the maximum', () => {
    const ceilings = [1, 2, 3, 4, 9, 10, 11, 1e6].map((attempt) => backoffMs(attempt, limits, () => ALMOST_ONE));
    expect(ceilings).toEqual([100, 200, 400, 800, 25_600, 30_000, 30_000, 30_000]);
  });

  it('spreads over the whole of it, from 0', () => {
    expect(backoffMs(3, limits, () => 0)).toBe(0);
    expect(backoffMs(3, limits, () => 0.5)).toBe(200);
  });

  it('never waits less than the other side asked for, even past the maximum', () => {
    expect(backoffMs(1, limits, () => 0, 5_000)).toBe(5_000);
    expect(backoffMs(1, limits, () => 0.5, 60_000)).toBe(60_000);
    expect(backoffMs(10, limits, () => ALMOST_ONE, 10)).toBe(30_000);
  });

  it('stays within its bounds, whole and finite, for any attempt', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 2 ** 31 })),
        fc.nat(10_000),
        fc.nat(1e6),
        fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }),
        (attempt, baseMs, maxMs, random) => {
          const wait = backoffMs(attempt, { baseMs, maxMs }, () => random);
          expect(Number.isSafeInteger(wait)).toBe(true);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 60)));
        },
      ),
    );
  });
});
