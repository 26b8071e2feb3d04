import { describe, expect, it } from 'vitest';
import { hasTombstone, isTombstone, tombstoneFate } from '../../../shared/null-values.ts';
import { blockOf } from '../../helpers/records.ts';

describe('a tombstone', () => {
  const block = blockOf([
    { offset: 0, value: '' },
    { offset: 1, value: null },
    { offset: 2, value: null, overflow: { valueSize: 5 } },
  ]);

  it('is a record without a value, not one whose value is empty or elsewhere', () => {
    expect([0, 1, 2].map((index) => isTombstone(block, index))).toEqual([false, true, false]);
    expect(hasTombstone(block, 0, 3)).toBe(true);
    expect(hasTombstone(block, 0, 1)).toBe(false);
    expect(hasTombstone(block, 2, 3)).toBe(false);
  });

  it.each([
    ['write', 'sink'],
    ['delete', 'sink'],
    ['ignore', 'dropped'],
    ['error-topic', { errant: expect.objectContaining({ code: 'NULL_VALUE' }) }],
  ] as const)('under %s is for %j', (policy, fate) => {
    expect(tombstoneFate(policy)).toEqual(fate);
  });
});
