import { describe, expect, it } from 'vitest';
import type { Planned } from '../../../../functions/dispatcher/batch-plan.ts';
import { windowName } from '../../../../functions/dispatcher/commit-metadata.ts';
import { RangeCollector } from '../../../../functions/dispatcher/range-collector.ts';
import { offsetAt, type RecordBatch } from '../../../../shared/records.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';

const TP = { topic: 'orders', partition: 0 };
const RECORD_BYTES = 100;

function range(first: number, last: number, window?: string, done = false): Planned {
  const name = window === undefined ? undefined : windowName(window);
  return { first, last, window: name, done, token: undefined, version: 0, isNew: false };
}

function offsetsOf(batch: RecordBatch): number[] {
  return batch.segments.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, i) => offsetAt(block, from + i)),
  );
}

function setUp(...ranges: readonly Planned[]) {
  const closed: (readonly [range: Planned, offsets: number[] | 'emptied', window?: string])[] = [];
  const collector = new RangeCollector(TP, ranges, {
    recut: (of, batch) =>
      closed.push(batch.window === undefined ? [of, offsetsOf(batch)] : [of, offsetsOf(batch), batch.window]),
    emptied: (of) => closed.push([of, 'emptied']),
  });
  /** Hands over the records of one fetch, all of `window`, to the ranges they belong to; answers those that belong to none. */
  const read = (offsets: readonly number[], window?: string) => {
    const block = blockAt(offsets);
    return offsets.filter((offset, index) => {
      const of = collector.rangeOf(offset, window);
      if (of !== undefined && !of.done) collector.add(of, block, index, RECORD_BYTES, window);
      return of === undefined;
    });
  };
  return { collector, closed, read };
}

describe('RangeCollector', () => {
  it('finds the range of a record by its window, where ranges of several lie across each other', () => {
    const [a, b] = [range(0, 9, 'a'), range(4, 12, 'b')];
    const { collector } = setUp(a, b);
    expect(collector.rangeOf(5, 'a')).toBe(a);
    expect(collector.rangeOf(5, 'b')).toBe(b);
    expect(collector.rangeOf(5, 'c')).toBeUndefined();
    expect(collector.rangeOf(3, 'b')).toBeUndefined();
    expect(collector.rangeOf(10, 'a')).toBeUndefined();
    expect(collector.rangeOf(12, 'b')).toBe(b);
  });

  it('tells windows apart by their names also when there are more than it remembers', () => {
    const ranges = Array.from({ length: 200 }, (_, i) => range(0, 9, `w${i}`));
    const { collector } = setUp(...ranges);
    for (const round of [1, 2])
      expect([round, ranges.every((of, i) => collector.rangeOf(5, `w${i}`) === of)]).toEqual([round, true]);
  });

  it('makes each range the batch it was, over several fetches, once the position has passed its last offset', () => {
    const first = range(0, 5);
    const { collector, closed, read } = setUp(first);
    expect(read([0, 1, 2])).toEqual([]);
    expect(read([4, 5, 6])).toEqual([6]);
    expect(collector.openBytes).toBeGreaterThanOrEqual(5 * RECORD_BYTES);
    collector.closeThrough(5);
    expect([closed, collector.active]).toEqual([[], true]);
    collector.closeThrough(6);
    expect(closed).toEqual([[first, [0, 1, 2, 4, 5]]]);
    expect([collector.active, collector.openBytes]).toEqual([false, 0]);
    collector.closeThrough(7);
    expect(closed).toHaveLength(1);
  });

  it('closes what was passed in the order of the first offsets, and says which ranges Kafka has nothing of any more', () => {
    const [a, gone, b, later] = [range(0, 9, 'a'), range(2, 3, 'c'), range(4, 7, 'b'), range(8, 20, 'b')];
    const { collector, closed, read } = setUp(a, gone, b, later);
    read([4, 5], 'b');
    read([6], 'a');
    read([9], 'b');
    collector.closeThrough(10);
    expect(closed).toEqual([
      [a, [6], 'a'],
      [gone, 'emptied'],
      [b, [4, 5], 'b'],
    ]);
    expect([collector.active, collector.rangeOf(9, 'b')]).toEqual([true, later]);
  });

  it('knows what is done until the position has passed it, and closes nothing for it', () => {
    const done = range(0, 5, undefined, true);
    const { collector, closed } = setUp(done);
    expect(collector.rangeOf(3, undefined)).toBe(done);
    collector.closeThrough(6);
    expect([closed, collector.active, collector.rangeOf(3, undefined)]).toEqual([[], false, undefined]);
  });

  it('gives up a range of exactly the records of a batch that was cut without it', () => {
    const alone = range(3, 3, 'a');
    const { collector, closed } = setUp(range(0, 2, 'a', true), alone);
    expect(collector.takeOut(3, 4, windowName('a'))).toBeUndefined();
    expect(collector.takeOut(3, 3, windowName('b'))).toBeUndefined();
    expect(collector.takeOut(0, 2, windowName('a'))).toBeUndefined();
    expect(collector.takeOut(3, 3, windowName('a'))).toBe(alone);
    expect(collector.takeOut(3, 3, windowName('a'))).toBeUndefined();
    collector.closeThrough(10);
    expect(closed).toEqual([]);
  });

  it('says what must still be read to its end: not what is done, and not what begins later', () => {
    const { collector } = setUp(range(0, 3, undefined, true), range(4, 9), range(10, 12));
    expect([3, 4, 20].map((offset) => collector.holdsBack(offset))).toEqual([false, true, true]);
    collector.closeThrough(10);
    expect([9, 10].map((offset) => collector.holdsBack(offset))).toEqual([false, true]);
  });

  it('lets go of the memory of what it collected when it is dropped', () => {
    const { collector, closed } = setUp(range(0, 5));
    let held = 0;
    const memory = { retain: () => void held++, release: () => void held--, discard: () => undefined };
    const block = { ...blockAt([0, 1]), memory };
    for (const index of [0, 1])
      collector.add(collector.rangeOf(index, undefined) as Planned, block, index, 1, undefined);
    expect(held).toBe(1);
    collector.drop();
    collector.closeThrough(10);
    expect([held, collector.active, collector.openBytes, closed]).toEqual([0, false, 0, []]);
  });
});
