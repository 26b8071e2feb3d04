import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../../shared/envelope/block-builder.ts';
import { FatalError } from '../../../shared/errors.ts';
import { OffsetTracker } from '../../../shared/offset-tracker.ts';
import { batchOfRecords, blockOf, offsets } from '../../helpers/records.ts';

const TP = { topic: 'orders', partition: 0 };

function trackerOf(position: number, ...tracked: number[]) {
  const tracker = new OffsetTracker(TP, position);
  if (tracked.length > 0) tracker.track(blockOf(tracked));
  return tracker;
}

/** What a tracker keeps, without rings. */
class TrackerModel {
  /** From the first that is not acked. */
  tracked: number[] = [];
  readonly acked = new Set<number>();
  position = 0;
  runEnd = 0;

  get head(): number {
    return this.tracked[0] ?? this.position;
  }

  get unacked(): number {
    return this.tracked.filter((offset) => !this.acked.has(offset)).length;
  }

  track(offsets: readonly number[]): void {
    for (const offset of offsets) {
      if (offset < this.position) throw new FatalError('OFFSET_OUT_OF_ORDER', '');
      this.tracked.push(offset);
      this.position = offset + 1;
    }
  }

  ack(offsets: readonly number[]): void {
    for (const offset of offsets) {
      if (!this.tracked.includes(offset)) throw new FatalError('OFFSET_UNKNOWN', '');
      if (this.acked.has(offset)) throw new FatalError('OFFSET_ACKED_TWICE', '');
      this.acked.add(offset);
    }
    while (this.tracked[0] !== undefined && this.acked.has(this.tracked[0])) {
      this.runEnd = this.tracked[0] + 1;
      this.tracked.shift();
    }
    if (this.tracked.length === 0) this.runEnd = this.position;
  }
}

