/** How long to wait before trying again: exponential backoff with full jitter, so that those who failed together do not come back
 *  together. Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */

export interface BackoffLimits {
  /** Ceiling of the first wait; it doubles with each attempt. */
  readonly baseMs: number;
  /** Ceiling of every wait. */
  readonly maxMs: number;
}

/** Beyond this many doublings every ceiling is at its maximum, and the power stays a number one can multiply. */
const MAX_DOUBLINGS = 52;

/** Milliseconds to wait after failure number `attempt` (the first is 1): a whole number between 0 and
 *  `min(maxMs, baseMs * 2^(attempt-1))`, but never less than what the other side asked for in `retryAfterMs`.
 *  @param random as `Math.random`: in [0, 1) */
export function backoffMs(
  attempt: number,
  { baseMs, maxMs }: BackoffLimits,
  random: () => number,
  retryAfterMs = 0,
): number {
  const doublings = Math.min(Math.max(attempt - 1, 0), MAX_DOUBLINGS);
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** doublings);
  return Math.max(Math.floor(random() * (ceilingMs + 1)), retryAfterMs);
}
