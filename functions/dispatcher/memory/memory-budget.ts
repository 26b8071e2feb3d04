/** One byte budget for a whole worker, over all connectors and threads: what is held, what is asked for, what is being sent. */
import { type Freed, type MemoryAccount, SharedMemory } from '../../../shared/memory-account.ts';
import type { BlockMemory } from '../../../shared/records.ts';
import { type MemoryCounts, OwnCounts } from './memory-counts.ts';

/** Share of the budget that fetches under way may ask for, all tasks and brokers together. */
export const FETCH_SHARE = 1 / 16;
/** Share up to which records are read in. What fetches under way bring comes on top; the rest is left for requests. */
const HELD_SHARE = 1 / 2;
/** Share of what may be held up to which all read. */
const FIRST_MARK = 0.75;

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
  readonly #counts: MemoryCounts;
  readonly #listeners: (() => void)[] = [];

  /** @param counts where it counts; those of a thread are part of one budget for the whole process */
  constructor(limitBytes: number, counts: MemoryCounts = new OwnCounts()) {
    this.limitBytes = limitBytes;
    this.#counts = counts;
    counts.onFreedElsewhere(() => this.#tell());
  }

  /** Bytes of records and of requests, of all threads. Who finds `firstMarkBytes` or more hears when others free some. */
  get usedBytes(): number {
    const { records, requests } = this.#counts.all;
    if (records + requests >= this.firstMarkBytes) this.#counts.short();
    return records + requests;
  }

  /** Those of this thread. */
  get ownBytes(): number {
    return this.#counts.own.records + this.#counts.own.requests;
  }

  get use(): MemoryUse {
    const { records, requests, fetches } = this.#counts.all;
    return { records, requests, fetches };
  }

  /** Partitions that share what may be held, of all threads. */
  get members(): number {
    return this.#counts.all.members;
  }

  /** Up to here all partitions read. */
  get firstMarkBytes(): number {
    return this.holdableBytes * FIRST_MARK;
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
    const { records, requests, fetches } = this.#counts.all;
    const fit = records + requests + fetches + bytes <= this.limitBytes;
    if (!fit) this.#counts.short();
    return fit;
  }

  /** A partition that takes part in sharing what may be held; the answer ends that, once. */
  join(): () => void {
    this.#counts.add('members', 1);
    return once(() => this.#counts.add('members', -1));
  }

  take(bytes: number, freed: Freed = () => undefined): BlockMemory {
    this.#counts.add('records', bytes);
    return new SharedMemory((clean) => {
      this.#counts.add('records', -bytes);
      freed(clean);
      this.#freed();
    });
  }

  expect(bytes: number): () => void {
    this.#counts.add('fetches', bytes);
    return once(() => this.#counts.add('fetches', -bytes));
  }

  /** Counts the body of a request; the answer ends that, once. */
  request(bytes: number): () => void {
    this.#counts.add('requests', bytes);
    return once(() => {
      this.#counts.add('requests', -bytes);
      this.#freed();
    });
  }

  /** `listener` is called whenever records or requests became fewer. */
  onFreed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #freed(): void {
    this.#counts.freed();
    this.#tell();
  }

  #tell(): void {
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
