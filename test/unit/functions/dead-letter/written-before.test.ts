import { expect, it } from 'vitest';
import { WrittenBefore } from '../../../../functions/dead-letter/written-before.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';

it('keeps a bounded number of names, the newest', () => {
  const before = new WrittenBefore();
  const block = blockAt(Array.from({ length: 20_001 }, (_, offset) => offset));
  const records = Array.from({ length: block.count }, (_, index) => ({ block, index }));
  before.add('r', records);
  expect([0, 1, 20_000].map((index) => before.has('r', { block, index }))).toEqual([false, true, true]);
  expect(before.has('other', { block, index: 1 })).toBe(false);
});
