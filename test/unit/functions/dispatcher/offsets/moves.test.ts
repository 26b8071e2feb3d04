import { describe, expect, it } from 'vitest';
import { encodeCommitMetadata } from '../../../../../functions/dispatcher/commit-metadata.ts';
import { type OffsetMove, planMoves } from '../../../../../functions/dispatcher/offsets/moves.ts';
import { position, problemsOf, source, wanted } from './facts.ts';

/** `partition: from -> to effect [range)`. */
function brief(moves: readonly OffsetMove[]): string[] {
  return moves.map(
    ({ partition, from, to, effect, range }) =>
      `${partition}: ${from ?? 'none'} -> ${to} ${effect} ${range.from}..${range.to}`,
  );
}

const STOPPED = encodeCommitMetadata(50, { stopped: { offset: 50, code: 'VALUE_NOT_UTF8' }, plan: [] });

describe('planMoves', () => {
  const all = [position(0, 40), position(1, 100), position(2, 10)];

  it('goes to the beginning and to the end, and leaves out who stands there', () => {
    expect(brief(planMoves(wanted(all, { to: 'earliest' })))).toEqual([
      '0: 40 -> 10 again 10..40',
      '1: 100 -> 10 again 10..100',
    ]);
    expect(brief(planMoves(wanted(all, { to: 'latest' })))).toEqual([
      '0: 40 -> 100 skipped 40..100',
      '2: 10 -> 100 skipped 10..100',
    ]);
  });

  it('goes to a time, and to the end where no record is that late, and says so', () => {
    const atTime = new Map([
      ['orders-0', 70],
      ['orders-1', 100],
      ['orders-2', 5],
    ]);
    const moves = planMoves(wanted([...all, position(3, 20)], { to: 1_000 }, { atTime }));
    expect(brief(moves)).toEqual(['0: 40 -> 70 skipped 40..70', '3: 20 -> 100 skipped 20..100']);
    expect(moves.map(({ notes }) => notes)).toEqual([[], ['no record at or after that time: the end']]);
  });

  it('goes on and back from the committed offset, within the log, and says where it was bounded', () => {
    const back = planMoves(wanted(all, { by: -20 }));
    expect(brief(back)).toEqual(['0: 40 -> 20 again 20..40', '1: 100 -> 80 again 80..100']);
    const far = planMoves(wanted(all, { by: -35 }));
    expect(far[0]).toMatchObject({ to: 10, notes: ['5 is not there: the log begins at 10'] });
    const on = planMoves(wanted([position(0, 90)], { by: 11 }));
    expect(on[0]).toMatchObject({ to: 100, notes: ['101 is not there: the log ends at 100'] });
  });

  it('counts a distance from nothing that is committed as a mistake', () => {
    expect(problemsOf(() => planMoves(wanted([position(0, undefined), position(1, 20)], { by: 5 })))).toEqual([
      '--by: group connect-c has committed nothing for orders-0, so there is nothing to count from; use --to',
    ]);
  });

  it('sets one offset of one partition, or of those that are named', () => {
    expect(problemsOf(() => planMoves(wanted(all, { offset: 30 })))).toEqual([
      "--to: an offset is one partition's: name it with --topic orders --partition 0, or use --set",
    ]);
    expect(brief(planMoves(wanted(all, { offset: 30 }, { selected: all.slice(0, 1) })))).toEqual([
      '0: 40 -> 30 again 30..40',
    ]);
    expect(brief(planMoves(wanted(all, { offset: 30 }, { byNumber: true })))).toHaveLength(3);
  });

  it('sets explicit offsets, both ends included', () => {
    const set = [
      { topic: 'orders', partition: 1, offset: 10 },
      { topic: 'orders', partition: 2, offset: 100 },
    ];
    expect(brief(planMoves(wanted(all, { set })))).toEqual([
      '1: 100 -> 10 again 10..100',
      '2: 10 -> 100 skipped 10..100',
    ]);
  });

  it('answers every mistake at once', () => {
    const of = (partition: number, offset: number, topic = 'orders') => ({ topic, partition, offset });
    const set = [of(0, 9), of(1, 101), of(7, 50), of(0, 50, 'payments'), of(2, 50), of(2, 51)];
    expect(problemsOf(() => planMoves(wanted(all, { set })))).toEqual([
      '--set: orders-0 has no offset 9: it holds 10 to 100 (the last is where the next record goes)',
      '--set: orders-1 has no offset 101: it holds 10 to 100 (the last is where the next record goes)',
      '--set: the connector reads no orders-7; its topics are orders',
      '--set: the connector reads no payments-0; its topics are orders',
      '--set: orders-2 is given twice',
    ]);
    expect(problemsOf(() => planMoves(wanted([position(0, 20)], { offset: 101 })))[0]).toMatch(
      /^--to: orders-0 has no offset 101/,
    );
  });

  it('counts what is affected within the log only', () => {
    const [past, gone] = planMoves(wanted([position(0, 500), position(1, 4)], { offset: 60 }, { byNumber: true }));
    expect(past).toMatchObject({
      effect: 'again',
      range: { from: 60, to: 100 },
      notes: ['the committed offset is past the end (100)'],
    });
    expect(gone).toMatchObject({
      effect: 'skipped',
      range: { from: 10, to: 60 },
      notes: ['Kafka deleted 4 to 9 already'],
    });
    expect(planMoves(wanted([position(0, 500)], { to: 'latest' }))[0]).toMatchObject({ to: 100, effect: 'none' });
  });

  it('counts from where a connector would begin that has committed nothing', () => {
    const [skip, back] = planMoves(
      wanted(
        [position(0, undefined, { next: 10 }), position(1, undefined, { next: 100 })],
        { offset: 60 },
        { byNumber: true },
      ),
    );
    expect(skip).toMatchObject({ from: undefined, effect: 'skipped', range: { from: 10, to: 60 } });
    expect(back).toMatchObject({ effect: 'again', range: { from: 60, to: 100 } });
    expect(back?.notes).toEqual(['without it the connector would begin at 100']);
    // A commit where it would begin anyway is a change all the same.
    expect(planMoves(wanted([position(0, undefined)], { to: 'latest' }))).toHaveLength(1);
  });

  it('drops what is stored, also where the offset stays', () => {
    const [move] = planMoves(wanted([position(0, 50, { metadata: STOPPED })], { offset: 50 }));
    expect(move).toMatchObject({
      from: 50,
      to: 50,
      effect: 'none',
      drops: { stopMark: { offset: 50, code: 'VALUE_NOT_UTF8' } },
    });
  });

  it('refuses first commits that would change where the partitions beside them begin', () => {
    const fresh = [position(0, undefined), position(1, undefined), position(2, undefined)];
    const target = { to: 'earliest' } as const;
    const [problem] = problemsOf(() => planMoves(wanted(fresh, target, { selected: fresh.slice(0, 1) })));
    expect(problem).toMatch(/^consumer\.start\.offset: group connect-c has committed nothing for orders-1, orders-2/);
    expect(planMoves(wanted(fresh, target))).toHaveLength(3);
    const earliest = { ...source, startOffset: 'earliest' } as const;
    expect(planMoves(wanted(fresh, target, { selected: fresh.slice(0, 1), source: earliest }))).toHaveLength(1);
    const known = [position(0, undefined), position(1, undefined), position(2, 50)];
    expect(planMoves(wanted(known, target, { selected: known.slice(0, 1) }))).toHaveLength(1);
  });

  it('refuses the same of topics of a pattern, and lets plain topics stand for themselves', () => {
    const two = [position(0, undefined), position(0, undefined, { topic: 'payments' })];
    const target = { to: 'earliest' } as const;
    const one = { selected: two.slice(0, 1) };
    expect(planMoves(wanted(two, target, one))).toHaveLength(1);
    const pattern = { ...source, topics: /./ };
    expect(problemsOf(() => planMoves(wanted(two, target, { ...one, source: pattern })))[0]).toContain('payments-0');
  });
});
