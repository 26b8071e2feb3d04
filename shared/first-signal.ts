/** Waiting for the first of several signals. */

/** A signal that aborts with the first of `signals`; `release` lets go of them, once or more often.
 *
 *  For what is done often under signals that live long. `AbortSignal.any` leaves something with each source for as long as that lives: with
 *  Node 20 80 bytes a call, and more than 1 KB where somebody still listened to what it made. */
export function firstSignal(signals: readonly AbortSignal[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const first = new AbortController();
  const release = () => {
    for (const source of signals) source.removeEventListener('abort', aborted);
  };
  const aborted = () => {
    release();
    first.abort(signals.find((source) => source.aborted)?.reason);
  };
  for (const source of signals) source.addEventListener('abort', aborted, { once: true });
  if (signals.some((source) => source.aborted)) aborted();
  return { signal: first.signal, release };
}
