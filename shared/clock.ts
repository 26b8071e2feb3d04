import { Breath } from './breath.ts';

/** Time comes in by constructor, so that tests own it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`; the returned function cancels. Does not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
  /** For loops over work that needs no wait of its own: undefined while they may go on, and a promise to await first when the present turn
   *  of the event loop has taken long enough. Others then get their turn, in the order they asked. */
  breath(): Promise<void> | undefined;
}

const breath = new Breath(() => performance.now(), setImmediate);

/** The machine's clock. Only composition roots, `handler.ts` files and tests build it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  breath: () => breath.take(),
};
