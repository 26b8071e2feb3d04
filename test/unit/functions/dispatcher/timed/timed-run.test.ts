import { describe, expect, it } from 'vitest';
import { timedRun } from '../../../../../functions/dispatcher/timed/timed-run.ts';
import type { RunReport } from '../../../../../functions/dispatcher/worker.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const REPORT: RunReport = { ok: true, reasons: [], started: true, connectors: [], longestStallMs: 0 };
const TIMES = { readMs: 1_000, sendMs: 300, finishMs: 200 };

/** A run whose worker ends when told so. */
function setUp(times: typeof TIMES | undefined) {
  const clock = new ManualClock();
  const signals: { lastCall?: AbortSignal; stop?: AbortSignal } = {};
  let end: (report: RunReport) => void = () => undefined;
  const make = async (lastCall: AbortSignal) => {
    signals.lastCall = lastCall;
    return {
      run: (untilCaughtUp: boolean, stop: AbortSignal) => {
        expect(untilCaughtUp).toBe(true);
        signals.stop = stop;
        return new Promise<RunReport>((resolve) => (end = resolve));
      },
    };
  };
  const run = timedRun(times, make, clock);
  const aborted = () => [signals.lastCall?.aborted, signals.stop?.aborted];
  return { clock, run, aborted, end: () => end(REPORT) };
}

describe('timedRun', () => {
  it('makes the last call when its time is over, and stops when sending takes too long', async () => {
    const { clock, run, aborted, end } = setUp(TIMES);
    await clock.advance(999);
    expect(aborted()).toEqual([false, false]);
    await clock.advance(1);
    expect(aborted()).toEqual([true, false]);
    await clock.advance(300);
    expect(aborted()).toEqual([true, true]);
    end();
    expect(await run).toEqual({ report: REPORT, end: 'time' });
    expect(clock.waiting).toBe(0);
  });

  it('ends earlier when it caught up, and leaves no timer behind', async () => {
    const { clock, run, end } = setUp(TIMES);
    await clock.advance(10);
    end();
    expect(await run).toEqual({ report: REPORT, end: 'caught-up' });
    expect(clock.waiting).toBe(0);
  });

  it('takes as long as it takes where nothing bounds it', async () => {
    const { clock, run, aborted, end } = setUp(undefined);
    await settle();
    expect(clock.waiting).toBe(0);
    await clock.advance(86_400_000);
    expect(aborted()).toEqual([false, false]);
    end();
    expect(await run).toMatchObject({ end: 'caught-up' });
  });

  it('leaves no timer behind when the worker cannot be made', async () => {
    const clock = new ManualClock();
    const broken = new Error('no worker');
    await expect(timedRun(TIMES, () => Promise.reject(broken), clock)).rejects.toBe(broken);
    expect(clock.waiting).toBe(0);
  });
});
