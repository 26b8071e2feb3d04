/** One byte budget for a whole worker, over all connectors: what is held, what is asked for, what is being sent. */
import { type Freed, type MemoryAccount, SharedMemory } from '../../../shared/memory-account.ts';
import type { BlockMemory } from '../../../shared/records.ts';

/** Share of the budget that fetches under way may ask for, all tasks and brokers together. */
export const FETCH_SHARE = 1 / 16;
/** Share up to which records are read in. What fetches under way bring comes on top; the rest is left for requests. */
const HELD_SHARE = 1 / 2;

/** What the bytes are for, as a metric shows it. */
export interface MemoryUse {
  /** Fetched, with the records' columns, until the last record of a fetch is settled. */
  readonly records: number;
  /** Bodies of requests under way. */
  readonly requests: number;
  /** The most that fetches under way may bring. */
  readonly fetches: number;
}

/** Counts. Who may read and who may send is decided by `FairIntake` and `RequestRoom`, which listen. Never below 0, and 0 when all is
 *  settled. A record larger than the whole budget is counted like any other. */
export class MemoryBudget implements MemoryAccount {
  readonly limitBytes: number;
  #records = 0;
  #requests = 0;
  #fetches = 0;
  readonly #listeners: (() => void)[] = [];

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Bytes of records and of requests. */
  get usedBytes(): number {
    return this.#records + this.#requests;
  }

  get use(): MemoryUse {
    return { records: this.#records, requests: this.#requests, fetches: this.#fetches };
  }

  /** What records and requests may take before reading ends. */
  get holdableBytes(): number {
    return this.limitBytes * HELD_SHARE;
  }

  get isFull(): boolean {
    return this.usedBytes >= this.holdableBytes;
  }

  /** Whether `bytes` more fit in beside everything, fetches under way included. */
  fits(bytes: number): boolean {
    return this.usedBytes + this.#fetches + bytes <= this.limitBytes;
  }

  take(bytes: number, freed: Freed = () => undefined): BlockMemory {
    this.#records += bytes;
    return new SharedMemory((clean) => {
      this.#records -= bytes;
      freed(clean);
      this.#freed();
    });
  }

  expect(bytes: number): () => void {
    this.#fetches += bytes;
    return once(() => {
      this.#fetches -= bytes;
    });
  }

  /** Counts the body of a request; the answer ends that, once. */
  request(bytes: number): () => void {
    this.#requests += bytes;
    return once(() => {
      this.#requests -= bytes;
      this.#freed();
    });
  }

  /** `listener` is called whenever records or requests became fewer. */
  onFreed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #freed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
