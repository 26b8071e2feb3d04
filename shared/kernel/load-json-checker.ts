/** The check of this thread. */
import type { JsonChecker } from './json-check.ts';
import { typescriptJsonChecker } from './json-scan.ts';
import { createWasmJsonChecker } from './wasm-json-check.ts';
import { ownWebAssembly } from './web-assembly.ts';

/** Not re-entrant, and needs not be: nothing in it waits. */
export const jsonChecker: JsonChecker = createWasmJsonChecker(ownWebAssembly()) ?? typescriptJsonChecker;
