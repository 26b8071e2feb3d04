/** Repeats what a cluster may refuse for a while. */
import pRetry from 'p-retry';
import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { RetriableError, toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { TimeLimit } from '../time-limit.ts';

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

export interface RetryLimits {
  /** Ends the waiting; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Give up with the last error after this long; for ever when absent. */
  readonly giveUpAfterMs?: number;
}

/** What passes within this time is everyday life of a cluster: a leader moves, a coordinator loads, a connection is renewed. */
const SAY_AFTER_MS = 3_000;
/** First wait and longest wait between two tries, before jitter. */
const BACKOFF = { baseMs: 50, maxMs: 5_000 };

/** Runs `attempt` until it succeeds, waiting with backoff after each `RetriableError`. Says so once, and once when it recovered.
 *  @throws what `attempt` threw when that is no `RetriableError` or the time is up */
export async function retrying<T>(
  what: string,
  attempt: (attemptNumber: number) => Promise<T>,
  deps: RetryDeps,
  limits: RetryLimits = {},
): Promise<T> {
  const { clock, random, logger } = deps;
  const patience = new TimeLimit(clock, limits.giveUpAfterMs ?? Number.POSITIVE_INFINITY);
  const startedAt = clock.now();
  let said = false;
  const again = (error: unknown): error is RetriableError => error instanceof RetriableError && patience.leftMs > 0;
  const result = await pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    factor: 1,
    ...(limits.signal === undefined ? {} : { signal: limits.signal }),
    shouldRetry: ({ error }) => error instanceof RetriableError && patience.leftMs > 0,
    onFailedAttempt: async ({ error, attemptNumber }) => {
      if (!again(error)) return;
      if (!said && clock.now() - startedAt >= SAY_AFTER_MS) {
        said = true;
        logger.warn(
          { what, code: error.code, reason: toError(error).message },
          'Kafka does not answer as it should; trying on',
        );
      }
      await clock.sleep(
        Math.min(backoffMs(attemptNumber, BACKOFF, random, error.retryAfterMs), patience.leftMs),
        limits.signal,
      );
    },
  });
  if (said) logger.info({ what }, 'Kafka answers again');
  return result;
}
