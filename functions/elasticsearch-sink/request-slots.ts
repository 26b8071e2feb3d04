/** How many requests may be under way at one time, over all batches of a sink. */

export class RequestSlots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Resolves when there is room, first come first served; `leave` must follow. False when `signal` ended the wait: then it must not. */
  async enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    return new Promise((resolve) => {
      const aborted = () => {
        this.#waiting.delete(admitted);
        resolve(false);
      };
      const admitted = () => {
        signal.removeEventListener('abort', aborted);
        resolve(true);
      };
      this.#waiting.add(admitted);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** The room goes to who waits longest. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
