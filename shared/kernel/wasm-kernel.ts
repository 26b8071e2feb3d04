/** The kernel in WebAssembly with SIMD. Records are staged: a run of them is copied into the module's memory, which is small enough to stay in
 *  the core's cache, and what comes out is copied to where it belongs. Why: `docs/decisions/0019-kernel.md`. */
import { isUtf8 } from 'node:buffer';
import { BOUNDS_STRIDE, KEY_END, KEY_START, type RecordBlock, VALUE_END, VALUE_START } from '../records.ts';
import { measureRecord, type StringEscaper, writeElements } from './elements.ts';
import { KERNEL_WASM } from './generated/kernel-wasm.ts';
import type { ElementTemplate, Kernel, Written } from './kernel.ts';
import { programOf, type TemplateProgram } from './template-program.ts';
import type { WebAssemblyEngine } from './web-assembly.ts';

interface Address {
  readonly value: number;
}

/** What `assembly/index.ts` exports; addresses and sizes in bytes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly ADDED: Address;
  readonly ANSWER: Address;
  readonly BOUNDS: Address;
  readonly INPUT: Address;
  readonly INPUT_BYTES: Address;
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
    room: number,
    fixedBytes: number,
    keyFactor: number,
    valueFactor: number,
  ): number;
  addedToInput(length: number): number;
  escapeInput(length: number): number;
}

/** Second number of `ANSWER`. */
const FULL = 1;
const OTHER_THAN_TEXT = 2;
const LONGEST_ESCAPE_BYTES = 6;
const QUOTE = 0x22;
const MOST_POSITION = 0x7fffffff;

/** Whether the module can print the numbers of record `index`. A timestamp in nanoseconds is one that it cannot. */
function hasSafeNumbers({ offsets, timestamps }: RecordBlock, index: number): boolean {
  return Number.isSafeInteger(offsets[index]) && Number.isSafeInteger(timestamps[index]);
}

