import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitForOptions {
  /** Default 60,000: a condition, not a speed, is what a test waits for. */
  readonly timeoutMs?: number;
  /** Completes the sentence "still waiting for ...". */
  readonly what: string;
}

const LOOK_EVERY_MS = 20;

/** Resolves with the condition's first value that is neither `undefined` nor `false`. An error it throws ends the wait.
 *  @throws Error that names `what` and the last value when the time is up */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 60_000, what }: WaitForOptions,
): Promise<Exclude<T, undefined | false>> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (performance.now() > giveUpAt)
      throw new Error(`still waiting for ${what} after ${timeoutMs} ms (last: ${String(value)})`);
    await sleep(LOOK_EVERY_MS);
  }
}
