/** How many calls the target gets at one time: fewer when it struggles, more again when it recovers (AIMD). Pure.
 *
 *  There is no limit until the first trouble. Trouble then halves what was in flight, latency well above the usual takes a tenth, every
 *  call that succeeds without adds its share of one place, until the limit is no limit any more. */
import type { Trouble } from '../../../shared/errors.ts';
import { LatencyTrend } from './latency-trend.ts';

export type ReductionReason = Trouble | 'latency';

/** Calls that began before the last reduction do not count again: they met the target as it was before. */
export type Round = number;

const HALF = 0.5;
const NINE_TENTHS = 0.9;

export class AdaptiveLimit {
  #limit = Number.POSITIVE_INFINITY;
  #round: Round = 0;
  readonly #trend = new LatencyTrend();

  /** @param maximum how many calls there can be at most at this time, by what is owned and configured
   *  @param reduced told of each reduction */
  constructor(
    private readonly maximum: () => number,
    private readonly reduced: (reason: ReductionReason) => void,
  ) {}

  /** Calls allowed at one time; at least 1. */
  get value(): number {
    return Math.max(1, Math.min(this.#limit, this.maximum()));
  }

  /** Whether one more call may begin beside `inFlight` others. Where nothing is limited, nothing is counted either. */
  admits(inFlight: number): boolean {
    return inFlight < Math.floor(this.#limit);
  }

  /** How long calls of `bytes` usually take, in ms; 0 before the first one. */
  usualMs(bytes: number): number {
    return this.#trend.usualMs(bytes);
  }

  /** What the end of a call that begins now must bring along. */
  get round(): Round {
    return this.#round;
  }

  /** A call of `bytes` succeeded. */
  succeeded(round: Round, durationMs: number, bytes: number): void {
    if (this.#trend.observe(durationMs, bytes)) {
      if (round === this.#round) this.#reduce(this.value * NINE_TENTHS, 'latency');
    } else if (this.#limit !== Number.POSITIVE_INFINITY) {
      this.#limit += 1 / this.#limit;
      if (this.#limit >= this.maximum()) this.#limit = Number.POSITIVE_INFINITY;
    }
  }

  /** A call met trouble; `inFlight` counts it. */
  failed(round: Round, reason: Trouble, inFlight: number): void {
    if (round === this.#round) this.#reduce(Math.min(this.#limit, inFlight) * HALF, reason);
  }

  #reduce(to: number, reason: ReductionReason): void {
    if (this.value === 1) return;
    this.#limit = Math.max(1, to);
    this.#round++;
    this.reduced(reason);
  }
}
