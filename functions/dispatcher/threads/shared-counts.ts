/// <reference lib="es2024.sharedmemory" />
/** Numbers of one memory budget that several threads count in: each writes a row of its own and reads all. */
import type { MemoryCounts, MemorySums } from '../memory/memory-counts.ts';

const COLUMNS = ['records', 'requests', 'fetches', 'members'] as const satisfies readonly (keyof MemorySums)[];
/** Before the rows: a number that changes with everything that is freed. */
const HEAD_BYTES = 8;
const ROW_BYTES = COLUMNS.length * BigInt64Array.BYTES_PER_ELEMENT;

/** Memory for the counts of `rows` threads. */
export function sharedCountsBuffer(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + rows * ROW_BYTES);
}

/** A thread that read too little left waits for the next change of the number in the head, as it was before that reading: so nothing that
 *  is freed in between is missed. It waits only while it is short, and never blocks. */
export class SharedCounts implements MemoryCounts {
  readonly #freed: Int32Array;
  readonly #rows: BigInt64Array;
  readonly #ownRow: number;
  readonly #own = { records: 0, requests: 0, fetches: 0, members: 0 };
  #listener: () => void = () => undefined;
  /** The number in the head before `all` was read last. */
  #seen = 0;
  #waits = false;

  /** @param buffer of `sharedCountsBuffer`
   *  @param row of this thread, which nobody else writes */
  constructor(buffer: SharedArrayBuffer, row: number) {
    this.#freed = new Int32Array(buffer, 0, 1);
    this.#rows = new BigInt64Array(buffer, HEAD_BYTES);
    this.#ownRow = row * COLUMNS.length;
  }

  get own(): MemorySums {
    return this.#own;
  }

  get all(): MemorySums {
    this.#seen = Atomics.load(this.#freed, 0);
    return { records: this.#sum(0), requests: this.#sum(1), fetches: this.#sum(2), members: this.#sum(3) };
  }

  add(what: keyof MemorySums, amount: number): void {
    this.#own[what] += amount;
    Atomics.store(this.#rows, this.#ownRow + COLUMNS.indexOf(what), BigInt(this.#own[what]));
  }

  freed(): void {
    Atomics.add(this.#freed, 0, 1);
    Atomics.notify(this.#freed, 0);
  }

  short(): void {
    if (this.#waits) return;
    this.#waits = true;
    const changed = Atomics.waitAsync(this.#freed, 0, this.#seen).value;
    void Promise.resolve(changed).then(() => {
      this.#waits = false;
      this.#listener();
    });
  }

  onFreedElsewhere(listener: () => void): void {
    this.#listener = listener;
  }

  #sum(column: number): number {
    let sum = 0;
    for (let at = column; at < this.#rows.length; at += COLUMNS.length) sum += Number(Atomics.load(this.#rows, at));
    return sum;
  }
}
