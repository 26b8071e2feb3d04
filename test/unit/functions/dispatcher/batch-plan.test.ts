import { describe, expect, it } from 'vitest';
import { BatchPlan, type Planned } from '../../../../functions/dispatcher/batch-plan.ts';
import {
  encodeCommitMetadata,
  METADATA_MAX_BYTES,
  type StopMark,
} from '../../../../functions/dispatcher/commit-metadata.ts';

const AT = 1_000_000;
const TOKEN = 't'.repeat(198);
const STOPPED: StopMark = { offset: AT, code: 'C'.repeat(100) };

/** As many ranges of one record as find room; the first holds the commit back. */
function filled(withTokens: boolean, windowed: boolean): { readonly plan: BatchPlan; readonly ranges: Planned[] } {
  const plan = new BatchPlan([], withTokens);
  const ranges: Planned[] = [];
  for (let i = 0; ; i++) {
    const window = windowed ? `w${String(i).padStart(7, '0')}` : undefined;
    const range = plan.add({ first: AT + i, last: AT + i, window }, AT, undefined, i === 0);
    if (range === undefined) return { plan, ranges };
    ranges.push(range);
  }
}

function bytesOf(plan: BatchPlan, stopped?: StopMark): number {
  return Buffer.byteLength(encodeCommitMetadata(AT, { stopped, plan: plan.rangesFor(AT) }));
}

/** A plan without tokens, with ranges as given. */
function planOf(...places: readonly (readonly [first: number, last: number, window?: string])[]) {
  const plan = new BatchPlan([], false);
  const ranges = places.map(([first, last, window]) => added(plan, first, last, window));
  return { plan, ranges };
}

function added(plan: BatchPlan, first: number, last: number, window?: string): Planned {
  const range = plan.add({ first, last, window }, 0, undefined, true);
  if (range === undefined) throw new Error('no room');
  return range;
}

/** What a commit of offset `at` would say. */
function said(plan: BatchPlan, at = 0) {
  return plan.rangesFor(at).map(({ first, last, window, done, token }) => [first, last, window, done, token]);
}

