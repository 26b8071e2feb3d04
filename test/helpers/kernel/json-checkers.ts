import type { JsonChecker } from '../../../shared/kernel/json-check.ts';
import { typescriptJsonChecker } from '../../../shared/kernel/json-scan.ts';
import { createWasmJsonChecker } from '../../../shared/kernel/wasm-json-check.ts';
import { ownWebAssembly } from '../../../shared/kernel/web-assembly.ts';

const wasm = createWasmJsonChecker(ownWebAssembly());
if (wasm === undefined) throw new Error('these tests need an engine with WebAssembly SIMD');

/** Both, side by side. */
export const jsonCheckers: readonly JsonChecker[] = [wasm, typescriptJsonChecker];
