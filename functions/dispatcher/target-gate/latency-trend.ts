/** Tells when calls take longer than they used to. Pure: time comes in as durations.
 *
 *  Two moving averages of what a call costs, one of the last few calls and one of many. Idea and factor of deviations: Vector's adaptive
 *  request concurrency, https://vector.dev/blog/adaptive-request-concurrency/ */

/** A call of no bytes costs as much as so many bytes: small calls are then judged by the call, large ones by the byte. */
const BYTES_OF_A_CALL = 64 * 1024;
/** Weight of a call in the average of the last few, and of many. */
const RECENT_WEIGHT = 0.3;
const USUAL_WEIGHT = 0.02;
/** Fewer calls than this make no habit. */
const WARM_UP_CALLS = 20;
const DEVIATIONS = 2.5;
/** A call must take this much longer than usual: the jitter of fast calls says nothing of their target. */
const LEAST_EXCESS_MS = 100;

export class LatencyTrend {
  #calls = 0;
  #recent = 0;
  #usual = 0;
  #variance = 0;

  /** How long calls of `bytes` usually take, in ms; 0 before the first one. */
  usualMs(bytes: number): number {
    return this.#usual * sizeOf(bytes);
  }

  /** Takes a call of `bytes` that succeeded after `durationMs` into account. True when the last few calls were well above the usual. */
  observe(durationMs: number, bytes: number): boolean {
    const size = sizeOf(bytes);
    const cost = durationMs / size;
    this.#calls++;
    this.#recent += (this.#calls === 1 ? 1 : RECENT_WEIGHT) * (cost - this.#recent);
    const excess = this.#recent - this.#usual;
    const slower =
      this.#calls > WARM_UP_CALLS && excess > DEVIATIONS * Math.sqrt(this.#variance) && excess * size > LEAST_EXCESS_MS;
    // At first a plain mean: the first call alone is no habit.
    const weight = Math.max(USUAL_WEIGHT, 1 / this.#calls);
    const difference = cost - this.#usual;
    this.#usual += weight * difference;
    this.#variance = (1 - weight) * (this.#variance + weight * difference * difference);
    return slower;
  }
}

function sizeOf(bytes: number): number {
  return 1 + bytes / BYTES_OF_A_CALL;
}
