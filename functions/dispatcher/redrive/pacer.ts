/** Keeps to a number of records a second. */
import type { Clock } from '../../../shared/clock.ts';

export class Pacer {
  /** Epoch ms before which nothing goes, and how long that was when it was set. */
  #nextAt = 0;
  #intervalMs = 0;

  /** @param rate records a second; 0 is no limit */
  constructor(
    private readonly rate: number,
    private readonly clock: Clock,
  ) {}

  /** Records that may go at once without making the rate uneven. */
  get sliceSize(): number {
    return this.rate === 0 ? 100 : Math.max(1, Math.floor(this.rate / 10));
  }

  /** Records of about two seconds: what a run that is killed leaves half done. */
  get chunkSize(): number {
    return this.rate === 0 ? 500 : Math.min(500, Math.max(1, this.rate * 2));
  }

  /** Resolves when `records` more may go; false when `stop` came first. */
  async take(records: number, stop: AbortSignal): Promise<boolean> {
    if (this.rate > 0) {
      const now = this.clock.now();
      // More than the interval is left only where the clock was set back.
      const waitMs = Math.max(0, Math.min(this.#nextAt - now, this.#intervalMs));
      // Rejects only when stopped.
      if (waitMs > 0) await this.clock.sleep(waitMs, stop).catch(() => undefined);
      this.#intervalMs = (records * 1000) / this.rate;
      // From when they were due, not from when the timer fired: its delays would add up.
      this.#nextAt = now + waitMs + this.#intervalMs;
    }
    return !stop.aborted;
  }
}
