/** A limit of time that begins when it is made. A clock that is set back makes it longer by the limit at most, and not by the jump. */
import type { Clock } from './clock.ts';

export class TimeLimit {
  #endsAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
  ) {
    this.#endsAt = clock.now() + limitMs;
  }

  /** Milliseconds that are left, 0 when it is over. */
  get leftMs(): number {
    const now = this.clock.now();
    // More than all of it is left only where the clock was set back.
    this.#endsAt = Math.min(this.#endsAt, now + this.limitMs);
    return Math.max(0, this.#endsAt - now);
  }
}
