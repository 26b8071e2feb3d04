import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, KeyIndex } from '../../../../../infra/local/oss/key-index.ts';

const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '中', '\uffee', '\u{1f600}'),
  minLength: 1,
  maxLength: 6,
});
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('compareKeys', () => {
  it('orders as UTF-8 bytes do', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(byBytes(a, b)));
      }),
    );
  });
});

describe('KeyIndex', () => {
  it('holds what was set and not deleted, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), key)), key, (steps, start) => {
        const index = new KeyIndex<string>();
        const model = new Set<string>();
        for (const [add, one] of steps) {
          if (add) index.set(one, one);
          else expect(index.delete(one)).toBe(model.has(one));
          if (add) model.add(one);
          else model.delete(one);
        }
        const expected = [...model].filter((one) => byBytes(one, start) >= 0).sort(byBytes);
        expect([...index.keysFrom(start)]).toEqual(expected);
        expect(index.size).toBe(model.size);
      }),
    );
  });
});
