/** The check in WebAssembly with SIMD. Values are staged as they lie in their block: a run of them is copied into the module's memory by one call,
 *  and nothing comes out but a number each. */
import { BOUNDS_STRIDE, type RecordBlock, VALUE_END, VALUE_START } from '../records.ts';
import { JSON_DOCUMENT_WASM } from './generated/json-document-wasm.ts';
import { type JsonChecker, MOST_DEPTH, type WantedName } from './json-check.ts';
import { verdictOn } from './json-scan.ts';
import type { WebAssemblyEngine } from './web-assembly.ts';

interface Address {
  readonly value: number;
}

/** What `assembly/json-document.ts` exports; addresses and sizes in bytes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly BOUNDS: Address;
  readonly INPUT: Address;
  readonly MOST_NAMES: Address;
  readonly MOST_RECORDS: Address;
  readonly NAMES: Address;
  readonly NAME_TEXTS: Address;
  readonly NAME_TEXTS_BYTES: Address;
  readonly SLACK: Address;
  readonly VERDICTS: Address;
  setNames(count: number): void;
  check(count: number, maxDepth: number): void;
}

const PAGE_BYTES = 64 * 1024;
/** A run stays in the core's cache. */
const MOST_RUN_BYTES = 48 * 1024;
/** A value beyond it would leave its size with the module for good; a loop in TypeScript takes it. */
const LARGEST_BYTES = 4 * 1024 * 1024;

class WasmJsonChecker implements JsonChecker {
  readonly name = 'wasm-simd';
  readonly #wasm: Exports;
  readonly #input: number;
  readonly #mostRecords: number;
  #memory = new Uint8Array(0);
  #bounds = new Int32Array(0);
  #verdicts = new Int32Array(0);
  #names: readonly WantedName[] = [];
  /** False where there is no room for these names. */
  #hasNames = true;

  constructor(wasm: Exports) {
    this.#wasm = wasm;
    this.#input = wasm.INPUT.value;
    this.#mostRecords = wasm.MOST_RECORDS.value;
    this.#reserve(MOST_RUN_BYTES);
  }

  check(
    block: RecordBlock,
    from: number,
    to: number,
    maxDepth: number,
    names: readonly WantedName[],
    verdicts: Int32Array,
  ): void {
    if (names !== this.#names) this.#setNames(names);
    for (let index = from; index < to; ) {
      const next = this.#hasNames ? this.#stage(block, index, to) : index;
      if (next === index) {
        verdicts[index - from] = alone(block, index++, maxDepth, names);
        continue;
      }
      this.#wasm.check(next - index, Math.min(maxDepth, MOST_DEPTH));
      for (let row = 0; row < next - index; row++) verdicts[index - from + row] = this.#verdicts[row] ?? 0;
      index = next;
    }
  }

  /** Copies values from record `from` on, in the order they have in the block, as many as fit; returns the first that was not. */
  #stage({ bytes, bounds }: RecordBlock, from: number, to: number): number {
    const limit = Math.min(to, from + this.#mostRecords);
    let low = -1;
    let high = -1;
    let next = from;
    for (; next < limit; next++) {
      const start = bounds[next * BOUNDS_STRIDE + VALUE_START] ?? -1;
      const row = 2 * (next - from);
      this.#bounds[row] = -1;
      if (start < 0) continue;
      const end = bounds[next * BOUNDS_STRIDE + VALUE_END] ?? start;
      if (low < 0) {
        if (end - start > LARGEST_BYTES) break;
        low = start;
      } else if (start < high || end - low > MOST_RUN_BYTES) {
        break;
      }
      high = end;
      this.#bounds[row] = start - low;
      this.#bounds[row + 1] = end - low;
    }
    if (high > low) this.#copy(bytes, low, high, next - from);
    return next;
  }

  #copy(bytes: Buffer, low: number, high: number, count: number): void {
    if (high - low > MOST_RUN_BYTES && this.#input + high - low + this.#wasm.SLACK.value > this.#memory.length) {
      const staged = this.#bounds.slice(0, 2 * count);
      this.#reserve(high - low);
      this.#bounds.set(staged);
    }
    this.#memory.set(new Uint8Array(bytes.buffer, bytes.byteOffset + low, high - low), this.#input);
  }

  #reserve(inputBytes: number): void {
    const { memory, SLACK, BOUNDS, VERDICTS } = this.#wasm;
    const missing = this.#input + inputBytes + SLACK.value - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#memory = new Uint8Array(memory.buffer);
    this.#bounds = new Int32Array(memory.buffer, BOUNDS.value, 2 * this.#mostRecords);
    this.#verdicts = new Int32Array(memory.buffer, VERDICTS.value, this.#mostRecords);
  }

  #setNames(names: readonly WantedName[]): void {
    const { NAMES, MOST_NAMES, NAME_TEXTS, NAME_TEXTS_BYTES } = this.#wasm;
    const texts = names.map(({ name }) => Buffer.from(name));
    this.#names = names;
    this.#hasNames =
      names.length <= MOST_NAMES.value && texts.reduce((sum, text) => sum + text.length, 0) <= NAME_TEXTS_BYTES.value;
    if (!this.#hasNames) return;
    const table = new Int32Array(this.#wasm.memory.buffer, NAMES.value, 3 * names.length);
    let at = NAME_TEXTS.value;
    for (const [i, text] of texts.entries()) {
      table.set([at, text.length, names[i]?.bit ?? 0], 3 * i);
      this.#memory.set(text, at);
      at += text.length;
    }
    this.#wasm.setNames(names.length);
  }
}

function alone({ bytes, bounds }: RecordBlock, index: number, maxDepth: number, names: readonly WantedName[]): number {
  const start = bounds[index * BOUNDS_STRIDE + VALUE_START] ?? -1;
  if (start < 0) return 0;
  return verdictOn(bytes, start, bounds[index * BOUNDS_STRIDE + VALUE_END] ?? start, maxDepth, names);
}

/** The module, or `undefined` in an engine that has no WebAssembly, or none with SIMD.
 *  @throws Error of anything else that is wrong with it */
export function createWasmJsonChecker(engine: WebAssemblyEngine | undefined): JsonChecker | undefined {
  if (engine === undefined) return undefined;
  try {
    const module = new engine.Module(Buffer.from(JSON_DOCUMENT_WASM, 'base64'));
    return new WasmJsonChecker(new engine.Instance(module).exports as Exports);
  } catch (error) {
    if (error instanceof engine.CompileError) return undefined;
    throw error;
  }
}
