/** Where the numbers of a memory budget stand: in this thread alone, or where all threads of a process see them. */

/** What is counted. */
export interface MemorySums {
  /** Bytes fetched, with the records' columns, until the last record of a fetch is settled. */
  readonly records: number;
  /** Bytes of bodies of requests under way. */
  readonly requests: number;
  /** The most bytes that fetches under way may bring. */
  readonly fetches: number;
  /** Partitions that share what may be held. */
  readonly members: number;
}

export interface MemoryCounts {
  /** What was counted here. */
  readonly own: MemorySums;
  /** What was counted by all. */
  readonly all: MemorySums;
  /** `amount` may be negative. */
  add(what: keyof MemorySums, amount: number): void;
  /** Records or requests became fewer here: others who are short of memory hear of it. */
  freed(): void;
  /** Who read `all` just now found too little left: calls what `onFreedElsewhere` was given when others free something, once. */
  short(): void;
  onFreedElsewhere(listener: () => void): void;
}

/** Of a process with one thread: nobody else takes or frees anything. */
export class OwnCounts implements MemoryCounts {
  readonly #sums = { records: 0, requests: 0, fetches: 0, members: 0 };

  get own(): MemorySums {
    return this.#sums;
  }

  get all(): MemorySums {
    return this.#sums;
  }

  add(what: keyof MemorySums, amount: number): void {
    this.#sums[what] += amount;
  }

  freed(): void {
    // Nobody else is there to hear of it.
  }

  short(): void {
    // What frees something here tells all listeners anyway.
  }

  onFreedElsewhere(): void {
    // There is no elsewhere.
  }
}
