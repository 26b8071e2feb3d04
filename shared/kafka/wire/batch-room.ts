/** Where the records of compressed batches lie once they are opened: several batches of one fetched partition in one buffer of the pool. */
import { type BufferPool, SMALLEST_POOLED_BYTES } from '../../buffer-pool.ts';
import type { MemoryAccount } from '../../memory-account.ts';
import type { BlockMemory } from '../../records.ts';

/** A buffer is held until the last of its batches is let go: of more they would hold each other for long. A larger batch has one of its own. */
const SHARED_BYTES = 1024 * 1024;

export interface RoomSource {
  readonly account: MemoryAccount;
  /** Absent: buffers are left to the garbage collector. */
  readonly pool?: Pick<BufferPool, 'take' | 'giveBack'> | undefined;
}

/** One batch at a time is put down: `begin`, then `put` once or more, then `end`; or `begin`, then `keep`. A batch that was begun and not ended is
 *  forgotten. Whoever goes on reading an opened batch retains `memory` before the next is begun. */
export class BatchRoom {
  readonly #source: RoomSource | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  /** Holds `buffer` for the batches to come. */
  #held: BlockMemory | undefined;
  #start = 0;
  #at = 0;
  #packedBytes = 0;
  #packedBehind = 0;

  /** @param source absent: nothing is counted, nothing used again */
  constructor(source: RoomSource | undefined) {
    this.#source = source;
  }

  /** What the batch that was opened last keeps alive, counted; undefined where that is its bytes alone, which nobody has counted. */
  get memory(): BlockMemory | undefined {
    return this.#held;
  }

  /** @param packedBytes of the batch
   *  @param packedBehind of all that will be opened after it, as far as is known */
  begin(packedBytes: number, packedBehind: number): void {
    this.#at = this.#start;
    this.#packedBytes = packedBytes;
    this.#packedBehind = packedBehind;
  }

  /** Copies a piece of the batch behind those before it. */
  put(piece: Uint8Array): void {
    if (this.#at + piece.length > this.#buffer.length) this.#move(piece.length);
    this.#buffer.set(piece, this.#at);
    this.#at += piece.length;
  }

  /** The batch, all of it. */
  end(): Buffer {
    const bytes = this.#buffer.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return bytes;
  }

  /** The batch, which is all of `opened`: copied where that leaves the garbage collector less, and else as it is. */
  keep(opened: Buffer): Buffer {
    const fits = this.#at + opened.length <= this.#buffer.length;
    const isPooled =
      this.#source?.pool !== undefined && (fits || this.#expected(opened.length) >= SMALLEST_POOLED_BYTES);
    if (!isPooled) {
      this.close();
      return opened;
    }
    this.put(opened);
    return this.end();
  }

  /** Nothing is opened any more. What is held by others stays. */
  close(): void {
    this.#held?.release();
    this.#held = undefined;
    this.#buffer = Buffer.alloc(0);
    this.#start = 0;
    this.#at = 0;
  }

  /** What this batch of `bytes` so far and those behind it come to, packed alike. Without a pool they have nothing to share. */
  #expected(bytes: number): number {
    if (this.#source?.pool === undefined) return bytes;
    return bytes * (1 + this.#packedBehind / Math.max(this.#packedBytes, 1));
  }

  /** Takes a buffer with room for `more` bytes of the batch, and for batches behind it. */
  #move(more: number): void {
    const begun = this.#buffer.subarray(this.#start, this.#at);
    // What is free by now is taken next.
    if (begun.length === 0) this.close();
    const before = this.#held;
    const needed = begun.length + more;
    const shared = Math.min(SHARED_BYTES, Math.ceil(this.#expected(needed)));
    // How long it becomes is not known: twice as much each time makes few copies.
    const alone = begun.length === 0 ? needed : 2 * needed;
    this.#take(shared < SMALLEST_POOLED_BYTES ? alone : Math.max(shared, alone));
    this.#buffer.set(begun);
    before?.release();
    this.#start = 0;
    this.#at = begun.length;
  }

  #take(bytes: number): void {
    const { account, pool } = this.#source ?? {};
    const buffer = pool?.take(bytes) ?? Buffer.allocUnsafeSlow(bytes);
    this.#buffer = buffer;
    const counted = bytes < SMALLEST_POOLED_BYTES ? bytes : buffer.buffer.byteLength;
    this.#held = account?.take(counted, (clean) => {
      if (clean) pool?.giveBack(buffer);
    });
  }
}
