import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../../../functions/dispatcher/redrive/pacer.ts';
import type { Clock } from '../../../../../shared/clock.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const never = new AbortController().signal;

/** Takes slices until `stop`, and counts the records. */
function taking(pacer: Pacer, slice: number, stop = never) {
  const taken = { records: 0, stopped: false };
  const loop = async () => {
    while (await pacer.take(slice, stop)) taken.records += slice;
    taken.stopped = true;
  };
  void loop();
  return taken;
}

describe('Pacer', () => {
  it.each([
    [100, 10],
    [50, 5],
    [7, 1],
    [1, 1],
    [20, 100],
  ])('lets %i records a second go, in slices of %i', async (rate, slice) => {
    const clock = new ManualClock();
    const taken = taking(new Pacer(rate, clock), slice);
    await settle();
    expect(taken.records).toBe(slice);
    for (let second = 1; second <= 20; second++) {
      await clock.advance(1_000);
      // The first slice goes before any time has passed.
      expect(taken.records).toBeGreaterThan(second * rate - slice);
      expect(taken.records).toBeLessThanOrEqual(second * rate + slice);
    }
  });

  it('keeps to the rate though each timer is late', async () => {
    const clock = new ManualClock();
    const late: Clock = {
      now: () => clock.now(),
      sleep: (ms, signal) => clock.sleep(ms + 30, signal),
      after: (ms, callback) => clock.after(ms, callback),
      breath: () => undefined,
    };
    const taken = taking(new Pacer(100, late), 10);
    await settle();
    await clock.advance(20_000);
    expect(taken.records).toBeGreaterThanOrEqual(1_980);
    expect(taken.records).toBeLessThanOrEqual(2_010);
  });

  it('does not catch up at once on what it missed', async () => {
    const clock = new ManualClock();
    const pacer = new Pacer(100, clock);
    await pacer.take(10, never);
    await clock.advance(60_000);
    const taken = taking(pacer, 10);
    await settle();
    await clock.advance(1_000);
    expect(taken.records).toBeLessThanOrEqual(110);
  });

  it('waits for nothing without a limit', async () => {
    const clock = new ManualClock();
    const pacer = new Pacer(0, clock);
    for (let i = 0; i < 1_000; i++) expect(await pacer.take(100, never)).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('waits no longer than its interval when the clock is set back', async () => {
    const clock = new ManualClock();
    const taken = taking(new Pacer(100, clock), 10);
    await settle();
    await clock.advance(1_000);
    const before = taken.records;
    clock.setBack(3_600_000);
    await clock.advance(1_000);
    expect(taken.records - before).toBeGreaterThanOrEqual(80);
    expect(taken.records - before).toBeLessThanOrEqual(110);
  });

  it('lets nothing go any more when it is to stop', async () => {
    const stop = new AbortController();
    const clock = new ManualClock();
    const taken = taking(new Pacer(1, clock), 1, stop.signal);
    await settle();
    stop.abort();
    await settle();
    expect(taken).toEqual({ records: 1, stopped: true });
    expect(clock.waiting).toBe(0);
  });

  it('announces about two seconds of records, and sends a tenth of a second of them at once', () => {
    const clock = new ManualClock();
    const sizes = (rate: number) => {
      const { chunkSize, sliceSize } = new Pacer(rate, clock);
      return { chunkSize, sliceSize };
    };
    expect(sizes(0)).toEqual({ chunkSize: 500, sliceSize: 100 });
    expect(sizes(1)).toEqual({ chunkSize: 2, sliceSize: 1 });
    expect(sizes(100)).toEqual({ chunkSize: 200, sliceSize: 10 });
    expect(sizes(10_000)).toEqual({ chunkSize: 500, sliceSize: 1_000 });
  });
});
