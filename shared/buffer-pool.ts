/** Large buffers that are used again. What is left to the garbage collector instead stays resident long after its last use: V8 starts to
 *  collect when 64 MB of it have gathered, and glibc's heap keeps holes of its sizes. */

/** Smaller ones are not worth it, and come and go as all of JavaScript's. */
export const SMALLEST_POOLED_BYTES = 256 * 1024;

/** Two of it in a row are no UTF-8 and no length. */
const POISON = 0xdb;

let poisoned = false;

/** For test runs: from now on, in all pools of this process, buffers of every size are used again, and overwritten with 0xDB the moment they
 *  are given back. Whoever still points into one reads what cannot be mistaken for what was there.
 *  @returns what ends that */
export function poisonGivenBack(): () => void {
  poisoned = true;
  return () => {
    poisoned = false;
  };
}

export interface BufferPoolOptions {
  /** The most that waits for its next use; beyond it the smallest are left to the garbage collector. */
  readonly maxFreeBytes: number;
  /** A free buffer serves for needs down to this share of it: 0 where it is given back soon. */
  readonly leastFilled: number;
  /** Size of a buffer for so many bytes: rounded up, so that it fits the next need. What is never touched takes no memory. */
  readonly sizeFor: (bytes: number) => number;
  /** Makes one of exactly so many bytes, with memory of its own. Node.js', when absent. */
  readonly allocate?: (bytes: number) => Buffer;
  /** Makes one of exactly so many bytes of a smaller one that `allocate` made; `undefined` where it cannot. Never, when absent. */
  readonly grow?: (buffer: Buffer, bytes: number) => Buffer | undefined;
}

export class BufferPool {
  readonly #options: BufferPoolOptions;
  /** Buffers that were made here, by their memory, which may hold other things before and after. */
  readonly #own = new WeakMap<ArrayBufferLike, Buffer>();
  /** Smallest first. */
  #free: Buffer[] = [];
  #freeBytes = 0;
  #maxFreeBytes: number;

  constructor(options: BufferPoolOptions) {
    this.#options = options;
    this.#maxFreeBytes = options.maxFreeBytes;
  }

  /** So many pools, one in each thread of the process, share what one would keep: this one keeps its part of it from now on. */
  shareAmong(pools: number): void {
    this.#maxFreeBytes = this.#options.maxFreeBytes / pools;
  }

  /** Bytes that wait for their next use. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A buffer of exactly `bytes`, whatever was in it before still in it. */
  take(bytes: number): Buffer {
    const isSmall = bytes < SMALLEST_POOLED_BYTES;
    if (isSmall && !poisoned) return Buffer.allocUnsafe(bytes);
    const at = this.#free.findIndex((buffer) => buffer.length >= bytes);
    const found = this.#free[at];
    if (found !== undefined && bytes >= found.length * this.#options.leastFilled) {
      this.#free.splice(at, 1);
      this.#freeBytes -= found.length;
      return found.subarray(0, bytes);
    }
    // In time all are as large as the largest need.
    if (found === undefined) {
      const grown = this.#growSmallest(bytes);
      if (grown !== undefined) return grown.subarray(0, bytes);
      this.#dropSmallest();
    }
    const { allocate = Buffer.allocUnsafeSlow, sizeFor } = this.#options;
    const made = isSmall ? Buffer.allocUnsafeSlow(bytes) : allocate(sizeFor(bytes));
    this.#own.set(made.buffer, made);
    return made.subarray(0, bytes);
  }

  /** Takes back what `take` gave, or a view of it: nobody may read it any more. Call once; anything else is ignored. */
  giveBack({ buffer }: Buffer): void {
    const whole = this.#own.get(buffer);
    if (whole === undefined || this.#free.includes(whole)) return;
    const size = whole.length;
    if (poisoned) whole.fill(POISON);
    const after = this.#free.findIndex((free) => free.length >= size);
    this.#free.splice(after < 0 ? this.#free.length : after, 0, whole);
    this.#freeBytes += size;
    while (this.#freeBytes > this.#maxFreeBytes) this.#dropSmallest();
  }

  #growSmallest(bytes: number): Buffer | undefined {
    const { grow, sizeFor } = this.#options;
    const [smallest] = this.#free;
    if (smallest === undefined || grow === undefined) return undefined;
    const { buffer, length } = smallest;
    const grown = grow(smallest, sizeFor(bytes));
    if (grown === undefined) return undefined;
    this.#free.shift();
    this.#freeBytes -= length;
    this.#own.delete(buffer);
    this.#own.set(grown.buffer, grown);
    return grown;
  }

  #dropSmallest(): void {
    this.#freeBytes -= this.#free.shift()?.length ?? 0;
  }
}
