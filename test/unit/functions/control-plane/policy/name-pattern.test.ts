import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesName } from '../../../../../functions/control-plane/policy/name-pattern.ts';

describe('matchesName', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['orders-*', 'orders-eu', true],
    ['orders-*', 'orders', false],
    ['*-eu', 'orders-eu', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a.c', 'abc', false],
  ])('%j and %j: %j', (pattern, name, expected) => {
    expect(matchesName(pattern, name)).toBe(expected);
  });

  it('answers as the regular expression does', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    fc.assert(
      fc.property(patterns, letters, (pattern, name) => {
        expect(matchesName(pattern, name)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name));
      }),
    );
  });
});
