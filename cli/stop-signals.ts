/** SIGINT and SIGTERM: the first stops gracefully, the second at once. Others may ask for the first, too. */

export interface StopSignals {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** Aborted by the second. */
  readonly kill: AbortSignal;
  /** As the first signal; nothing more where that came already. `from` is what `onStop` is told. */
  stopFor(from: string): void;
  dispose(): void;
}

/** Installs the handlers. `onStop` is told of the first signal. */
export function stopSignals(onStop: (signal: string) => void): StopSignals {
  const stop = new AbortController();
  const kill = new AbortController();
  const stopFor = (from: string) => {
    if (stop.signal.aborted) return;
    stop.abort(new Error(`stopped by ${from}`));
    onStop(from);
  };
  const handle = (signal: string) => {
    if (stop.signal.aborted) kill.abort(new Error(`stopped at once by ${signal}`));
    else stopFor(signal);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    stop: stop.signal,
    kill: kill.signal,
    stopFor,
    dispose: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
