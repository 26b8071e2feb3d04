/** Room for the bodies of requests: a batch under way takes its bytes twice, for its records and for the request made of them. */
import { firstSignal } from '../../../shared/first-signal.ts';
import type { Admission } from '../target-gate/admission.ts';
import type { MemoryBudget } from './memory-budget.ts';

interface Waiting {
  readonly bytes: number;
  readonly connector: string;
  admit(): void;
}

/** Admits calls while their bodies fit into the budget, first come, first served. A connector without a call under way always has one
 *  admitted: so a body larger than the budget is sent, too, and a stalled target holds up nobody else's. */
export class RequestRoom {
  readonly #budget: MemoryBudget;
  readonly #waiting = new Set<Waiting>();
  /** Calls under way, by connector. */
  readonly #underWay = new Map<string, number>();

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
    budget.onFreed(() => this.#admit());
  }

  /** Resolves when a body of `bytes` may be made, with what gives the room back; call it when the call ended, once or more often.
   *  @throws the signal's reason when aborted before */
  async acquire(bytes: number, connector: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const abandon = () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
        // What waited behind it may fit.
        this.#admit();
      };
      const waiting: Waiting = {
        bytes,
        connector,
        admit: () => {
          signal.removeEventListener('abort', abandon);
          resolve(this.#begin(bytes, connector));
        },
      };
      signal.addEventListener('abort', abandon, { once: true });
      this.#waiting.add(waiting);
      this.#admit();
    });
  }

  /** As a part of a connector's gate. */
  of(connector: string): Admission {
    return {
      enter: async (bytes, { admission, signal }) => {
        if (this.#admitsAtOnce(bytes, connector)) return this.#begin(bytes, connector);
        const gaveUp = firstSignal([admission, signal]);
        try {
          return await this.acquire(bytes, connector, gaveUp.signal);
        } finally {
          gaveUp.release();
        }
      },
    };
  }

  /** Nearly always: a signal for each call would cost more than the rest of its way here. */
  #admitsAtOnce(bytes: number, connector: string): boolean {
    return this.#waiting.size === 0 && (this.#budget.fits(bytes) || !this.#underWay.has(connector));
  }

  #begin(bytes: number, connector: string): () => void {
    this.#underWay.set(connector, (this.#underWay.get(connector) ?? 0) + 1);
    const giveBack = this.#budget.request(bytes);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (this.#underWay.get(connector) ?? 0) - 1;
      if (left > 0) this.#underWay.set(connector, left);
      else this.#underWay.delete(connector);
      giveBack();
    };
  }

  #admit(): void {
    let first = true;
    for (const waiting of this.#waiting) {
      const { bytes, connector } = waiting;
      if ((first && this.#budget.fits(bytes)) || !this.#underWay.has(connector)) {
        this.#waiting.delete(waiting);
        waiting.admit();
      } else {
        first = false;
      }
    }
  }
}
