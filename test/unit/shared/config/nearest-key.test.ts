import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestKey } from '../../../../shared/config/nearest-key.ts';

const KNOWN = ['batch.size', 'batch.bytes', 'topics', 'tasks.max', 'errors.policy'];

describe('edit distance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['batch.sise', 'batch.size', 1],
  ])('of %j and %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is a distance', () => {
    const text = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe('nearest key', () => {
  it.each([
    ['batch.sise', 'batch.size'],
    ['topic', 'topics'],
    ['task.max', 'tasks.max'],
    ['Errors.Policy', 'errors.policy'],
    ['batch.byte', 'batch.bytes'],
  ])('to %s is %s', (given, nearest) => {
    expect(nearestKey(given, KNOWN)).toBe(nearest);
  });

  it.each([
    ['bucket', 'oss.bucket'],
    ['oss_bukcet', 'oss.bucket'],
    ['ossBucket', 'oss.bucket'],
    ['OSS_BUCKET', 'oss.bucket'],
    ['claim.check.bucket', 'overflow.claim.check.bucket'],
  ])('is the key that %s is the end of, or another spelling of: %s', (given, nearest) => {
    expect(nearestKey(given, ['overflow.claim.check.bucket', 'oss.bucket', ...KNOWN])).toBe(nearest);
  });

  it('is looked for in no time, however long the unknown key is', () => {
    expect(nearestKey('k'.repeat(10_000_000), KNOWN)).toBeUndefined();
  });

  it('is nothing when no key is near', () => {
    expect(nearestKey('transforms', KNOWN)).toBeUndefined();
    expect(nearestKey('x', KNOWN)).toBeUndefined();
  });
});