describe('BatchPlan', () => {
  it('has a range stored once a commit that carries it is confirmed, and not before', () => {
    const { plan, ranges } = planOf([0, 4]);
    const [first] = ranges as [Planned];
    const carried = plan.version;
    const second = added(plan, 5, 9);
    expect([plan.isStored(first), plan.isStored(second), plan.unstored]).toEqual([false, false, true]);
    plan.confirm(0, carried);
    expect([plan.isStored(first), plan.isStored(second), plan.unstored]).toEqual([true, false, true]);
    plan.confirm(0, plan.version);
    expect([plan.isStored(second), plan.unstored]).toEqual([true, false]);
    // A reply that comes late takes nothing back.
    plan.confirm(0, carried);
    expect(plan.isStored(second)).toBe(true);
  });

  it('takes what an earlier owner planned for stored, but not beside another offset', () => {
    const restored = [{ first: 5, last: 9, window: undefined, done: false, token: undefined }];
    const kept = new BatchPlan(restored, false);
    expect([kept.unstored, ...kept.ranges.map((range) => kept.isStored(range))]).toEqual([false, true]);
    const moved = new BatchPlan(restored, false, false);
    expect(moved.unstored).toBe(true);
    moved.confirm(5, moved.version);
    expect(moved.unstored).toBe(false);
  });

  it('lets no commit pass the first range that is not done, in whatever order they are planned and finished', () => {
    const { plan, ranges } = planOf([5, 9], [0, 4], [10, 14]);
    const [second, first, third] = ranges as [Planned, Planned, Planned];
    expect(plan.lowestUnfinished).toBe(0);
    plan.finish(third);
    expect(plan.lowestUnfinished).toBe(0);
    plan.finish(first);
    expect(plan.lowestUnfinished).toBe(5);
    plan.finish(second);
    expect(plan.lowestUnfinished).toBeUndefined();
  });

  it('makes one range of neighbours of a window that are done, across those of other windows', () => {
    const { plan, ranges } = planOf([0, 4, 'a'], [2, 6, 'b'], [5, 9, 'a'], [10, 14, 'a'], [15, 19, 'a']);
    const [a1, , a2, a3, a4] = ranges as [Planned, Planned, Planned, Planned, Planned];
    plan.finish(a2);
    plan.finish(a4);
    expect(said(plan).filter(([, , , done]) => done)).toEqual([
      [5, 9, 'a', true, undefined],
      [15, 19, 'a', true, undefined],
    ]);
    plan.finish(a3);
    expect(said(plan)).toEqual([
      [0, 4, 'a', false, undefined],
      [2, 6, 'b', false, undefined],
      [5, 19, 'a', true, undefined],
    ]);
    plan.finish(a1);
    expect(said(plan)).toEqual([
      [0, 19, 'a', true, undefined],
      [2, 6, 'b', false, undefined],
    ]);
  });

  it('does not make one range of what an earlier owner planned: between two of those records may lie that are in none', () => {
    const old = { window: undefined, done: true, token: undefined };
    const plan = new BatchPlan(
      [
        { ...old, first: 0, last: 4 },
        { ...old, first: 8, last: 9 },
      ],
      false,
    );
    plan.finish(added(plan, 10, 14));
    expect(said(plan).map(([first]) => first)).toEqual([0, 8, 10]);
  });

  it('carries in a commit only what its offset has not passed, and forgets the rest when it is confirmed', () => {
    const { plan } = planOf([0, 4, 'a'], [3, 9, 'b'], [10, 14, 'a']);
    expect(said(plan, 5).map(([first]) => first)).toEqual([3, 10]);
    expect(plan.ranges).toHaveLength(3);
    plan.confirm(5, plan.version);
    expect(plan.ranges).toHaveLength(2);
  });

  it('keeps a session that is not completed, though the commit has passed its records', () => {
    const plan = new BatchPlan([{ first: 0, last: 4, window: undefined, done: false, token: TOKEN }], true);
    const [range] = plan.ranges as [Planned];
    plan.confirm(9, 0);
    expect(said(plan, 9)).toEqual([[0, 4, undefined, false, TOKEN]]);
    plan.finish(range);
    expect(said(plan, 9)).toEqual([]);
  });

  it('has a range with its token stored only once a commit carries the token, and lets go of it when done', () => {
    const plan = new BatchPlan([], true);
    const range = added(plan, 0, 4);
    plan.confirm(0, plan.version);
    plan.setToken(range, TOKEN);
    expect([plan.isStored(range), plan.unstored]).toEqual([false, true]);
    plan.confirm(0, plan.version);
    expect(plan.isStored(range)).toBe(true);
    plan.finish(range);
    expect(said(plan)).toEqual([[0, 4, undefined, true, undefined]]);
  });

  it('shortens a range to what is left of it, without its token, and has that stored anew', () => {
    const plan = new BatchPlan([], true);
    const range = added(plan, 0, 9);
    plan.setToken(range, TOKEN);
    plan.confirm(0, plan.version);
    const shorter = plan.shorten(range, 5);
    expect([said(plan), plan.isStored(shorter), plan.unstored]).toEqual([
      [[0, 5, undefined, false, undefined]],
      false,
      true,
    ]);
    plan.confirm(0, plan.version);
    expect(plan.isStored(shorter)).toBe(true);
    plan.finish(shorter);
    expect(plan.lowestUnfinished).toBeUndefined();
  });

  it('keeps of a range in which the partition stopped only what is written', () => {
    const { plan, ranges } = planOf([0, 9, 'a'], [3, 12, 'b']);
    const [range] = ranges as [Planned];
    const written = [
      { first: 0, last: 2 },
      { first: 6, last: 9 },
    ];
    plan.finishStopped(range, written, 0, { offset: 4, code: 'REFUSED' });
    expect(said(plan)).toEqual([
      [0, 2, 'a', true, undefined],
      [3, 12, 'b', false, undefined],
      [6, 9, 'a', true, undefined],
    ]);
    expect(plan.lowestUnfinished).toBe(3);
  });

  it('makes no one range around records at which the partition stopped', () => {
    const { plan, ranges } = planOf([0, 0, 'a'], [1, 1, 'a'], [2, 2, 'a'], [3, 3, 'a']);
    const [before, refused, after, last] = ranges as [Planned, Planned, Planned, Planned];
    plan.finish(after);
    plan.finishStopped(refused, [], 0, { offset: 1, code: 'REFUSED' });
    plan.finish(before);
    plan.finish(last);
    // A next owner would take record 1 for written, were it within one of them.
    expect(said(plan).map(([first, end]) => [first, end])).toEqual([
      [0, 0],
      [2, 2],
      [3, 3],
    ]);
  });

  it('refuses what would not fit, but takes what holds the commit back out of its reserve', () => {
    const { plan, ranges } = filled(false, false);
    const next = { first: AT + ranges.length, last: AT + ranges.length, window: undefined };
    const [version, count] = [plan.version, plan.ranges.length];
    expect(plan.add(next, AT, undefined, false)).toBeUndefined();
    expect([plan.version, plan.ranges.length]).toEqual([version, count]);
    expect(bytesOf(plan)).toBeGreaterThan(METADATA_MAX_BYTES / 2);
    expect(plan.add(next, AT, undefined, true)).toBeDefined();
    expect(bytesOf(plan, STOPPED)).toBeLessThanOrEqual(METADATA_MAX_BYTES);
  });

  it('takes fewer ranges where each will have a token', () => {
    const count = (withTokens: boolean) => filled(withTokens, false).ranges.length;
    // 212 bytes are kept for each.
    expect(count(true)).toBeLessThanOrEqual(METADATA_MAX_BYTES / 212);
    expect(count(false)).toBeGreaterThan(5 * count(true));
  });
});

