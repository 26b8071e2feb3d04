/** The kernel in WebAssembly with SIMD. Records are staged: a run of them is copied into the module's memory, to a place that is small enough to stay
 *  in the core's cache, and what comes out is copied to where it belongs. Buffers that the kernel made lie in memories of the module themselves:
 *  what is in them is measured without a copy, and what belongs into them is written there. Why: `docs/decisions/0019-kernel.md`. */
import { isUtf8 } from 'node:buffer';
import { BOUNDS_STRIDE, KEY_END, KEY_START, type RecordBlock, VALUE_END, VALUE_START } from '../records.ts';
import { measureRecord, type StringEscaper, writeElements } from './elements.ts';
import type { ElementTemplate, Kernel, Written } from './kernel.ts';
import { grownInstance, type KernelInstance, KernelModule } from './kernel-instance.ts';
import { programOf, type TemplateProgram } from './template-program.ts';
import type { WebAssemblyEngine } from './web-assembly.ts';

/** Second number of `ANSWER`. */
const FULL = 1;
const OTHER_THAN_TEXT = 2;
const LONGEST_ESCAPE_BYTES = 6;
const QUOTE = 0x22;
const MOST_POSITION = 0x7fffffff;
/** Of a smaller buffer, what the module needs beside it would be much, and a memory of its own is not worth making. */
const LEAST_BYTES_OF_MEMORY = 1024 * 1024;

/** Whether the module can print the numbers of record `index`. A timestamp in nanoseconds is one that it cannot. */
function hasSafeNumbers({ offsets, timestamps }: RecordBlock, index: number): boolean {
  return Number.isSafeInteger(offsets[index]) && Number.isSafeInteger(timestamps[index]);
}

