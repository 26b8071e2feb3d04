import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, KeyIndex } from '../../../../../infra/local/oss/key-index.ts';
import { readPage } from '../../../../../infra/local/oss/list-objects.ts';
import type { StoredObject } from '../../../../../infra/local/oss/store.ts';

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

describe('readPage', () => {
  /** All entries of a listing, by definition. */
  function listAll(keys: readonly string[], prefix: string, delimiter: string): string[] {
    const entries = keys
      .filter((one) => one.startsWith(prefix))
      .map((one) => {
        const cut = delimiter === '' ? -1 : one.indexOf(delimiter, prefix.length);
        return cut < 0 ? one : one.slice(0, cut + delimiter.length);
      });
    return [...new Set(entries)].sort(byBytes);
  }

  it('lists every key or common prefix once, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 20 }),
        fc.constantFrom('', 'a', 'a/', '/', '中'),
        fc.constantFrom('', '/'),
        fc.integer({ min: 1, max: 5 }),
        (keys, prefix, delimiter, maxKeys) => {
          const index = new KeyIndex<StoredObject>();
          for (const one of keys) index.set(one, { key: one } as StoredObject);
          const seen: string[] = [];
          let after = '';
          for (;;) {
            const page = readPage(index, { prefix, delimiter, after, maxKeys });
            const entries = [...page.objects.map((object) => object.key), ...page.commonPrefixes].sort(byBytes);
            expect(entries.length).toBeLessThanOrEqual(maxKeys);
            seen.push(...entries);
            if (page.truncatedAfter === undefined) break;
            expect(entries).toHaveLength(maxKeys);
            after = page.truncatedAfter;
          }
          expect(seen).toEqual(listAll(keys, prefix, delimiter));
        },
      ),
    );
  });
});