class WasmKernel implements Kernel {
  readonly name = 'wasm-simd';
  readonly #wasm: Exports;
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  readonly #programBytes: Uint8Array;
  readonly #bounds: Int32Array;
  readonly #offsets: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #added: Int32Array;
  readonly #answer: Int32Array;
  readonly #mostRecords: number;
  readonly #programs = new WeakMap<ElementTemplate, TemplateProgram>();
  /** What the module's memory holds. */
  #loaded: TemplateProgram | undefined;
  /** Position in the block of the first staged byte. */
  #base = 0;
  /** For values that are larger than what is staged at once. */
  readonly #byPieces: StringEscaper = {
    added: (bytes, start, end) => this.#addedByPieces(bytes, start, end),
    write: (target, at, bytes, start, end) => this.#writeByPieces(target, at, bytes, start, end),
  };

  constructor(wasm: Exports) {
    const { buffer } = wasm.memory;
    this.#wasm = wasm;
    this.#mostRecords = wasm.MOST_RECORDS.value;
    this.#input = new Uint8Array(buffer, wasm.INPUT.value, wasm.INPUT_BYTES.value);
    this.#output = new Uint8Array(buffer, wasm.OUTPUT.value, wasm.OUTPUT_BYTES.value);
    this.#programBytes = new Uint8Array(buffer, wasm.PROGRAM.value, wasm.PROGRAM_BYTES.value);
    this.#bounds = new Int32Array(buffer, wasm.BOUNDS.value, this.#mostRecords * BOUNDS_STRIDE);
    this.#offsets = new Float64Array(buffer, wasm.OFFSETS.value, this.#mostRecords);
    this.#timestamps = new Float64Array(buffer, wasm.TIMESTAMPS.value, this.#mostRecords);
    this.#added = new Int32Array(buffer, wasm.ADDED.value, this.#mostRecords * 2);
    this.#answer = new Int32Array(buffer, wasm.ANSWER.value, 2);
  }

  measure(block: RecordBlock, from: number, to: number, added: Int32Array): void {
    for (let index = from; index < to; ) {
      const slot = 2 * (index - from);
      const count = this.#stage(block, index, to, this.#input.length, false);
      if (count === 0) {
        measureRecord(this.#byPieces, block, index++, added, slot);
        continue;
      }
      this.#wasm.measure(count, this.#base);
      added.set(this.#added.subarray(0, 2 * count), slot);
      index += count;
    }
  }

  write(
    template: ElementTemplate,
    block: RecordBlock,
    from: number,
    to: number,
    target: Buffer,
    start: number,
  ): Written {
    const program = this.#load(template, to - from);
    let at = start;
    let index = from;
    while (index < to) {
      // Elements are mostly longer than what they are of: more than the target has room for would be staged in vain.
      const count = program ? this.#stage(block, index, to, target.length - at, program.hasNumbers) : 0;
      const first = index;
      if (program && count > 0) {
        if (program.hasNumbers) this.#stageNumbers(block, index, index + count);
        for (let isFull = false; index < first + count && !isFull; ) {
          const room = Math.min(target.length - at, this.#output.length);
          const bytes = this.#writeStaged(program, index - first, count, room);
          target.set(this.#output.subarray(0, bytes), at);
          at += bytes;
          const next = first + (this.#answer[0] ?? 0);
          const stopped = this.#answer[1];
          if (stopped === OTHER_THAN_TEXT) return { next, at, stopped: 'not-utf8' };
          if (stopped === FULL && room < this.#output.length) return { next, at, stopped: 'full' };
          isFull = next === index;
          index = next;
        }
      }
      // The record at hand cannot be staged, or its element is too large for the output.
      if (index < first + count || count === 0) {
        const written = writeElements(this.#byPieces, template, block, index, index + 1, target, at);
        if (written.stopped) return written;
        at = written.at;
        index++;
      }
    }
    return { next: to, at, stopped: undefined };
  }

  isUtf8(bytes: Buffer, start: number, end: number): boolean {
    return isUtf8(bytes.subarray(start, end));
  }

  #writeStaged(program: TemplateProgram, from: number, to: number, room: number): number {
    const { fixedBytes, keyFactor, valueFactor } = program;
    return this.#wasm.write(from, to, this.#base, room, fixedBytes, keyFactor, valueFactor);
  }

  /** Makes the module's memory hold the template; `undefined` when that is too large for it, or new and for a single record: one with
   *  headers has a template that is never seen again, and making a program of it takes longer than the record does without. */
  #load(template: ElementTemplate, count: number): TemplateProgram | undefined {
    let program = this.#programs.get(template);
    if (program === undefined) {
      if (count === 1) return undefined;
      program = programOf(template);
      this.#programs.set(template, program);
    }
    if (program.bytes.length > this.#programBytes.length) return undefined;
    if (program !== this.#loaded) this.#programBytes.set(program.bytes);
    this.#loaded = program;
    return program;
  }

  /** Copies records from `from` on: as many as take `wantedBytes` and as there is room for, at least one. Returns how many, 0 when the first
   *  alone is too large. With `hasNumbers` it stops before a record whose numbers the module cannot print; 0 when that is the first. */
  #stage(block: RecordBlock, from: number, to: number, wantedBytes: number, hasNumbers: boolean): number {
    const { bytes, bounds } = block;
    const last = Math.min(to, from + this.#mostRecords);
    const mostBytes = Math.min(wantedBytes, this.#input.length);
    let low = MOST_POSITION;
    let high = 0;
    let index = from;
    for (; index < last; index++) {
      if (hasNumbers && !hasSafeNumbers(block, index)) break;
      const row = index * BOUNDS_STRIDE;
      const keyStart = bounds[row + KEY_START] ?? -1;
      const valueStart = bounds[row + VALUE_START] ?? -1;
      let newLow = low;
      let newHigh = high;
      if (keyStart >= 0) {
        newLow = Math.min(newLow, keyStart);
        newHigh = Math.max(newHigh, bounds[row + KEY_END] ?? -1);
      }
      if (valueStart >= 0) {
        newLow = Math.min(newLow, valueStart);
        newHigh = Math.max(newHigh, bounds[row + VALUE_END] ?? -1);
      }
      if (newHigh - newLow > (index === from ? this.#input.length : mostBytes)) break;
      low = newLow;
      high = newHigh;
    }
    const count = index - from;
    if (count === 0) return 0;
    if (high > low) this.#input.set(new Uint8Array(bytes.buffer, bytes.byteOffset + low, high - low));
    this.#bounds.set(bounds.subarray(from * BOUNDS_STRIDE, index * BOUNDS_STRIDE));
    this.#base = low;
    return count;
  }

  #stageNumbers(block: RecordBlock, from: number, to: number): void {
    this.#offsets.set(block.offsets.subarray(from, to));
    this.#timestamps.set(block.timestamps.subarray(from, to));
  }

  #addedByPieces(bytes: Buffer, start: number, end: number): number {
    let added = 0;
    for (let from = start; from < end; from += this.#input.length) {
      const piece = bytes.subarray(from, Math.min(end, from + this.#input.length));
      this.#input.set(piece);
      added += this.#wasm.addedToInput(piece.length);
    }
    return added;
  }

  #writeByPieces(target: Buffer, start: number, bytes: Buffer, from: number, to: number): number {
    const pieceBytes = Math.floor(this.#output.length / LONGEST_ESCAPE_BYTES);
    let at = start;
    target[at++] = QUOTE;
    for (let position = from; position < to; position += pieceBytes) {
      const piece = bytes.subarray(position, Math.min(to, position + pieceBytes));
      this.#input.set(piece);
      const written = this.#wasm.escapeInput(piece.length);
      target.set(this.#output.subarray(0, written), at);
      at += written;
    }
    target[at++] = QUOTE;
    return at;
  }
}

/** A kernel with a module of its own; `undefined` where the engine has no WebAssembly, or none with SIMD. */
export function createWasmKernel(engine: WebAssemblyEngine | undefined): Kernel | undefined {
  if (engine === undefined) return undefined;
  try {
    const module = new engine.Module(Buffer.from(KERNEL_WASM, 'base64'));
    return new WasmKernel(new engine.Instance(module).exports as Exports);
  } catch (error) {
    if (error instanceof engine.CompileError) return undefined;
    throw error;
  }
}
