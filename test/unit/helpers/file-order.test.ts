import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alternately } from '../../helpers/file-order.ts';

describe('two kinds in turn', () => {
  it.each([
    [
      ['a', 'b'],
      [1, 2, 3, 4],
      ['a', 1, 'b', 2, 3, 4],
    ],
    [
      ['a', 'b'],
      [1, 2, 3],
      ['a', 1, 'b', 2, 3],
    ],
    [['a', 'b', 'c'], [1], ['a', 1, 'b', 'c']],
    [[], [1, 2], [1, 2]],
    [['a'], [], ['a']],
  ])('%j and %j', (some, others, all) => {
    expect(alternately<string | number>(some, others)).toEqual(all);
  });

  it('keeps all of them, and each kind in its order', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(200), (few, many) => {
        const some = Array.from({ length: few }, (_, i) => -1 - i);
        const others = Array.from({ length: many }, (_, i) => i);
        const all = alternately(some, others);
        expect(all.filter((one) => one < 0)).toEqual(some);
        expect(all.filter((one) => one >= 0)).toEqual(others);
      }),
    );
  });
});
