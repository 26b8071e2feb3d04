import type { Kernel } from '../../../shared/kernel/kernel.ts';
import { typescriptKernel } from '../../../shared/kernel/typescript-kernel.ts';
import { createWasmKernel } from '../../../shared/kernel/wasm-kernel.ts';
import { ownWebAssembly } from '../../../shared/kernel/web-assembly.ts';

const wasm = createWasmKernel(ownWebAssembly());
if (wasm === undefined) throw new Error('these tests need an engine with WebAssembly SIMD');

/** Both, side by side. */
export const kernels: readonly Kernel[] = [wasm, typescriptKernel];