describe('BatchPlan at the bound of the metadata', () => {
  it.each([
    [true, false],
    [true, true],
    [false, true],
    [false, false],
  ])(
    'keeps room for what ranges come to while one holds the commit back (tokens %s, windows %s)',
    (tokens, windows) => {
      const { ranges } = filled(tokens, windows);
      // As an owner who comes later has them: they do not become one when they are done.
      const plan = new BatchPlan(ranges, tokens);
      const restored = [...plan.ranges];
      for (const range of restored) if (tokens) plan.setToken(range, TOKEN);
      expect(bytesOf(plan, STOPPED)).toBeLessThanOrEqual(METADATA_MAX_BYTES);
      for (const range of restored.slice(1)) plan.finish(range);
      expect(bytesOf(plan, STOPPED)).toBeLessThanOrEqual(METADATA_MAX_BYTES);
    },
  );

  it.each([false, true])(
    'takes eight batches more that hold the commit back one after the other (tokens %s)',
    (tokens) => {
      const { plan, ranges } = filled(tokens, true);
      for (const range of ranges) plan.finish(range);
      for (let i = 0; i < 8; i++) {
        const range = plan.add({ first: AT + i, last: AT + 9_999, window: `head${i}xyz` }, AT + i, undefined, true);
        expect(range).toBeDefined();
        if (range === undefined) return;
        if (tokens) plan.setToken(range, TOKEN);
        plan.finish(range);
      }
    },
  );

  it('has room for the occasion of asynchronous calls beside whatever is planned', () => {
    const before = new BatchPlan([], false);
    const next = () => ({ first: AT + before.ranges.length, last: AT + before.ranges.length, window: undefined });
    while (before.add(next(), AT, STOPPED, true) !== undefined);
    const plan = new BatchPlan(before.ranges, false);
    for (const range of [...plan.ranges].slice(1)) plan.finish(range);
    const occasion = (2 ** 48 - 1).toString(36);
    const said = encodeCommitMetadata(AT, { stopped: STOPPED, plan: plan.rangesFor(AT), occasion });
    expect(Buffer.byteLength(said)).toBeGreaterThan(METADATA_MAX_BYTES - 100);
    expect(Buffer.byteLength(said)).toBeLessThanOrEqual(METADATA_MAX_BYTES);
  });

  it('leaves a range as it is when the partition stops in it and too many pieces of it are written', () => {
    const plan = new BatchPlan([], false);
    const range = plan.add({ first: AT, last: AT + 9_999, window: undefined }, AT, undefined, true);
    if (range === undefined) throw new Error('no room');
    const every = (count: number) => Array.from({ length: count }, (_, i) => ({ first: AT + 2 * i, last: AT + 2 * i }));
    plan.finishStopped(range, every(5_000), AT, STOPPED);
    expect([plan.lowestUnfinished, bytesOf(plan, STOPPED) <= METADATA_MAX_BYTES]).toEqual([AT, true]);
    plan.finishStopped(range, every(50), AT, STOPPED);
    expect([plan.lowestUnfinished, plan.ranges.length]).toEqual([undefined, 50]);
  });
});
