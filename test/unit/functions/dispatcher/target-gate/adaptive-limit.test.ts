import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveLimit, type ReductionReason } from '../../../../../functions/dispatcher/target-gate/adaptive-limit.ts';

function setUp(maximum = 16) {
  const reductions: ReductionReason[] = [];
  const limit = new AdaptiveLimit(
    () => maximum,
    (reason) => reductions.push(reason),
  );
  return { limit, reductions };
}

describe('AdaptiveLimit', () => {
  it('limits nothing until the first trouble', () => {
    const { limit } = setUp();
    expect(limit.admits(1_000)).toBe(true);
    expect(limit.value).toBe(16);
    limit.succeeded(limit.round, 5, 100);
    expect(limit.admits(1_000)).toBe(true);
  });

  it('halves what was in flight, once for all calls of a round, and goes on to 1', () => {
    const { limit, reductions } = setUp();
    const first = limit.round;
    limit.failed(first, 'throttled', 8);
    expect(limit.value).toBe(4);
    // The other calls of that time met the same target.
    for (let i = 0; i < 7; i++) limit.failed(first, 'throttled', 7 - i);
    expect(limit.value).toBe(4);
    limit.failed(limit.round, 'timeout', 4);
    expect(limit.value).toBe(2);
    limit.failed(limit.round, 'unreachable', 2);
    limit.failed(limit.round, 'unreachable', 1);
    limit.failed(limit.round, 'unreachable', 1);
    expect(limit.value).toBe(1);
    expect(limit.admits(0)).toBe(true);
    expect(limit.admits(1)).toBe(false);
    expect(reductions).toEqual(['throttled', 'timeout', 'unreachable']);
  });

  it('gives back one place for a round of successes, up to no limit', () => {
    const { limit } = setUp();
    limit.failed(limit.round, 'throttled', 8);
    for (let i = 0; i < 4; i++) limit.succeeded(limit.round, 5, 0);
    expect(limit.value).toBeGreaterThan(4.8);
    expect(limit.value).toBeLessThan(5.1);
    expect(limit.admits(5)).toBe(false);
    for (let i = 0; i < 200; i++) limit.succeeded(limit.round, 5, 0);
    expect(limit.value).toBe(16);
    expect(limit.admits(1_000)).toBe(true);
  });

  it('takes a tenth for calls that are slower than usual', () => {
    const { limit, reductions } = setUp(100);
    for (let i = 0; i < 100; i++) limit.succeeded(limit.round, 200 + (i % 3), 0);
    const { round } = limit;
    for (let i = 0; i < 5; i++) limit.succeeded(round, 4_000, 0);
    expect(reductions).toEqual(['latency']);
    expect(limit.value).toBe(90);
    limit.succeeded(limit.round, 4_000, 0);
    expect(limit.value).toBe(81);
  });

  it('stays between 1 and the maximum, whatever happens', () => {
    const event = fc.oneof(
      fc.record({ what: fc.constant('ok' as const), ms: fc.integer({ min: 0, max: 60_000 }) }),
      fc.record({ what: fc.constant('failed' as const), inFlight: fc.integer({ min: 1, max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), fc.integer({ min: 0, max: 40 }), (events, maximum) => {
        const { limit } = setUp(maximum);
        for (const one of events) {
          if (one.what === 'ok') limit.succeeded(limit.round, one.ms, 0);
          else limit.failed(limit.round, 'throttled', one.inFlight);
          expect(limit.value).toBeGreaterThanOrEqual(1);
          expect(limit.value).toBeLessThanOrEqual(Math.max(1, maximum));
          expect(limit.admits(0)).toBe(true);
        }
      }),
    );
  });
});
