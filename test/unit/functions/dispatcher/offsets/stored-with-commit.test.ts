import { describe, expect, it } from 'vitest';
import { encodeCommitMetadata } from '../../../../../functions/dispatcher/commit-metadata.ts';
import { storedWithCommit } from '../../../../../functions/dispatcher/offsets/stored-with-commit.ts';

const range = { window: undefined, done: false, token: undefined };

describe('storedWithCommit', () => {
  it('tells a stop mark, a plan, both, and what it cannot read', () => {
    const stopped = { offset: 42, code: 'NULL_VALUE' };
    const plan = [
      { ...range, first: 40, last: 59 },
      { ...range, first: 60, last: 79 },
    ];
    const stored = (metadata: string) => storedWithCommit({ offset: 40, metadata });
    expect(stored(encodeCommitMetadata(40, { stopped, plan: [] }))).toEqual({ stopMark: stopped, other: false });
    expect(stored(encodeCommitMetadata(40, { stopped: undefined, plan }))).toEqual({
      plan: { batches: 2, last: 79 },
      other: false,
    });
    expect(stored(encodeCommitMetadata(40, { stopped, plan }))).toMatchObject({
      stopMark: stopped,
      plan: { batches: 2 },
    });
    expect(stored('by hand')).toEqual({ other: true });
    // Made for another offset: it no longer counts.
    expect(stored(encodeCommitMetadata(30, { stopped: undefined, plan }))).toEqual({ other: true });
  });

  it('finds nothing where nothing is', () => {
    expect(storedWithCommit(undefined)).toBeUndefined();
    expect(storedWithCommit({ offset: 40, metadata: '' })).toBeUndefined();
  });

  it('is nothing that a person needs to know where it only tells occasions apart', () => {
    const stored = (metadata: string) => storedWithCommit({ offset: 40, metadata });
    expect(stored(encodeCommitMetadata(40, { stopped: undefined, plan: [], occasion: 'k3' }))).toBeUndefined();
    const stopped = { offset: 40, code: 'X' };
    const both = encodeCommitMetadata(40, { stopped, plan: [], occasion: 'k3' });
    expect(stored(both)).toEqual({ stopMark: stopped, other: false });
  });
});
