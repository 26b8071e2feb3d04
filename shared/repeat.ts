/** Work that comes again and again. */
import type { Clock } from './clock.ts';

/** Calls `action` every `ms`, counted from when it returned; what is answered ends that, also from within `action`. */
export function repeat(clock: Pick<Clock, 'after'>, ms: number, action: () => void): () => void {
  let ended = false;
  let cancel: () => void = () => undefined;
  const arm = () => {
    cancel = clock.after(ms, () => {
      action();
      if (!ended) arm();
    });
  };
  arm();
  return () => {
    ended = true;
    cancel();
  };
}
