/** Places for calls, given out in the order they are asked for, so that no partition starves. A place is held during a call, and never
 *  while its batch waits for the next try. */
import type { InvokeContext } from '../invokers/invoker.ts';
import type { Admission } from './admission.ts';

export class CallSlots implements Admission {
  #inFlight = 0;
  /** In the order they came; each takes a place when called. */
  readonly #waiting = new Set<() => void>();

  /** @param admits whether one more may begin beside so many others */
  constructor(private readonly admits: (inFlight: number) => boolean) {}

  /** Places taken. */
  get inFlight(): number {
    return this.#inFlight;
  }

  async enter(_bytes: number, { admission, signal }: InvokeContext): Promise<() => void> {
    admission.throwIfAborted();
    signal.throwIfAborted();
    if (this.#waiting.size > 0 || !this.admits(this.#inFlight)) await this.#turn(AbortSignal.any([admission, signal]));
    else this.#inFlight++;
    return () => {
      this.#inFlight--;
      this.#next();
    };
  }

  #turn(gaveUp: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const left = () => {
        this.#waiting.delete(taken);
        reject(gaveUp.reason);
      };
      const taken = () => {
        gaveUp.removeEventListener('abort', left);
        this.#waiting.delete(taken);
        this.#inFlight++;
        resolve();
      };
      this.#waiting.add(taken);
      gaveUp.addEventListener('abort', left, { once: true });
    });
  }

  #next(): void {
    for (const taken of this.#waiting) {
      if (!this.admits(this.#inFlight)) return;
      taken();
    }
  }
}
