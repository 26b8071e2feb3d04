/** Keeps calls away from a target that cannot be reached, and probes with one call before it lets them back.
 *
 *  closed --FAILURES in a row--> open --after the wait, the next call--> half open --its success--> closed, --its failure--> open again,
 *  with a wait twice as long. The states and their changes are cockatiel's; what counts, and what a refused call is told, is ours. */
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IBackoff,
  type IBackoffFactory,
  isBrokenCircuitError,
  noJitterGenerator,
} from 'cockatiel';
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, FunctionFailure, RetriableError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';

/** Code of a call that was refused, because the target is left alone. */
export const BREAKER_OPEN = 'BREAKER_OPEN';

/** Failures in a row, over all partitions, that open it. */
const FAILURES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** Calls refused while a probe is under way come back after this: nobody knows how long it takes. */
const PROBE_MS = 1_000;

/** As `spillway_breaker_state` shows them. */
const STATES = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 1,
  [CircuitState.Open]: 2,
  [CircuitState.Isolated]: 2,
} as const;

export class Breaker {
  #policy: CircuitBreakerPolicy;
  #probeAt = 0;
  #known: 'closed' | 'open' = 'closed';

  /** cockatiel reads the machine's clock itself; `clock` is for what refused calls are told. */
  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.#policy = this.#closedPolicy();
  }

  /** 0 closed, 1 half open, 2 open. */
  get state(): 0 | 1 | 2 {
    return STATES[this.#policy.state];
  }

  /** @throws RetriableError `BREAKER_OPEN` when no call would be let through now */
  check(): void {
    switch (this.#policy.state) {
      case CircuitState.Closed:
        return;
      case CircuitState.HalfOpen:
        throw refusal(PROBE_MS);
      case CircuitState.Open:
      case CircuitState.Isolated: {
        const leftMs = this.#probeAt - this.clock.now();
        if (leftMs > LONGEST_WAIT_MS) this.#begins();
        else if (leftMs > 0) throw refusal(leftMs);
        return;
      }
      default:
        throw new Error(`unknown state ${this.#policy.state satisfies never}`);
    }
  }

  /** Makes the call, as the probe if it is time for one.
   *  @throws what the call throws; RetriableError `BREAKER_OPEN` without a call */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.check();
    try {
      return await this.#policy.execute(call);
    } catch (thrown) {
      // Its clock and ours were read one after the other.
      if (thrown instanceof Error && isBrokenCircuitError(thrown)) throw refusal(1);
      throw thrown;
    }
  }

  #closedPolicy(): CircuitBreakerPolicy {
    const backoff = new ExponentialBackoff({
      generator: noJitterGenerator,
      initialDelay: FIRST_WAIT_MS,
      maxDelay: LONGEST_WAIT_MS,
    });
    const halfOpenAfter = watched(backoff, (waitMs) => this.#opens(waitMs));
    const policy = circuitBreaker(
      handleWhen((error) => this.#counts(error)),
      { breaker: new ConsecutiveBreaker(FAILURES), halfOpenAfter },
    );
    policy.onReset(() => this.#closes());
    return policy;
  }

  /** The clock was set back. cockatiel would hold calls back for as long as that, so another one finds out anew how the target is. */
  #begins(): void {
    this.#policy = this.#closedPolicy();
    this.#known = 'closed';
  }

  /** Only what says that the target was not reached. A probe that was given up proves nothing either way, so it stays open. */
  #counts(error: Error): boolean {
    if (error instanceof FatalError || error instanceof FunctionFailure) return false;
    if (error instanceof RetriableError) return error.trouble !== 'throttled';
    return this.#policy.state === CircuitState.HalfOpen;
  }

  #opens(waitMs: number): void {
    this.#probeAt = this.clock.now() + waitMs;
    const fields = { failures: FAILURES, probeInMs: waitMs };
    if (this.#known === 'closed') {
      this.logger.warn(fields, 'the target cannot be reached; calls are held back, one at a time probes it');
    } else this.logger.debug(fields, 'the target still cannot be reached');
    this.#known = 'open';
  }

  #closes(): void {
    this.#known = 'closed';
    this.logger.info({}, 'the target is reached again; calls go through');
  }
}

function refusal(retryAfterMs: number): RetriableError {
  return new RetriableError(
    BREAKER_OPEN,
    `the target could not be reached ${FAILURES} times in a row; it is probed again in ${retryAfterMs} ms at the latest`,
    { retryAfterMs },
  );
}

/** `backoff`, telling each wait that is begun. */
function watched(backoff: IBackoffFactory<unknown>, began: (waitMs: number) => void): IBackoffFactory<unknown> {
  const watch = (next: IBackoff<unknown>): IBackoff<unknown> => {
    began(next.duration);
    return { duration: next.duration, next: (context) => watch(next.next(context)) };
  };
  return { next: (context) => watch(backoff.next(context)) };
}
