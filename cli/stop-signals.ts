/** SIGINT and SIGTERM: the first stops gracefully, the second at once. */

export interface StopSignals {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** Aborted by the second. */
  readonly kill: AbortSignal;
  dispose(): void;
}

/** Installs the handlers. `onStop` is told of the first signal. */
export function stopSignals(onStop: (signal: string) => void): StopSignals {
  const stop = new AbortController();
  const kill = new AbortController();
  const handle = (signal: string) => {
    if (!stop.signal.aborted) {
      stop.abort(new Error(`stopped by ${signal}`));
      onStop(signal);
    } else kill.abort(new Error(`stopped at once by ${signal}`));
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    stop: stop.signal,
    kill: kill.signal,
    dispose: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