class WasmKernel implements Kernel {
  readonly name = 'wasm-simd';
  readonly #module: KernelModule;
  /** For what lies in no memory of the module. */
  readonly #staging: KernelInstance;
  /** By the memory of each buffer that was made here. */
  readonly #instances = new WeakMap<ArrayBufferLike, KernelInstance>();
  readonly #programs = new WeakMap<ElementTemplate, TemplateProgram>();
  /** Position in the block of the first staged byte. */
  #base = 0;
  /** For values that are larger than what is staged at once. */
  readonly #byPieces: StringEscaper = {
    added: (bytes, start, end) => this.#addedByPieces(bytes, start, end),
    write: (target, at, bytes, start, end) => this.#writeByPieces(target, at, bytes, start, end),
  };

  constructor(module: KernelModule) {
    this.#module = module;
    this.#staging = module.instance();
  }

  buffer(bytes: number): Buffer {
    const made =
      bytes < LEAST_BYTES_OF_MEMORY
        ? undefined
        : this.#bufferOf(() => this.#module.instance(this.#heapEnd(bytes)), bytes);
    return made ?? Buffer.allocUnsafeSlow(bytes);
  }

  grown(buffer: Buffer, bytes: number): Buffer | undefined {
    const instance = this.#instances.get(buffer.buffer);
    return instance && this.#bufferOf(() => grownInstance(instance, this.#heapEnd(bytes)), bytes);
  }

  #heapEnd(bytes: number): number {
    const { HEAP, MARGIN } = this.#staging.wasm;
    return HEAP.value + bytes + MARGIN.value;
  }

  /** Undefined where there is no memory for an instance, or no address space: that may be limited where memory is not. */
  #bufferOf(make: () => KernelInstance, bytes: number): Buffer | undefined {
    try {
      const instance = make();
      const buffer = instance.heap(bytes);
      this.#instances.set(buffer.buffer, instance);
      return buffer;
    } catch (thrown) {
      if (thrown instanceof RangeError) return undefined;
      throw thrown;
    }
  }

  measure(block: RecordBlock, from: number, to: number, added: Int32Array): void {
    const own = this.#instances.get(block.bytes.buffer);
    if (own === undefined) this.#measureStaged(block, from, to, added);
    else measureInPlace(own, block, from, to, added);
  }

  #measureStaged(block: RecordBlock, from: number, to: number, added: Int32Array): void {
    const staging = this.#staging;
    for (let index = from; index < to; ) {
      const slot = 2 * (index - from);
      const count = this.#stage(staging, block, index, to, staging.input.length, false);
      if (count === 0) {
        measureRecord(this.#byPieces, block, index++, added, slot);
        continue;
      }
      staging.wasm.measure(count, this.#base);
      added.set(staging.added.subarray(0, 2 * count), slot);
      index += count;
    }
  }

  write(template: ElementTemplate, block: RecordBlock, from: number, to: number, target: Buffer, at: number): Written {
    const own = this.#instances.get(target.buffer);
    if (own === undefined) return this.#writeBy(this.#staging, template, block, from, to, target, at);
    const { next, at: end, stopped } = this.#writeBy(own, template, block, from, to, target, at);
    if (stopped === 'not-utf8' || next === to) return { next, at: end, stopped };
    // The module writes a little more than counts: the last bytes are copied.
    return this.#writeBy(this.#staging, template, block, next, to, target, end);
  }

  /** As `write`, over the memory of `instance`: in place where `target` lies in it, and then not up to the end of `target`. */
  #writeBy(
    instance: KernelInstance,
    template: ElementTemplate,
    block: RecordBlock,
    from: number,
    to: number,
    target: Buffer,
    start: number,
  ): Written {
    const { answer, output, wasm } = instance;
    const isInPlace = instance !== this.#staging;
    const end = isInPlace ? target.length - wasm.MARGIN.value : target.length;
    const mostRoom = isInPlace ? target.length : output.length;
    const program = this.#load(instance, template, to - from);
    let at = start;
    let index = from;
    while (index < to) {
      // Elements are mostly longer than what they are of: more than the target has room for would be staged in vain.
      const count = program ? this.#stage(instance, block, index, to, end - at, program.hasNumbers) : 0;
      const first = index;
      if (program && count > 0) {
        if (program.hasNumbers) stageNumbers(instance, block, index, index + count);
        for (let isFull = false; index < first + count && !isFull; ) {
          const room = Math.min(Math.max(end - at, 0), mostRoom);
          const to = isInPlace ? target.byteOffset + at : output.byteOffset;
          const bytes = this.#writeStaged(instance, program, index - first, count, to, room);
          if (!isInPlace) target.set(output.subarray(0, bytes), at);
          at += bytes;
          const next = first + (answer[0] ?? 0);
          const stopped = answer[1];
          if (stopped === OTHER_THAN_TEXT) return { next, at, stopped: 'not-utf8' };
          if (stopped === FULL && room < mostRoom) return { next, at, stopped: 'full' };
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

  #writeStaged(
    { wasm }: KernelInstance,
    { fixedBytes, keyFactor, valueFactor }: TemplateProgram,
    from: number,
    to: number,
    target: number,
    room: number,
  ): number {
    return wasm.write(from, to, this.#base, target, room, fixedBytes, keyFactor, valueFactor);
  }

  /** Makes the instance's memory hold the template; `undefined` when that is too large for it, or new and for a single record: one with
   *  headers has a template that is never seen again, and making a program of it takes longer than the record does without. */
  #load(instance: KernelInstance, template: ElementTemplate, count: number): TemplateProgram | undefined {
    let program = this.#programs.get(template);
    if (program === undefined) {
      if (count === 1) return undefined;
      program = programOf(template);
      this.#programs.set(template, program);
    }
    if (program.bytes.length > instance.programBytes.length) return undefined;
    if (program !== instance.program) instance.programBytes.set(program.bytes);
    instance.program = program;
    return program;
  }

  /** Copies records from `from` on: as many as take `wantedBytes` and as there is room for, at least one. Returns how many, 0 when the first
   *  alone is too large. With `hasNumbers` it stops before a record whose numbers the module cannot print; 0 when that is the first. */
  #stage(
    { input, bounds: staged, offsets }: KernelInstance,
    block: RecordBlock,
    from: number,
    to: number,
    wantedBytes: number,
    hasNumbers: boolean,
  ): number {
    const { bytes, bounds } = block;
    const last = Math.min(to, from + offsets.length);
    const mostBytes = Math.min(wantedBytes, input.length);
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
      if (newHigh - newLow > (index === from ? input.length : mostBytes)) break;
      low = newLow;
      high = newHigh;
    }
    const count = index - from;
    if (count === 0) return 0;
    if (high > low) input.set(new Uint8Array(bytes.buffer, bytes.byteOffset + low, high - low));
    staged.set(bounds.subarray(from * BOUNDS_STRIDE, index * BOUNDS_STRIDE));
    this.#base = low;
    return count;
  }

  #addedByPieces(bytes: Buffer, start: number, end: number): number {
    const { input, wasm } = this.#staging;
    let added = 0;
    for (let from = start; from < end; from += input.length) {
      const piece = bytes.subarray(from, Math.min(end, from + input.length));
      input.set(piece);
      added += wasm.addedToInput(piece.length);
    }
    return added;
  }

  #writeByPieces(target: Buffer, start: number, bytes: Buffer, from: number, to: number): number {
    const { input, output, wasm } = this.#staging;
    const pieceBytes = Math.floor(output.length / LONGEST_ESCAPE_BYTES);
    let at = start;
    target[at++] = QUOTE;
    for (let position = from; position < to; position += pieceBytes) {
      const piece = bytes.subarray(position, Math.min(to, position + pieceBytes));
      input.set(piece);
      const written = wasm.escapeInput(piece.length);
      target.set(output.subarray(0, written), at);
      at += written;
    }
    target[at++] = QUOTE;
    return at;
  }
}

function stageNumbers({ offsets, timestamps }: KernelInstance, block: RecordBlock, from: number, to: number): void {
  offsets.set(block.offsets.subarray(from, to));
  timestamps.set(block.timestamps.subarray(from, to));
}

/** `Kernel.measure` of a block whose bytes lie in the memory of `instance`. */
function measureInPlace(
  { wasm, bounds, added: counted, offsets }: KernelInstance,
  block: RecordBlock,
  from: number,
  to: number,
  added: Int32Array,
): void {
  // The module counts from where staged bytes begin.
  const base = wasm.INPUT.value - block.bytes.byteOffset;
  for (let index = from; index < to; ) {
    const end = Math.min(to, index + offsets.length);
    bounds.set(block.bounds.subarray(index * BOUNDS_STRIDE, end * BOUNDS_STRIDE));
    wasm.measure(end - index, base);
    added.set(counted.subarray(0, 2 * (end - index)), 2 * (index - from));
    index = end;
  }
}

/** A kernel with a module of its own; `undefined` where the engine has no WebAssembly, or none with SIMD. */
export function createWasmKernel(engine: WebAssemblyEngine | undefined): Kernel | undefined {
  if (engine === undefined) return undefined;
  try {
    return new WasmKernel(new KernelModule(engine));
  } catch (error) {
    if (error instanceof engine.CompileError) return undefined;
    throw error;
  }
}
