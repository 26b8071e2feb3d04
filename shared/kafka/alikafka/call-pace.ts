/** Spaces calls out to what the service allows. */
import type { Clock } from '../../clock.ts';

/** One for all calls of a process: what is limited is the user. Calls of one action follow each other; those of others do not wait for them. */
export class CallPace {
  /** By action: when its last call ended, once it has. */
  readonly #last = new Map<string, Promise<number>>();

  /** @param intervalMs least time from the end of a call to the beginning of the next of its action. From the end: however long each takes to
   *  arrive, the service sees them no closer */
  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
  ) {}

  /** Does `work` when it is its turn, in the order they asked.
   *  @throws what `work` throws; the signal's reason when aborted before */
  async run<T>(action: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(action) ?? Promise.resolve(Number.NEGATIVE_INFINITY);
    let endedAt = Number.NEGATIVE_INFINITY;
    let ended: (at: number) => void = () => undefined;
    this.#last.set(
      action,
      new Promise((resolve) => {
        ended = resolve;
      }),
    );
    try {
      endedAt = await before;
      // Never more than the interval: a clock that was set back says little of how long ago that was.
      const waitMs = Math.min(this.intervalMs, endedAt + this.intervalMs - this.clock.now());
      if (waitMs > 0) await this.clock.sleep(waitMs, signal);
      signal.throwIfAborted();
      try {
        return await work();
      } finally {
        endedAt = this.clock.now();
      }
    } finally {
      ended(endedAt);
    }
  }
}
