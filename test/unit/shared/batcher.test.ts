import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher, type BatchLimits, type CloseReason } from '../../../shared/batcher.ts';
import { originalOf } from '../../../shared/envelope/block-builder.ts';
import { encodedRecordBytes } from '../../../shared/envelope/element-size.ts';
import { ENVELOPE_OVERHEAD_BYTES, encodeEnvelope, PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import { type RecordBatch, recordsOf } from '../../../shared/records.ts';
import { blockOf, offsets, offsetsOf } from '../../helpers/records.ts';

const TP = { topic: 'orders', partition: 0 };

interface Closed {
  readonly batch: RecordBatch;
  readonly reason: CloseReason;
}

function batcherOf(limits: Partial<BatchLimits> = {}) {
  const closed: Closed[] = [];
  const all = { maxRecords: 1_000, maxBytes: 1_000_000, lingerMs: 1_000, maxOpenWindows: 8, ...limits };
  const batcher = new Batcher(TP, all, (batch, reason) => closed.push({ batch, reason }));
  return { batcher, closed, summary: () => closed.map(({ batch, reason }) => [reason, offsetsOf(batch)]) };
}

/** What a batcher does with records that come one by one, by the book. */
class BatcherModel {
  readonly #open: { window: string | undefined; bytes: number; offsets: number[]; touched: number }[] = [];
  #added = 0;
  #period: number | undefined;

  constructor(
    private readonly limits: BatchLimits,
    private readonly onClosed: (reason: CloseReason, window: string | undefined, bytes: number, of: number[]) => void,
  ) {}

  get openBytes(): number {
    return this.#open.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  add(offset: number, encodedBytes: number, window: string | undefined, now: number): void {
    const { maxRecords, maxBytes, maxOpenWindows, periodOf } = this.limits;
    if (periodOf !== undefined && periodOf(now) !== this.#period) this.flush('schedule');
    this.#period = periodOf?.(now);
    const at = this.#open.findIndex((open) => open.window === window);
    if (at >= 0 && (this.#open[at]?.bytes ?? 0) + encodedBytes > maxBytes) this.#close(at, 'bytes');
    if (!this.#open.some((open) => open.window === window)) {
      if (this.#open.length >= maxOpenWindows) {
        const oldest = Math.min(...this.#open.map(({ touched }) => touched));
        this.#close(
          this.#open.findIndex(({ touched }) => touched === oldest),
          'window',
        );
      }
      this.#open.push({ window, bytes: ENVELOPE_OVERHEAD_BYTES, offsets: [], touched: 0 });
    }
    const index = this.#open.findIndex((open) => open.window === window);
    const open = this.#open[index];
    if (open === undefined) return;
    open.bytes += encodedBytes;
    open.offsets.push(offset);
    open.touched = ++this.#added;
    if (open.offsets.length >= maxRecords) this.#close(index, 'count');
    else if (open.bytes >= maxBytes) this.#close(index, 'bytes');
  }

  flush(reason: CloseReason): void {
    while (this.#open.length > 0) this.#close(0, reason);
  }

  #close(index: number, reason: CloseReason): void {
    const [open] = this.#open.splice(index, 1);
    if (open !== undefined) this.onClosed(reason, open.window, open.bytes, open.offsets);
  }
}

describe('Batcher', () => {
  it('closes at once when a record makes it full by count', () => {
    const { batcher, summary } = batcherOf({ maxRecords: 3 });
    const block = blockOf(offsets(0, 7));
    for (let i = 0; i < 7; i++) batcher.add(block, i, 10, undefined, 0);
    expect(summary()).toEqual([
      ['count', [0, 1, 2]],
      ['count', [3, 4, 5]],
    ]);
    expect(batcher.openRecords).toBe(1);
  });

  it('closes before the record that would pass the bytes, and begins the next batch with it', () => {
    const { batcher, closed, summary } = batcherOf({ maxBytes: ENVELOPE_OVERHEAD_BYTES + 100 });
    const block = blockOf(offsets(0, 3));
    batcher.add(block, 0, 60, undefined, 0);
    batcher.add(block, 1, 41, undefined, 0);
    expect(summary()).toEqual([['bytes', [0]]]);
    expect(batcher.openRecords).toBe(1);
    batcher.add(block, 2, 59, undefined, 0);
    expect(summary()).toEqual([
      ['bytes', [0]],
      ['bytes', [1, 2]],
    ]);
    expect(closed.map(({ batch }) => batch.encodedBytes)).toEqual([62, 102]);
    expect(batcher.openBytes).toBe(0);
  });

  it('lets a record that alone is over the soft limit go alone', () => {
    const { batcher, summary } = batcherOf({ maxBytes: 100 });
    const block = blockOf(offsets(0, 3));
    batcher.add(block, 0, 10, undefined, 0);
    batcher.add(block, 1, 500, undefined, 0);
    batcher.add(block, 2, 10, undefined, 0);
    batcher.flush('flush');
    expect(summary()).toEqual([
      ['bytes', [0]],
      ['bytes', [1]],
      ['flush', [2]],
    ]);
  });

  it('waits no longer than its age allows when the clock is set back', () => {
    const { batcher, summary } = batcherOf({ lingerMs: 100 });
    batcher.add(blockOf(offsets(0, 1)), 0, 10, undefined, 1_000_000);
    batcher.closeDue(500);
    batcher.closeDue(599);
    expect(summary()).toEqual([]);
    batcher.closeDue(600);
    expect(summary()).toEqual([['age', [0]]]);
  });

  it('closes by age from the first record of each batch', () => {
    const { batcher, summary } = batcherOf({ lingerMs: 100 });
    const block = blockOf(offsets(0, 4));
    expect(batcher.msUntilDue(0)).toBeUndefined();
    batcher.add(block, 0, 10, 'a', 1_000);
    batcher.add(block, 1, 10, 'b', 1_050);
    batcher.add(block, 2, 10, 'a', 1_099);
    expect(batcher.msUntilDue(1_099)).toBe(1);
    batcher.closeDue(1_099);
    expect(summary()).toEqual([]);
    expect(batcher.msUntilDue(1_200)).toBe(0);
    batcher.closeDue(1_100);
    expect(summary()).toEqual([['age', [0, 2]]]);
    expect(batcher.msUntilDue(1_100)).toBe(50);
    batcher.closeDue(9_000);
    expect(summary()).toEqual([
      ['age', [0, 2]],
      ['age', [1]],
    ]);
    expect(batcher.msUntilDue(9_000)).toBeUndefined();
  });

  it('keeps windows apart and closes the one that nothing came for when there are too many', () => {
    const { batcher, closed, summary } = batcherOf({ maxOpenWindows: 2 });
    const block = blockOf(offsets(0, 6));
    for (const [i, window] of ['a', 'b', 'a', 'c', 'a', 'd'].entries()) batcher.add(block, i, 10, window, i);
    expect(summary()).toEqual([
      ['window', [1]],
      ['window', [3]],
    ]);
    expect(closed.map(({ batch }) => batch.window)).toEqual(['b', 'c']);
    batcher.flush('flush');
    expect(summary().slice(2)).toEqual([
      ['flush', [0, 2, 4]],
      ['flush', [5]],
    ]);
  });

  it('closes everything when the clock passes into another period, by the tick or by the next record', () => {
    const { batcher, summary } = batcherOf({ lingerMs: 1_000_000, periodOf: (now) => Math.floor(now / 1_000) });
    const block = blockOf(offsets(0, 6));
    batcher.add(block, 0, 10, 'a', 5_000);
    batcher.add(block, 1, 10, 'b', 5_400);
    batcher.closeDue(5_999);
    expect(summary()).toEqual([]);
    batcher.closeDue(6_000);
    expect(summary()).toEqual([
      ['schedule', [0]],
      ['schedule', [1]],
    ]);
    batcher.add(block, 2, 10, 'a', 6_100);
    batcher.add(block, 3, 10, 'a', 7_000);
    // A clock that is set back: another period all the same.
    batcher.add(block, 4, 10, 'a', 6_900);
    expect(summary().slice(2)).toEqual([
      ['schedule', [2]],
      ['schedule', [3]],
    ]);
    expect(batcher.openRecords).toBe(1);
  });

  it('makes one batch a window and period, however the windows interleave and however late records are', () => {
    const { batcher, closed } = batcherOf({ lingerMs: 1_000_000, periodOf: (now) => Math.floor(now / 1_000) });
    const block = blockOf(offsets(0, 4_000));
    for (let i = 0; i < 4_000; i++) batcher.add(block, i, 10, `hour ${(i * 7) % 8}`, i);
    batcher.flush('flush');
    expect(closed).toHaveLength(8 * 4);
    expect(closed.every(({ reason }) => reason !== 'window')).toBe(true);
  });

  it('lets the hour of now grow while ever other late ones come', () => {
    const { batcher, closed } = batcherOf({ lingerMs: 1_000_000, maxOpenWindows: 8 });
    const block = blockOf(offsets(0, 1_000));
    for (let i = 0; i < 1_000; i++) batcher.add(block, i, 10, i % 10 === 9 ? `late ${i % 300}` : 'now', i);
    expect(closed.some(({ batch }) => batch.window === 'now')).toBe(false);
    batcher.flush('flush');
    expect(closed.filter(({ batch }) => batch.window === 'now').map(({ batch }) => batch.count)).toEqual([900]);
  });

  it('extends one segment over consecutive records and begins another where they are not', () => {
    const { batcher, closed } = batcherOf();
    const first = blockOf(offsets(0, 10));
    const second = blockOf(offsets(10, 12));
    for (const i of [0, 1, 2, 5, 6]) batcher.add(first, i, 10, undefined, 0);
    for (const i of [0, 1]) batcher.add(second, i, 10, undefined, 0);
    batcher.flush('flush');
    expect(closed[0]?.batch.segments.map(({ block, from, to }) => [block === first, from, to])).toEqual([
      [true, 0, 3],
      [true, 5, 7],
      [false, 0, 2],
    ]);
    expect(closed[0]?.batch).toMatchObject({ ...TP, count: 7, firstOffset: 0, lastOffset: 11, encodedBytes: 72 });
    expect(closed[0]?.batch).not.toHaveProperty('window');
  });

  it('sends a record alone after the open batch of its window and leaves other windows open', () => {
    const { batcher, closed, summary } = batcherOf();
    const block = blockOf(offsets(0, 4));
    batcher.add(block, 0, 10, 'a', 0);
    batcher.add(block, 1, 10, 'b', 0);
    batcher.addAlone(block, 2, 500, 'a', null);
    expect(summary()).toEqual([
      ['bytes', [0]],
      ['bytes', [2]],
    ]);
    expect(closed[1]?.batch).toMatchObject({ window: 'a', count: 1, encodedBytes: 502 });
    expect(closed[1]?.batch.segments[0]?.block).toBe(block);
    expect(batcher.openRecords).toBe(1);
  });

  it('sends an overflowed record with its overflow in place of its value', () => {
    const { batcher, closed } = batcherOf();
    const block = blockOf([{ offset: 4, key: 'k', value: 'large' }]);
    batcher.addAlone(block, 0, 90, undefined, { valueSize: 5 });
    const batch = closed[0]?.batch;
    expect(batch && [...recordsOf(batch)]).toMatchObject([
      { offset: 4, value: null, valueSize: 5, overflow: { valueSize: 5 } },
    ]);
    expect(batch?.encodedBytes).toBe(92);
    const segment = batch?.segments[0];
    expect(segment && originalOf(segment.block, segment.from)).toEqual({ block, index: 0 });
  });

  it('closes the largest and says how many bytes that were', () => {
    const { batcher, summary } = batcherOf();
    const block = blockOf(offsets(0, 3));
    expect(batcher.closeLargest('memory')).toBe(0);
    batcher.add(block, 0, 10, 'a', 0);
    batcher.add(block, 1, 30, 'b', 0);
    batcher.add(block, 2, 20, 'c', 0);
    expect(batcher.openBytes).toBe(66);
    expect(batcher.closeLargest('memory')).toBe(32);
    expect(summary()).toEqual([['memory', [1]]]);
    expect(batcher.openBytes).toBe(34);
  });

  it('cuts runs where adding record by record would, for any sizes, limits and windows', () => {
    const run = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 }),
      window: fc.constantFrom(undefined, 'a', 'b', 'c'),
      waitMs: fc.nat(30),
    });
    const limit = fc.record({
      maxRecords: fc.integer({ min: 1, max: 12 }),
      maxBytes: fc.integer({ min: 3, max: 300 }),
      maxOpenWindows: fc.integer({ min: 1, max: 3 }),
      periodOf: fc.constantFrom(undefined, (now: number) => Math.floor(now / 50)),
    });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 12 }), limit, fc.nat(3), (runs, limits, before) => {
        const { batcher, closed } = batcherOf(limits);
        const expected: [CloseReason, string | undefined, number, number[]][] = [];
        const model = new BatcherModel({ lingerMs: 1_000, ...limits }, (...batch) => expected.push(batch));
        let offset = 0;
        let now = 0;
        for (const { sizes, window, waitMs } of runs) {
          now += waitMs;
          const block = blockOf(offsets(offset - before, offset + sizes.length));
          const column = Float64Array.from([7, ...sizes]);
          batcher.addRun({ block, from: before, to: before + sizes.length }, column, before - 1, window, now);
          for (const size of sizes) model.add(offset++, size, window, now);
          expect(batcher.openBytes).toBe(model.openBytes);
        }
        batcher.flush('flush');
        model.flush('flush');
        expect(closed.map(({ batch, reason }) => [reason, batch.window, batch.encodedBytes, offsetsOf(batch)])).toEqual(
          expected,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('loses and repeats nothing, keeps order in a window and every limit, for any stream', () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.record({ kind: fc.constant('add' as const), size: fc.nat(40), window: fc.nat(4) }) },
      fc.record({ kind: fc.constant('alone' as const), window: fc.nat(4) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(60) }),
      fc.record({ kind: fc.constant('flush' as const) }),
      fc.record({ kind: fc.constant('memory' as const) }),
    );
    const limit = fc.record({
      maxRecords: fc.integer({ min: 1, max: 5 }),
      maxBytes: fc.integer({ min: 150, max: 500 }),
      lingerMs: fc.integer({ min: 1, max: 100 }),
      maxOpenWindows: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        limit,
        fc.integer({ min: 1, max: 7 }),
        (steps, limits, blockSize) => {
          const { batcher, closed } = batcherOf(limits);
          const given = steps.flatMap((s) => (s.kind === 'add' ? [s.size] : s.kind === 'alone' ? [90] : []));
          const blocks = Array.from({ length: Math.ceil(given.length / blockSize) }, (_, b) =>
            blockOf(
              given
                .slice(b * blockSize, (b + 1) * blockSize)
                .map((size, i) => ({ offset: b * blockSize + i, value: '"'.repeat(size) })),
            ),
          );
          let next = 0;
          let now = 0;
          const windows = new Map<number, string>();
          for (const s of steps) {
            if (s.kind === 'wait') {
              now += s.ms;
              batcher.closeDue(now);
            } else if (s.kind === 'flush') batcher.flush('flush');
            else if (s.kind === 'memory') batcher.closeLargest('memory');
            else {
              const block = blocks[Math.floor(next / blockSize)] ?? blockOf([]);
              const index = next % blockSize;
              const bytes = encodedRecordBytes(block, index, PLAIN_ENVELOPE);
              windows.set(next, `w${s.window}`);
              if (s.kind === 'add') batcher.add(block, index, bytes, `w${s.window}`, now);
              else batcher.addAlone(block, index, bytes, `w${s.window}`, null);
              next++;
            }
            const out = closed.reduce((sum, { batch }) => sum + batch.count, 0);
            expect(out + batcher.openRecords).toBe(next);
            expect(batcher.msUntilDue(now) === undefined).toBe(batcher.openRecords === 0);
          }
          batcher.flush('flush');
          expect([batcher.openRecords, batcher.openBytes]).toEqual([0, 0]);
          const seen = closed.flatMap(({ batch }) => offsetsOf(batch));
          expect(seen.toSorted((a, b) => a - b)).toEqual(offsets(0, next));
          const lastOf = new Map<string | undefined, number>();
          for (const { batch } of closed) {
            expect(batch.count).toBeGreaterThan(0);
            expect(batch.count).toBeLessThanOrEqual(limits.maxRecords);
            const request = encodeEnvelope(batch, PLAIN_ENVELOPE);
            expect(request.length).toBeLessThanOrEqual(batch.encodedBytes);
            if (batch.count > 1) expect(batch.encodedBytes).toBeLessThanOrEqual(limits.maxBytes);
            for (const offset of offsetsOf(batch)) {
              expect(batch.window).toBe(windows.get(offset));
              expect(offset).toBeGreaterThan(lastOf.get(batch.window) ?? -1);
              lastOf.set(batch.window, offset);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
