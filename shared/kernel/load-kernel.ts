/** The kernel of this thread. */
import type { Kernel } from './kernel.ts';
import { typescriptKernel } from './typescript-kernel.ts';
import { createWasmKernel } from './wasm-kernel.ts';
import { ownWebAssembly } from './web-assembly.ts';

/** Not re-entrant, and needs not be: nothing in it waits. */
export const kernel: Kernel = createWasmKernel(ownWebAssembly()) ?? typescriptKernel;
