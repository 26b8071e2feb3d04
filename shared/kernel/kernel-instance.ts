/** The kernel's module over one memory: a small one for what is copied in and out, or one that a buffer lies in, too. */
import { BOUNDS_STRIDE } from '../records.ts';
import { KERNEL_WASM } from './generated/kernel-wasm.ts';
import type { TemplateProgram } from './template-program.ts';
import type { WebAssemblyEngine, WebAssemblyMemory } from './web-assembly.ts';

interface Address {
  readonly value: number;
}

/** What `assembly/index.ts` exports; addresses and sizes in bytes. */
export interface KernelExports {
  readonly ADDED: Address;
  readonly ANSWER: Address;
  readonly BOUNDS: Address;
  readonly HEAP: Address;
  readonly INPUT: Address;
  readonly INPUT_BYTES: Address;
  readonly MARGIN: Address;
  readonly MOST_RECORDS: Address;
  readonly OFFSETS: Address;
  readonly OUTPUT: Address;
  readonly OUTPUT_BYTES: Address;
  readonly PROGRAM: Address;
  readonly PROGRAM_BYTES: Address;
  readonly TIMESTAMPS: Address;
  measure(count: number, base: number): void;
  write(
    from: number,
    to: number,
    base: number,
    target: number,
    room: number,
    fixedBytes: number,
    keyFactor: number,
    valueFactor: number,
  ): number;
  addedToInput(length: number): number;
  escapeInput(length: number): number;
}

const PAGE_BYTES = 64 * 1024;
/** What `assembly/layout.ts` takes. */
const LAYOUT_PAGES = 3;
/** 2 GiB: addresses up to there are positive. */
const MOST_PAGES = 32_768;

export class KernelInstance {
  readonly wasm: KernelExports;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly added: Int32Array;
  readonly answer: Int32Array;
  readonly bounds: Int32Array;
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  readonly programBytes: Uint8Array;
  /** What the memory holds. */
  program: TemplateProgram | undefined;
  readonly memory: WebAssemblyMemory;

  constructor(wasm: KernelExports, memory: WebAssemblyMemory) {
    const { buffer } = memory;
    const records = wasm.MOST_RECORDS.value;
    this.memory = memory;
    this.wasm = wasm;
    this.input = new Uint8Array(buffer, wasm.INPUT.value, wasm.INPUT_BYTES.value);
    this.output = new Uint8Array(buffer, wasm.OUTPUT.value, wasm.OUTPUT_BYTES.value);
    this.programBytes = new Uint8Array(buffer, wasm.PROGRAM.value, wasm.PROGRAM_BYTES.value);
    this.bounds = new Int32Array(buffer, wasm.BOUNDS.value, records * BOUNDS_STRIDE);
    this.offsets = new Float64Array(buffer, wasm.OFFSETS.value, records);
    this.timestamps = new Float64Array(buffer, wasm.TIMESTAMPS.value, records);
    this.added = new Int32Array(buffer, wasm.ADDED.value, records * 2);
    this.answer = new Int32Array(buffer, wasm.ANSWER.value, 2);
  }

  /** The buffer of `bytes` that lies in a memory made for it, in place of `output`. Its `byteOffset` is its address. */
  heap(bytes: number): Buffer {
    return Buffer.from(this.memory.buffer, this.wasm.HEAP.value, bytes);
  }
}

/** The same over the same memory with a heap that ends at `heapEnd`. What was made over it before is void.
 *  @throws RangeError where there is no more memory */
export function grownInstance({ wasm, memory }: KernelInstance, heapEnd: number): KernelInstance {
  const pages = Math.ceil((heapEnd - memory.buffer.byteLength) / PAGE_BYTES);
  if (pages > 0) memory.grow(pages);
  return new KernelInstance(wasm, memory);
}

/** Compiles the module once; it runs over as many memories as are asked for. */
export class KernelModule {
  readonly #engine: WebAssemblyEngine;
  readonly #module: object;

  /** @throws the engine's `CompileError` where it knows no SIMD */
  constructor(engine: WebAssemblyEngine) {
    this.#engine = engine;
    this.#module = new engine.Module(Buffer.from(KERNEL_WASM, 'base64'));
  }

  /** Over a memory of its own: just large enough for what is copied in and out, or with a heap that ends at `heapEnd`. It is left to the garbage
   *  collector, as any buffer is.
   *  @throws RangeError where there is no memory, or no address space: engines reserve several GB of it for each */
  instance(heapEnd = 0): KernelInstance {
    const pages = Math.max(LAYOUT_PAGES, Math.ceil(heapEnd / PAGE_BYTES));
    const memory = new this.#engine.Memory({ initial: pages, maximum: MOST_PAGES });
    const { exports } = new this.#engine.Instance(this.#module, { env: { memory } });
    return new KernelInstance(exports as KernelExports, memory);
  }
}
