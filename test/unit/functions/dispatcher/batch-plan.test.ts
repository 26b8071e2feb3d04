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
