/** Work that comes again and again. */
import type { Clock } from '../../shared/clock.ts';

/** Calls `action` every `ms`, counted from when it returned; what is answered ends that. */
export function repeat(clock: Pick<Clock, 'after'>, ms: number, action: () => void): () => void {
  let cancel: () => void = () => undefined;
  const arm = () => {
    cancel = clock.after(ms, () => {
      action();
      arm();
    });
  };
  arm();
  return () => cancel();
}
