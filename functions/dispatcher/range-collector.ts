/** Collects the records of planned ranges as they are read again after a crash or a rebalance, so that each becomes the batch it was. */
import { OpenBatch } from '../../shared/open-batch.ts';
import type { RecordBatch, RecordBlock, TopicPartition } from '../../shared/records.ts';
import type { Planned } from './batch-plan.ts';
import { windowName } from './commit-metadata.ts';

/** Names of windows are kept for this many; a plan names few. */
const MAX_NAMES = 64;

/** Where ranges end up. Called from `closeThrough` only. */
export interface RangeOwner {
  /** The range is complete: everything that Kafka still has of it. */
  recut(range: Planned, batch: RecordBatch): void;
  /** Kafka has no record of the range any more, or none of them can be sent. */
  emptied(range: Planned): void;
}

/** One per partition that began with a plan. Its batches close when the position has passed their last offset, and for no other reason. */
export class RangeCollector {
  readonly #tp: TopicPartition;
  readonly #owner: RangeOwner;
  /** By first offset; the finished ones are needed to know what not to send. */
  #ranges: readonly Planned[];
  readonly #open = new Map<Planned, OpenBatch>();
  readonly #names = new Map<string, string>();

  constructor(tp: TopicPartition, ranges: readonly Planned[], owner: RangeOwner) {
    this.#tp = tp;
    this.#ranges = ranges;
    this.#owner = owner;
  }

  /** Whether the position has not passed every range yet. */
  get active(): boolean {
    return this.#ranges.length > 0;
  }

  /** Encoded bytes of what is collected. */
  get openBytes(): number {
    let sum = 0;
    for (const open of this.#open.values()) sum += open.bytes;
    return sum;
  }

  /** Whether a range that begins at `offset` or before must still be read to its end. */
  holdsBack(offset: number): boolean {
    return this.#ranges.some(({ first, done }) => !done && first <= offset);
  }

  /** The range that the record at `offset` belongs to. */
  rangeOf(offset: number, window: string | undefined): Planned | undefined {
    const within = this.#ranges.filter(({ first, last }) => first <= offset && offset <= last);
    if (within.length === 0) return undefined;
    const name = window === undefined ? undefined : this.#nameOf(window);
    return within.find((range) => range.window === name);
  }

  /** Gives up the range of exactly these records, if there is one: its batch was cut without us (a record that travels alone). */
  takeOut(first: number, last: number, window: string | undefined): Planned | undefined {
    const found = this.#ranges.find((r) => r.first === first && r.last === last && r.window === window && !r.done);
    if (found !== undefined) this.#ranges = this.#ranges.filter((range) => range !== found);
    return found;
  }

  /** Adds a record of `range`. */
  add(range: Planned, block: RecordBlock, index: number, encodedBytes: number, window: string | undefined): void {
    let open = this.#open.get(range);
    if (open === undefined) {
      // Its age does not count.
      open = new OpenBatch(window, 0);
      this.#open.set(range, open);
    }
    open.add(block, index, index + 1, encodedBytes);
  }

  /** Closes the ranges that lie before `position`, the next offset that will be delivered. */
  closeThrough(position: number): void {
    if (!this.active) return;
    const passed = this.#ranges.filter(({ last }) => last < position);
    if (passed.length === 0) return;
    this.#ranges = this.#ranges.filter(({ last }) => last >= position);
    for (const range of passed) {
      if (range.done) continue;
      const open = this.#open.get(range);
      this.#open.delete(range);
      if (open === undefined) this.#owner.emptied(range);
      else this.#owner.recut(range, open.build(this.#tp));
    }
  }

  /** Lets go of what is collected. */
  drop(): void {
    for (const open of this.#open.values()) open.drop();
    this.#open.clear();
    this.#ranges = [];
  }

  #nameOf(window: string): string {
    let name = this.#names.get(window);
    if (name === undefined) {
      if (this.#names.size >= MAX_NAMES) this.#names.clear();
      name = windowName(window);
      this.#names.set(window, name);
    }
    return name;
  }
}
