import type { Kernel } from '../../../shared/kernel/kernel.ts';
import { typescriptKernel } from '../../../shared/kernel/typescript-kernel.ts';
import { createWasmKernel } from '../../../shared/kernel/wasm-kernel.ts';
import { ownWebAssembly } from '../../../shared/kernel/web-assembly.ts';
import type { RecordBlock } from '../../../shared/records.ts';

const MIB = 1024 * 1024;
const GUARD_BYTES = 64;
const GUARD = Buffer.alloc(GUARD_BYTES, 0xee);
/** Neither blocks nor targets begin where their memory does. */
const SHIFT = 3;

/** `kernel` over blocks and targets that lie in buffers of its own, which are used again: making one takes longer than most tests do. */
function inPlace(kernel: Kernel): Kernel {
  let blocks = kernel.buffer(MIB);
  let targets = kernel.buffer(MIB);
  let last: { readonly block: RecordBlock; readonly moved: RecordBlock } | undefined;
  const moved = (block: RecordBlock): RecordBlock => {
    if (last?.block !== block) {
      if (blocks.length < SHIFT + block.bytes.length) blocks = kernel.buffer(SHIFT + block.bytes.length);
      const bytes = blocks.subarray(SHIFT, SHIFT + block.bytes.length);
      bytes.set(block.bytes);
      last = { block, moved: { ...block, bytes } };
    }
    return last.moved;
  };
  return {
    name: kernel.name,
    buffer: (bytes) => kernel.buffer(bytes),
    grown: (buffer, bytes) => kernel.grown(buffer, bytes),
    isUtf8: (bytes, start, end) => kernel.isUtf8(bytes, start, end),
    measure: (block, from, to, added) => kernel.measure(moved(block), from, to, added),
    write: (template, block, from, to, target, at) => {
      const size = SHIFT + target.length + GUARD_BYTES;
      if (targets.length < size) targets = kernel.grown(targets, size) ?? kernel.buffer(size);
      const own = targets.subarray(SHIFT, SHIFT + target.length);
      own.set(target);
      targets.set(GUARD, SHIFT + target.length);
      const written = kernel.write(template, moved(block), from, to, own, at);
      const guard = targets.subarray(SHIFT + target.length, size);
      if (!guard.equals(GUARD)) throw new Error(`${kernel.name} wrote past the end of a target in its memory`);
      target.set(own);
      return written;
    },
  };
}

const wasm = createWasmKernel(ownWebAssembly());
if (wasm === undefined) throw new Error('these tests need an engine with WebAssembly SIMD');

/** Side by side: both, and the one in WebAssembly over its own memories, too. */
export const kernels: readonly Kernel[] = [wasm, inPlace(wasm), typescriptKernel];
