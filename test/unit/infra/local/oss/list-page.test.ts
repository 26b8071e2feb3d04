import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyIndex } from '../../../../../infra/local/oss/key-index.ts';
import { readPage } from '../../../../../infra/local/oss/list-page.ts';

const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '中', '\uffee', '\u{1f600}'),
  minLength: 1,
  maxLength: 6,
});
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

interface Entry {
  readonly key: string;
  readonly id: number;
}

/** The listing by definition: common prefixes once, each key with all its entries. */
function listAll(stored: ReadonlyMap<string, number>, prefix: string, delimiter: string): string[] {
  const lines = [...stored].flatMap(([one, count]) => {
    if (!one.startsWith(prefix)) return [];
    const cut = delimiter === '' ? -1 : one.indexOf(delimiter, prefix.length);
    if (cut >= 0) return [one.slice(0, cut + delimiter.length)];
    return Array.from({ length: count }, (_, id) => `${one}#${id}`);
  });
  return [...new Set(lines)].sort(byBytes);
}

describe('readPage', () => {
  it('lists every entry of every key, and every common prefix, once, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(key, fc.integer({ min: 1, max: 3 })), { maxLength: 20 }),
        fc.constantFrom('', 'a', 'a/', '/', '中'),
        fc.constantFrom('', '/'),
        fc.integer({ min: 1, max: 5 }),
        (pairs, prefix, delimiter, maxKeys) => {
          const stored = new Map(pairs);
          const index = new KeyIndex<Entry[]>();
          for (const [one, count] of stored) {
            index.set(
              one,
              Array.from({ length: count }, (_, id) => ({ key: one, id })),
            );
          }
          const seen: string[] = [];
          let after = '';
          let lastId = Number.POSITIVE_INFINITY;
          for (;;) {
            const restOf = (all: readonly Entry[]) => all.filter(({ id }) => id > lastId);
            const page = readPage(index, (all) => all, { prefix, delimiter, after, maxKeys, restOf });
            const lines = [...page.entries.map(({ entry }) => `${entry.key}#${entry.id}`), ...page.commonPrefixes];
            expect(lines.length).toBeLessThanOrEqual(maxKeys);
            seen.push(...lines);
            if (page.truncatedAfter === undefined) break;
            expect(lines).toHaveLength(maxKeys);
            after = page.truncatedAfter.key;
            lastId = page.truncatedAfter.entry?.id ?? Number.POSITIVE_INFINITY;
          }
          expect(seen.sort(byBytes)).toEqual(listAll(stored, prefix, delimiter));
        },
      ),
    );
  });

  it('begins after all entries of the key it is told, without more', () => {
    const index = new KeyIndex<number[]>();
    index.set('a', [1, 2]);
    index.set('b', [3]);
    const page = readPage(index, (all) => all, { prefix: '', delimiter: '', after: 'a', maxKeys: 10 });
    expect(page.entries).toEqual([{ key: 'b', entry: 3 }]);
  });
});
