import type { Clock } from './clock.ts';
import { FatalError, RetriableError } from './errors.ts';

const EXPIRED = Symbol('expired');

/** Keeps one invocation of a function inside its time limit. `reserveMs` before the limit nothing more is begun and what is under way
 *  is asked to stop (`signal`); when half of the reserve is gone it is no longer waited for, so that an answer still gets out. */
export class InvocationDeadline {
  /** Epoch ms after which nothing may be written; infinite when the function has no limit. */
  readonly at: number;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #expired: Promise<typeof EXPIRED>;
  readonly #cancels: (() => void)[] = [];

  /** Starts now. `release` must be called in the end.
   *  @param timeoutMs the function's time limit; `undefined` for none
   *  @throws FatalError `FUNCTION_TIMEOUT_TOO_SHORT` when the reserve takes all of it */
  constructor(clock: Clock, timeoutMs: number | undefined, reserveMs: number) {
    this.#clock = clock;
    if (timeoutMs === undefined) {
      this.at = Number.POSITIVE_INFINITY;
      this.#expired = new Promise(() => undefined);
      return;
    }
    if (timeoutMs <= reserveMs) {
      throw new FatalError(
        'FUNCTION_TIMEOUT_TOO_SHORT',
        `the function's time limit of ${timeoutMs} ms leaves nothing after the ${reserveMs} ms kept for answering; raise its timeout`,
      );
    }
    const leftMs = timeoutMs - reserveMs;
    this.at = clock.now() + leftMs;
    this.#cancels.push(clock.after(leftMs, () => this.#abort.abort(this.error())));
    this.#expired = new Promise((resolve) => {
      this.#cancels.push(clock.after(leftMs + reserveMs / 2, () => resolve(EXPIRED)));
    });
  }

  /** Aborted at the deadline, with a RetriableError `DEADLINE`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get passed(): boolean {
    return this.#abort.signal.aborted || this.#clock.now() >= this.at;
  }

  /** What `work` gives, if it does in time. `late` learns of its failure after it was given up.
   *  @throws RetriableError `DEADLINE` when it is given up */
  async within<T>(work: Promise<T>, late: (thrown: unknown) => void): Promise<T> {
    const first = await Promise.race([work, this.#expired]);
    if (first !== EXPIRED) return first;
    work.catch(late);
    throw this.error();
  }

  error(): RetriableError {
    return new RetriableError(
      'DEADLINE',
      "the function's time limit came before the record was written; smaller batches or a longer timeout help",
    );
  }

  /** Stops the timers. */
  release(): void {
    for (const cancel of this.#cancels) cancel();
  }
}
