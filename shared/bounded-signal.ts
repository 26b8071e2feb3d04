/** The time that a writer has, as one signal. */
import type { Clock } from './clock.ts';
import { firstSignal } from './first-signal.ts';
import type { WriteContext } from './sink.ts';

/** Longest time that a timer can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A signal that ends with the caller's, and at the deadline (a function without a known limit has none); `release` lets go of both. */
export function boundedSignal(
  { signal, deadlineAt }: WriteContext,
  clock: Clock,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const leftMs = deadlineAt - clock.now();
  if (leftMs > MAX_TIMER_MS) return { signal, release: () => undefined };
  const deadline = new AbortController();
  const cancel = clock.after(Math.max(0, leftMs), () => deadline.abort());
  const either = firstSignal([signal, deadline.signal]);
  return {
    signal: either.signal,
    release: () => {
      cancel();
      either.release();
    },
  };
}
