import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import {
  type DelayHistogram,
  EventLoopStalls,
  STALL_RESOLUTION_MS,
  watchStalls,
} from '../../../../functions/dispatcher/event-loop-stalls.ts';

/** Delays as Node.js would have measured them. */
class FakeDelays implements DelayHistogram {
  max = 0;
  enabled = false;

  enable(): boolean {
    this.enabled = true;
    return true;
  }

  disable(): boolean {
    this.enabled = false;
    return true;
  }

  reset(): void {
    this.max = 0;
  }

  /** The timer came so many ms late. */
  late(ms: number): void {
    this.max = Math.max(this.max, (STALL_RESOLUTION_MS + ms) * 1e6);
  }
}

describe('EventLoopStalls', () => {
  it('shows the longest stall since the last scrape', async () => {
    const delays = new FakeDelays();
    const registry = new Registry();
    watchStalls(new EventLoopStalls(delays), registry);
    const scrape = async () => /^spillway_event_loop_stall_seconds (\S+)$/m.exec(await registry.metrics())?.[1];
    expect(delays.enabled).toBe(true);
    expect(await scrape()).toBe('0');
    delays.late(40);
    delays.late(15);
    expect(await scrape()).toBe('0.04');
    delays.late(5);
    expect(await scrape()).toBe('0.005');
    expect(await scrape()).toBe('0');
  });

  it('keeps the longest of all, whoever scraped meanwhile', () => {
    const delays = new FakeDelays();
    const stalls = new EventLoopStalls(delays);
    delays.late(30);
    expect(stalls.takeLongestMs()).toBe(30);
    delays.late(20);
    expect([stalls.longestMs, stalls.takeLongestMs(), stalls.longestMs]).toEqual([30, 20, 30]);
    delays.late(70);
    expect(stalls.longestMs).toBe(70);
    stalls.stop();
    expect(delays.enabled).toBe(false);
  });
});
