import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalBytes, writeDecimal } from '../../../../shared/envelope/decimal.ts';

function print(value: number): string {
  const target = Buffer.alloc(30, 0x2e);
  const end = writeDecimal(target, 2, value);
  expect(end - 2).toBe(decimalBytes(value));
  expect(target.toString('latin1', 0, 2) + target.toString('latin1', end)).toBe('.'.repeat(30 - (end - 2)));
  return target.toString('latin1', 2, end);
}

describe('decimal digits', () => {
  it('equal String() at every power of ten and beside it', () => {
    for (let power = 1; power <= 1e15; power *= 10) {
      for (const value of [power - 1, power, power + 1, -power]) expect(print(value)).toBe(String(value));
    }
  });

  it('equal String() for any safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(print(value)).toBe(String(value));
      }),
      { examples: [[Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER], [0]] },
    );
  });

  it('equal BigInt beyond the safe integers', () => {
    const numbers = [
      2 ** 53,
      2 ** 53 + 2,
      1e16,
      1.7e18,
      9.2e18,
      -9.2e18,
      2 ** 63,
      -(2 ** 63),
      2 ** 64,
      -(2 ** 64),
      1e21,
    ];
    for (const value of numbers) expect(print(value)).toBe(BigInt(value).toString());
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(Number), (value) => {
        expect(print(value)).toBe(BigInt(value).toString());
      }),
    );
  });
});
