/** Keeps the sessions of one table below its limits, as far as this writer is concerned; those of other writers the service tells by 429.
 *  Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/overview-of-dts (limits of batch uploads, for each table: 500 sessions and
 *  500 blocks in 5 minutes, 75 commits in 15 seconds, 32 of them at one time). */
import type { Clock } from '../../shared/clock.ts';
import { RetriableError } from '../../shared/errors.ts';
import type { WriteContext } from '../../shared/sink.ts';

const MINUTE_MS = 60_000;

/** Ours stay below those of the service: its windows begin at other times than ours. */
const LIMITS = {
  session: { most: 450, withinMs: 5 * MINUTE_MS },
  block: { most: 450, withinMs: 5 * MINUTE_MS },
  commit: { most: 65, withinMs: 15_000 },
} as const;
const MOST_COMMITS_AT_ONCE = 30;

type Paced = keyof typeof LIMITS;

/** When the last ones were, in a ring: `times[next]` is the oldest. */
interface Ring {
  readonly times: Float64Array;
  next: number;
}

function ringOf(kind: Paced): Ring {
  return { times: new Float64Array(LIMITS[kind].most).fill(Number.NEGATIVE_INFINITY), next: 0 };
}

export class SessionPacer {
  readonly #clock: Clock;
  readonly #rings = { session: ringOf('session'), block: ringOf('block'), commit: ringOf('commit') };
  #committing = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one that is about to begin. Waits until it may, where that is before the deadline.
   *  @throws RetriableError `MAXCOMPUTE_PACED`, which says how long to wait, where it is not; the signal's reason when it is aborted */
  async begin(kind: Paced, { signal, deadlineAt }: WriteContext): Promise<void> {
    const ring = this.#rings[kind];
    const { most, withinMs } = LIMITS[kind];
    const now = this.#clock.now();
    // Nobody takes a place behind a deadline: the clock was set back, and its times mean nothing any more.
    if ((ring.times[ring.next] ?? now) >= deadlineAt) ring.times.fill(Number.NEGATIVE_INFINITY);
    const startAt = Math.max(now, (ring.times[ring.next] ?? now) + withinMs);
    if (startAt >= deadlineAt) {
      throw new RetriableError(
        'MAXCOMPUTE_PACED',
        `${most} ${kind}s within ${withinMs / 1_000} s are what this sink allows itself for one table, and they are used up; larger batches need fewer`,
        { trouble: 'throttled', retryAfterMs: startAt - now },
      );
    }
    // The place is taken at once: who comes next waits behind it.
    ring.times[ring.next] = startAt;
    ring.next = (ring.next + 1) % most;
    if (startAt > now) await this.#clock.sleep(startAt - now, signal);
  }

  /** Does `work`, a commit, when there are not too many at one time.
   *  @throws the signal's reason when it is aborted before it began */
  async committing<T>(context: WriteContext, work: () => Promise<T>): Promise<T> {
    await this.begin('commit', context);
    await this.#enter(context.signal);
    try {
      return await work();
    } finally {
      this.#committing--;
      this.#waiting.shift()?.();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    while (this.#committing >= MOST_COMMITS_AT_ONCE) {
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = () => {
          const at = this.#waiting.indexOf(go);
          if (at >= 0) this.#waiting.splice(at, 1);
          reject(signal.reason);
        };
        if (signal.aborted) return giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        this.#waiting.push(go);
      });
    }
    this.#committing++;
  }
}
