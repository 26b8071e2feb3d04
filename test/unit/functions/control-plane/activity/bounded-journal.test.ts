import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedJournal } from '../../../../../functions/control-plane/activity/bounded-journal.ts';

const bytesOf = (entries: readonly object[]) => entries.reduce((sum, one) => sum + JSON.stringify(one).length + 1, 0);

describe('BoundedJournal', () => {
  it('keeps the newest entries that fit, whatever is added or merged', () => {
    const step = fc.record({
      n: fc.nat(5),
      pad: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
      merge: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 10, max: 400 }), (steps, most) => {
        const journal = new BoundedJournal<{ n: number; pad: string }>(most);
        for (const { n, pad, merge } of steps) {
          const merged =
            merge &&
            journal.merge(
              5,
              (one) => one.n === n,
              (one) => ({ ...one, pad }),
            );
          if (!merged) journal.add({ n, pad });
          expect(bytesOf(journal.entries())).toBeLessThanOrEqual(most);
        }
        const last = steps.at(-1);
        const added = last !== undefined && !last.merge && bytesOf([{ n: last.n, pad: last.pad }]) <= most;
        if (added) expect(journal.entries().at(-1)).toEqual({ n: last.n, pad: last.pad });
      }),
    );
  });

  it('merges with the newest of the last few only', () => {
    const journal = new BoundedJournal(1_000, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(
      journal.merge(
        2,
        ({ n }) => n === 1,
        () => ({ n: 9 }),
      ),
    ).toBe(false);
    expect(
      journal.merge(
        3,
        ({ n }) => n === 1,
        () => ({ n: 9 }),
      ),
    ).toBe(true);
    expect(journal.entries()).toEqual([{ n: 9 }, { n: 2 }, { n: 3 }]);
  });
});
