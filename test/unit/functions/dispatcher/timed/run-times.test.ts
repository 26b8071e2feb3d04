import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTimes } from '../../../../../functions/dispatcher/timed/run-times.ts';

const LIMITS = { timeoutMs: 60_000, reserveMs: 5_000, runMaxMs: undefined, shutdownTimeoutMs: 30_000 };

describe('runTimes', () => {
  it('leaves the larger part of the function’s time for reading', () => {
    expect(runTimes(LIMITS)).toEqual({ readMs: 41_250, sendMs: 6_875, finishMs: 6_875 });
  });

  it('finishes within shutdown.timeout.ms where the function has more time than that', () => {
    expect(runTimes({ ...LIMITS, timeoutMs: 600_000 })).toEqual({ readMs: 565_000, sendMs: 15_000, finishMs: 15_000 });
  });

  it('reads no longer than run.max.ms', () => {
    expect(runTimes({ ...LIMITS, runMaxMs: 1_000 })).toMatchObject({ readMs: 1_000, sendMs: 6_875 });
    expect(runTimes({ ...LIMITS, timeoutMs: undefined, runMaxMs: 1_000 })).toMatchObject({ readMs: 1_000 });
  });

  it('is unbounded outside of a platform', () => {
    expect(runTimes({ ...LIMITS, timeoutMs: undefined })).toBeUndefined();
  });

  it('is refused where nothing is left', () => {
    expect(() => runTimes({ ...LIMITS, timeoutMs: 5_000 })).toThrow(
      /FUNCTION_TIMEOUT|leaves nothing after the 5000 ms/,
    );
  });

  it('never takes more than the function has', () => {
    const ms = fc.integer({ min: 1, max: 86_400_000 });
    fc.assert(
      fc.property(ms, ms, fc.option(ms, { nil: undefined }), ms, (leftMs, reserveMs, runMaxMs, shutdownTimeoutMs) => {
        const times = runTimes({ timeoutMs: leftMs + reserveMs, reserveMs, runMaxMs, shutdownTimeoutMs });
        const { readMs = 0, sendMs = 0, finishMs = 0 } = times ?? {};
        expect(readMs + sendMs + finishMs).toBeLessThanOrEqual(leftMs);
        expect(sendMs + finishMs).toBeLessThanOrEqual(shutdownTimeoutMs);
        expect(Math.min(readMs, sendMs, finishMs)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
