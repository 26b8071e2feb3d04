import { describe, expect, it } from 'vitest';
import { LatencyTrend } from '../../../../../functions/dispatcher/target-gate/latency-trend.ts';

const MIB = 1024 * 1024;

/** Calls of `bytes` that take `durationMs` in turn, `count` in all; whether any of them was slower than usual. */
function calls(trend: LatencyTrend, count: number, durationMs: (call: number) => number, bytes = 0): boolean {
  return Array.from({ length: count }, (_, call) => trend.observe(durationMs(call), bytes)).includes(true);
}

describe('LatencyTrend', () => {
  it('sees that calls take several times as long as before', () => {
    const trend = new LatencyTrend();
    expect(calls(trend, 100, (call) => 200 + (call % 5) * 10)).toBe(false);
    expect(calls(trend, 10, () => 1_500)).toBe(true);
  });

  it('is not moved by one slow call that the next ones do not confirm, nor by what came to stay', () => {
    const trend = new LatencyTrend();
    calls(trend, 100, (call) => 200 + (call % 5) * 40);
    expect(trend.observe(350, 0)).toBe(false);
    expect(calls(trend, 50, (call) => 200 + (call % 5) * 40)).toBe(false);
    calls(trend, 400, () => 1_500);
    expect(calls(trend, 50, () => 1_500)).toBe(false);
  });

  it('leaves fast calls their jitter, however large it is beside them', () => {
    const trend = new LatencyTrend();
    calls(trend, 100, () => 2);
    expect(calls(trend, 50, () => 60)).toBe(false);
  });

  it('judges large batches by the byte: ten times as much may take ten times as long', () => {
    const trend = new LatencyTrend();
    expect(calls(trend, 100, () => 400, 4 * MIB)).toBe(false);
    expect(calls(trend, 50, () => 4_000, 40 * MIB)).toBe(false);
    expect(calls(trend, 50, () => 4_000, 4 * MIB)).toBe(true);
  });

  it('judges nothing before it knows what is usual', () => {
    const trend = new LatencyTrend();
    expect(calls(trend, 20, (call) => call * 1_000)).toBe(false);
  });
});
