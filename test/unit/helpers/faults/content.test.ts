import { expect, it } from 'vitest';
import { contentOf, numberOf } from '../../../fault/runner/content.ts';

const NUMBERS = Array.from({ length: 2_000 }, (_, n) => n);

it('holds its number, whatever its kind', () => {
  const kinds = new Set<string>();
  for (const n of NUMBERS) {
    const { kind, key, value } = contentOf(n, 0);
    kinds.add(kind);
    expect(numberOf(key, value)).toBe(n);
  }
  expect([...kinds].sort()).toEqual(['long', 'no-key', 'not-utf8', 'plain', 'poison', 'tombstone']);
});

it('knows records of others', () => {
  expect(numberOf(Buffer.from('k1'), null)).toBeUndefined();
  expect(numberOf(null, Buffer.from('{"other":1}'))).toBeUndefined();
});
