import { describe, expect, it } from 'vitest';
import { encodeCommitMetadata } from '../../../../../functions/dispatcher/commit-metadata.ts';
import { planMoves } from '../../../../../functions/dispatcher/offsets/moves.ts';
import { formatSet, undoOf } from '../../../../../functions/dispatcher/offsets/undo.ts';
import { position, wanted } from './facts.ts';

describe('undoOf', () => {
  it('sets the former offsets', () => {
    const all = [position(0, 40), position(1, 100), position(0, 20, { topic: 'payments' })];
    const { set, lost } = undoOf(planMoves(wanted(all, { to: 'latest' })), all);
    expect(formatSet(set)).toBe('orders:0=40,payments:0=20');
    expect(lost).toEqual([]);
  });

  it('says what does not come back', () => {
    const metadata = encodeCommitMetadata(50, { stopped: { offset: 50, code: 'RECORD_TOO_LARGE' }, plan: [] });
    const all = [position(0, undefined), position(1, 500), position(2, 3), position(3, 50, { metadata })];
    const { set, lost } = undoOf(planMoves(wanted(all, { to: 'earliest' })), all);
    expect(formatSet(set)).toBe('orders:3=50');
    expect(lost).toEqual([
      'orders-0 had no committed offset; a commit cannot be taken away again',
      'orders-1 was at 500, which is not in the log (10 to 100)',
      'orders-2 was at 3, which is not in the log (10 to 100)',
      'what was stored with the commit of orders-3 does not come back',
    ]);
  });
});
