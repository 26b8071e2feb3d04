/** The longest time that this process could not attend to anything: while one piece of work keeps the event loop, heartbeats, commits and
 *  answers of targets wait. */
import type { IntervalHistogram } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** Of the timer whose lateness is measured: what is told is too short by this at most. Below, the timer itself would be felt in an idle
 *  process; at this it takes 0.4 % of a core, and runs no JavaScript. */
export const STALL_RESOLUTION_MS = 10;

/** As `monitorEventLoopDelay` makes it, in nanoseconds, with `STALL_RESOLUTION_MS`. */
export type DelayHistogram = Pick<IntervalHistogram, 'max' | 'reset' | 'enable' | 'disable'>;

export class EventLoopStalls {
  readonly #delays: DelayHistogram;
  #longestMs = 0;

  /** Begins to measure; until `stop`. */
  constructor(delays: DelayHistogram) {
    this.#delays = delays;
    delays.enable();
  }

  /** The longest since this was made, in whole ms. */
  get longestMs(): number {
    return Math.round(Math.max(this.#longestMs, this.#presentMs));
  }

  /** The longest since the last call, in ms. */
  takeLongestMs(): number {
    const ms = this.#presentMs;
    this.#longestMs = Math.max(this.#longestMs, ms);
    this.#delays.reset();
    return ms;
  }

  stop(): void {
    this.#delays.disable();
  }

  get #presentMs(): number {
    return Math.max(0, this.#delays.max / 1e6 - STALL_RESOLUTION_MS);
  }
}

/** Adds the gauge of `stalls` to a registry. */
export function watchStalls(stalls: EventLoopStalls, registry: Registry): void {
  new Gauge({
    name: 'spillway_event_loop_stall_seconds',
    help: 'Longest time since the last scrape for which the process attended to nothing.',
    registers: [registry],
    // Over the threads of a worker.
    aggregator: 'max',
    collect() {
      this.set(stalls.takeLongestMs() / 1000);
    },
  });
}
