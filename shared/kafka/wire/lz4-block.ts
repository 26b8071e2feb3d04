/** The module that opens blocks of LZ4, and where things lie in its memory:
 *
 *      0         64 KiB                              roomEnd
 *      | history | text of blocks, one after the other | slack | a packed block | slack |
 *
 *  A package's decoder makes a new piece of memory for each block. That costs more than opening it does (page faults, and holes in the heap that
 *  stay resident); this one works in the core's cache, and whoever wants the text copies it to where it belongs. */
import { LZ4_BLOCK_WASM } from '../../kernel/generated/lz4-block-wasm.ts';
import { ownWebAssembly } from '../../kernel/web-assembly.ts';

/** How far back a block may repeat what came before it. */
export const HISTORY_BYTES = 64 * 1024;
const PAGE_BYTES = 64 * 1024;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly SLACK: { readonly value: number };
  open(from: number, to: number, out: number, most: number, floor: number): number;
}

export class Lz4Blocks {
  readonly #wasm: Exports;
  #memory = new Uint8Array(0);

  /** @throws Error in a Node.js that was told to do without WebAssembly */
  constructor() {
    const engine = ownWebAssembly();
    if (engine === undefined) throw new Error('this Node.js has no WebAssembly');
    const module = new engine.Module(Buffer.from(LZ4_BLOCK_WASM, 'base64'));
    this.#wasm = new engine.Instance(module).exports as Exports;
  }

  /** Text that lies there, until more is opened. */
  view(from: number, to: number): Uint8Array {
    return this.#memory.subarray(from, to);
  }

  /** Puts `text` down so that it ends where blocks begin. */
  setHistory(text: Uint8Array): void {
    this.#memory.set(text, HISTORY_BYTES - text.length);
  }

  /** Puts the text of a block, or the block itself where it `isPlain`, at `out`, which is `HISTORY_BYTES` or what came of the block before.
   *  The memory becomes as large as is needed for text up to `roomEnd`, and for this block.
   *  @param most the text ends by it
   *  @param floor what lies before it is not repeated
   *  @returns where it ends
   *  @throws RangeError when the block is damaged, or its text is longer */
  open(block: Uint8Array, isPlain: boolean, out: number, most: number, floor: number, roomEnd: number): number {
    const slack = this.#wasm.SLACK.value;
    const packedAt = roomEnd + slack;
    this.#reserve(packedAt + block.length + slack);
    if (isPlain) {
      if (block.length > most - out) throw new RangeError('an lz4 block is longer than its frame allows');
      this.#memory.set(block, out);
      return out + block.length;
    }
    this.#memory.set(block, packedAt);
    const end = this.#wasm.open(packedAt, packedAt + block.length, out, most, floor);
    if (end === 0) throw new RangeError('an lz4 block is damaged');
    return end;
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#wasm.memory.buffer.byteLength;
    if (missing > 0) this.#wasm.memory.grow(Math.ceil(missing / PAGE_BYTES));
    if (this.#memory.buffer !== this.#wasm.memory.buffer) this.#memory = new Uint8Array(this.#wasm.memory.buffer);
  }
}