describe('OffsetTracker', () => {
  it('has nothing to commit at first', () => {
    const tracker = trackerOf(100);
    expect(tracker.committable()).toBeUndefined();
    expect(tracker).toMatchObject({
      unacked: 0,
      settled: true,
      firstUnacked: undefined,
      position: 100,
      committed: 100,
    });
  });

  it('commits one past the longest acked run, over gaps', () => {
    const tracker = trackerOf(10, 10, 12, 20, 21);
    tracker.ack(12);
    expect(tracker.committable()).toBeUndefined();
    expect(tracker).toMatchObject({ unacked: 3, settled: false, firstUnacked: 10 });
    tracker.ack(10);
    expect(tracker.committable()).toBe(13);
    tracker.ack(21);
    expect(tracker.committable()).toBe(13);
    tracker.ack(20);
    expect(tracker.committable()).toBe(22);
    expect(tracker.settled).toBe(true);
  });

  it('says nothing twice: what is marked committed is not new', () => {
    const tracker = trackerOf(0, 0, 1);
    tracker.ack(0);
    tracker.markCommitted(1);
    expect(tracker.committable()).toBeUndefined();
    tracker.ack(1);
    tracker.markCommitted(0);
    expect(tracker.committed).toBe(1);
    expect(tracker.committable()).toBe(2);
  });

  it('commits the position past records that nobody sees, once everything seen is acked', () => {
    const tracker = trackerOf(0, 0, 1);
    tracker.advance(10);
    tracker.ack(0);
    expect(tracker.committable()).toBe(1);
    tracker.ack(1);
    expect(tracker.committable()).toBe(10);
    tracker.advance(15);
    expect(tracker.committable()).toBe(15);
    tracker.track(blockOf([20]));
    tracker.advance(30);
    expect(tracker.committable()).toBe(15);
    tracker.advance(3);
    tracker.ack(20);
    expect(tracker.committable()).toBe(30);
  });

  it('commits past a partition of nothing but control records', () => {
    const tracker = trackerOf(7);
    tracker.advance(9);
    expect(tracker.committable()).toBe(9);
  });

  it('acks batches of several blocks, in any order', () => {
    const tracker = trackerOf(0, ...offsets(0, 50));
    tracker.track(blockOf(offsets(60, 100)));
    const second = batchOf(blockOf(offsets(60, 100)));
    tracker.ackBatch(second);
    expect(tracker.committable()).toBeUndefined();
    tracker.ackBatch(batchOf(blockOf(offsets(0, 50)), 1, 50));
    expect(tracker.unacked).toBe(1);
    tracker.ackBatch(batchOfRecords([0]));
    expect(tracker.committable()).toBe(100);
  });

  it.each([
    ['an offset never tracked', (t: OffsetTracker) => t.ack(11), 'OFFSET_UNKNOWN'],
    ['an offset past the end', (t: OffsetTracker) => t.ack(99), 'OFFSET_UNKNOWN'],
    ['an offset of the run before', (t: OffsetTracker) => t.ack(9), 'OFFSET_UNKNOWN'],
    ['NaN', (t: OffsetTracker) => t.ack(Number.NaN), 'OFFSET_UNKNOWN'],
    ['a batch with an unknown record', (t: OffsetTracker) => t.ackBatch(batchOfRecords([12, 13])), 'OFFSET_UNKNOWN'],
    ['a record twice', (t: OffsetTracker) => [t.ack(12), t.ack(12)], 'OFFSET_ACKED_TWICE'],
    ['a batch twice', (t: OffsetTracker) => [12, 12].map((o) => t.ackBatch(batchOfRecords([o]))), 'OFFSET_ACKED_TWICE'],
    ['a commit past the acked run', (t: OffsetTracker) => t.markCommitted(13), 'OFFSET_UNKNOWN'],
  ])('refuses to ack %s', (_name, act, code) => {
    const tracker = trackerOf(9, 9, 10, 12, 14);
    tracker.ack(9);
    expect(() => act(tracker)).toThrow(
      expect.objectContaining({ code, name: 'FatalError', context: expect.objectContaining(TP) }),
    );
    expect(tracker.committable()).toBe(10);
  });

  it.each([
    ['an offset twice', [5, 5]],
    ['an older offset', [6, 4]],
    ['one before the starting position', [4]],
  ])('refuses to track %s', (_name, tracked) => {
    expect(() => trackerOf(5, ...tracked)).toThrow(expect.objectContaining({ code: 'OFFSET_OUT_OF_ORDER' }));
  });

  it('refuses a record below the position that may be committed already', () => {
    const tracker = trackerOf(0);
    tracker.advance(10);
    expect(() => tracker.track(blockOf([9]))).toThrow(expect.objectContaining({ code: 'OFFSET_OUT_OF_ORDER' }));
  });

  it('never commits again once revoked, and ignores what comes late', () => {
    const tracker = trackerOf(0, 0, 1, 2);
    tracker.ack(0);
    expect(tracker.committable()).toBe(1);
    tracker.revoke();
    tracker.ack(1);
    tracker.ack(99);
    tracker.ackBatch(batchOfRecords([2]));
    tracker.track(blockOf([3]));
    tracker.advance(50);
    expect(tracker.committable()).toBeUndefined();
    expect([tracker.unacked, tracker.firstUnacked, tracker.position]).toEqual([0, undefined, 3]);
  });

  it('holds many records, wraps around and drains to nothing, again and again', () => {
    const tracker = trackerOf(0);
    let next = 0;
    for (let round = 0; round < 4; round++) {
      let acked = next;
      for (const size of [700, 600, 5_000, 300]) {
        tracker.track(blockOf(offsets(next, next + size)));
        next += size;
        // The last hundred stay behind: the ring's head has moved when it wraps around and when it grows.
        tracker.ackBatch(batchOf(blockOf(offsets(acked, next - 100))));
        acked = next - 100;
        expect(tracker.firstUnacked).toBe(acked);
      }
      tracker.ackBatch(batchOf(blockOf(offsets(acked, next))));
      tracker.track(blockOf(offsets(next, next + 3_000)));
      for (const offset of offsets(next + 1, next + 3_000).reverse()) tracker.ack(offset);
      expect(tracker.committable()).toBe(next);
      expect(tracker.unacked).toBe(1);
      tracker.track(blockOf(offsets(next + 3_000, next + 9_000)));
      tracker.ack(next);
      expect(tracker.committable()).toBe(next + 3_000);
      tracker.ackBatch(batchOf(blockOf(offsets(next + 3_000, next + 9_000))));
      next += 9_000;
      expect(tracker.committable()).toBe(next);
      tracker.markCommitted(next);
    }
  });

  it('never passes an unacked record, never goes back, and finally commits everything, for any order of events', () => {
    const event = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('track' as const),
          gaps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 40 }),
        }),
      },
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('ack' as const), pick: fc.nat() }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('batch' as const),
          pick: fc.nat(),
          size: fc.integer({ min: 1, max: 20 }),
        }),
      },
      fc.record({ kind: fc.constant('advance' as const), by: fc.nat(5) }),
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), fc.nat(1e6), fc.boolean(), (events, start, crash) => {
        const tracker = new OffsetTracker(TP, start);
        let position = start;
        let committed = start;
        const open: number[] = [];
        const check = () => {
          const offset = tracker.committable();
          const bound = open.length > 0 ? Math.min(...open) : position;
          if (offset !== undefined) {
            expect(offset).toBeGreaterThan(committed);
            expect(offset).toBeLessThanOrEqual(bound);
          }
          expect(tracker.unacked).toBe(open.length);
          expect(tracker.firstUnacked).toBe(open.length > 0 ? bound : undefined);
          if (open.length === 0) expect(offset ?? committed).toBe(position);
          return offset;
        };
        for (const e of events) {
          if (e.kind === 'track') {
            const tracked = e.gaps.map((gap) => {
              const offset = position + gap - 1;
              position = offset + 1;
              return offset;
            });
            tracker.track(blockOf(tracked));
            open.push(...tracked);
          } else if (e.kind === 'ack' && open.length > 0) {
            const [offset = -1] = open.splice(e.pick % open.length, 1);
            tracker.ack(offset);
          } else if (e.kind === 'batch' && open.length > 0) {
            tracker.ackBatch(batchOfRecords(open.splice(e.pick % open.length, e.size)));
          } else if (e.kind === 'advance') {
            position += e.by;
            tracker.advance(position);
          } else if (e.kind === 'commit') {
            committed = tracker.committable() ?? committed;
            tracker.markCommitted(committed);
          }
          check();
        }
        if (crash) {
          tracker.revoke();
          for (const offset of open) tracker.ack(offset);
          expect(tracker.committable()).toBeUndefined();
          return;
        }
        for (const offset of open.splice(0)) tracker.ack(offset);
        expect(check() ?? committed).toBe(position);
      }),
      { numRuns: 500 },
    );
  });

  it('answers as a list of offsets would, errors included, for blocks and batches of any shape', () => {
    const part = fc.record({ from: fc.nat(80), count: fc.integer({ min: 1, max: 30 }) });
    const step = fc.oneof(
      fc.record({ track: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 }) }),
      { weight: 3, arbitrary: fc.record({ batch: fc.array(part, { minLength: 1, maxLength: 3 }) }) },
      fc.record({ ack: fc.nat(80) }),
    );
    const attempt = (act: () => void) => {
      try {
        act();
        return 'done';
      } catch (thrown) {
        return thrown instanceof FatalError ? thrown.code : thrown;
      }
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const tracker = new OffsetTracker(TP, 0);
        const model = new TrackerModel();
        for (const s of steps) {
          if ('track' in s) {
            // A gap of 0 is an offset that was there before.
            let last = model.position - 1;
            const tracked = s.track.map((gap, index) => (last += index % 9 === 8 ? gap : Math.max(1, gap)));
            expect(attempt(() => tracker.track(blockOf(tracked)))).toBe(attempt(() => model.track(tracked)));
          } else if ('ack' in s) {
            const offset = model.head + s.ack;
            expect(attempt(() => tracker.ack(offset))).toBe(attempt(() => model.ack([offset])));
          } else {
            // Of what is tracked, in the order it came; parts may overlap.
            const parts = s.batch.map(({ from, count }) => model.tracked.slice(from, from + count));
            const segments = parts
              .filter((one) => one.length > 0)
              .map((one) => ({ block: blockOf(one), from: 0, to: one.length }));
            if (segments.length === 0) continue;
            const batch = { ...batchOfRecords([0]), segments };
            expect(attempt(() => tracker.ackBatch(batch))).toBe(attempt(() => model.ack(parts.flat())));
          }
          expect([tracker.unacked, tracker.firstUnacked, tracker.position]).toEqual([
            model.unacked,
            model.tracked[0],
            model.position,
          ]);
          expect(tracker.committable() ?? 0).toBe(model.runEnd);
          for (const offset of model.tracked) expect(tracker.isAcked(offset)).toBe(model.acked.has(offset));
        }
      }),
      { numRuns: 500 },
    );
  });
});
