/** How often something happened lately, by caller: for sign-ins that failed. */
import type { Clock } from '../../../../shared/clock.ts';

const WINDOW_MS = 60_000;
/** Callers that are remembered; beyond, the one that was seen first is forgotten. */
const MOST_CALLERS = 10_000;

export class Attempts {
  readonly #most: number;
  readonly #clock: Pick<Clock, 'now'>;
  /** By caller, the oldest first. */
  readonly #counts = new Map<string, { count: number; readonly until: number }>();

  /** @param most within a minute */
  constructor(most: number, clock: Pick<Clock, 'now'>) {
    this.#most = most;
    this.#clock = clock;
  }

  /** Milliseconds to wait where there were too many, else 0. */
  waitMs(caller: string): number {
    const seen = this.#counts.get(caller);
    if (seen === undefined || seen.count < this.#most) return 0;
    return Math.max(0, seen.until - this.#clock.now());
  }

  note(caller: string): void {
    const now = this.#clock.now();
    const seen = this.#counts.get(caller);
    if (seen !== undefined && seen.until > now) {
      seen.count += 1;
      return;
    }
    this.#counts.delete(caller);
    this.#counts.set(caller, { count: 1, until: now + WINDOW_MS });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MOST_CALLERS && oldest !== undefined) this.#counts.delete(oldest);
  }
}
