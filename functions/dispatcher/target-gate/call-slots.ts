/** Places for calls, given out in the order they are asked for, so that no partition starves. A place is held during a call, and never
 *  while its batch waits for the next try. A call that takes too long may be made to free its place before it ends. */
import type { InvokeContext } from '../invokers/invoker.ts';

/** The place of one call. */
export interface Place {
  /** Others may take it from now on, though the call goes on. Once is enough, more does nothing. */
  free(): void;
  /** The call ended. To be called once. */
  leave(): void;
}

export class CallSlots {
  #inFlight = 0;
  #taken = 0;
  /** In the order they came; each takes a place when called. */
  readonly #waiting = new Set<() => void>();

  /** @param admits whether one more place may be taken beside so many others */
  constructor(private readonly admits: (taken: number) => boolean) {}

  /** Calls that got a place and have not ended, whether they still hold it or not. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Resolves with a place. Callers are served in the order they came.
   *  @throws the reason of `admission` or `signal` when one of them is aborted first */
  async enter({ admission, signal }: Pick<InvokeContext, 'admission' | 'signal'>): Promise<Place> {
    admission.throwIfAborted();
    signal.throwIfAborted();
    if (this.#waiting.size > 0 || !this.admits(this.#taken)) await this.#turn(AbortSignal.any([admission, signal]));
    else this.#take();
    let isHeld = true;
    const free = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#taken--;
      this.#next();
    };
    return {
      free,
      leave: () => {
        this.#inFlight--;
        free();
      },
    };
  }

  #take(): void {
    this.#taken++;
    this.#inFlight++;
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
        this.#take();
        resolve();
      };
      this.#waiting.add(taken);
      gaveUp.addEventListener('abort', left, { once: true });
    });
  }

  #next(): void {
    for (const taken of this.#waiting) {
      if (!this.admits(this.#taken)) return;
      taken();
    }
  }
}
