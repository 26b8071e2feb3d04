/** Counting memory that is shared: what a fetch brought, until the last record of it is settled. */
import type { BlockMemory } from './records.ts';

/** @param clean whether nobody reads the memory any more: it was released by all, and discarded by none */
export type Freed = (clean: boolean) => void;

/** Where memory is counted; one for a whole process. */
export interface MemoryAccount {
  /** Counts `bytes` until the last holder lets go; the caller is the first. `freed` is called then, once. */
  take(bytes: number, freed?: Freed): BlockMemory;
  /** Counts what was asked for and may come; the answer ends that, once. */
  expect(bytes: number): () => void;
  /** Whether nothing more should be taken without need. */
  readonly isFull: boolean;
}

/** Memory with several holders. */
export class SharedMemory implements BlockMemory {
  #holders = 1;
  #clean = true;
  readonly #freed: Freed;

  /** @param freed called when the last holder let go */
  constructor(freed: Freed) {
    this.#freed = freed;
  }

  /** @throws Error when nobody holds it any more */
  retain(): void {
    if (this.#holders === 0) throw new Error('memory is retained after its last holder let go');
    this.#holders++;
  }

  /** @throws Error when nobody holds it any more */
  release(): void {
    if (this.#holders === 0) throw new Error('memory is released more often than it was retained');
    this.#holders--;
    if (this.#holders === 0) this.#freed(this.#clean);
  }

  /** @throws Error when nobody holds it any more */
  discard(): void {
    this.#clean = false;
    this.release();
  }
}

/** Counts nothing: for who reads a few records. */
export const UNCOUNTED: MemoryAccount = {
  take: (_bytes, freed = () => undefined) => new SharedMemory(freed),
  expect: () => () => undefined,
  isFull: false,
};
