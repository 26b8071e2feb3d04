/** Buffers that show who uses one after giving it back: what was in it is gone at once. */
import type { Buffers } from '../../shared/envelope/output-buffer.ts';

const POISON = 0xee;

export class WatchedBuffers implements Buffers {
  readonly taken: Buffer[] = [];
  readonly givenBack: Buffer[] = [];

  take(bytes: number): Buffer {
    const buffer = Buffer.alloc(bytes, POISON);
    this.taken.push(buffer);
    return buffer;
  }

  giveBack(buffer: Buffer): void {
    this.givenBack.push(buffer);
    Buffer.from(buffer.buffer as ArrayBuffer).fill(POISON);
  }

  /** How many of the first taken came back, each once and in order.
   *  @throws Error when others came back, or one twice */
  outgrown(): number {
    for (const [i, buffer] of this.givenBack.entries()) {
      if (buffer !== this.taken[i]) throw new Error(`buffer ${i} came back out of order`);
    }
    return this.givenBack.length;
  }
}
