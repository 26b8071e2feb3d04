import { describe, expect, it } from 'vitest';
import { kernel } from '../../../../shared/kernel/load-kernel.ts';
import { createWasmKernel } from '../../../../shared/kernel/wasm-kernel.ts';
import { ownWebAssembly, type WebAssemblyEngine } from '../../../../shared/kernel/web-assembly.ts';

class CompileError extends Error {}

/** An engine whose compiler throws. */
function engineThrowing(error: Error): WebAssemblyEngine {
  return {
    Module: class {
      constructor() {
        throw error;
      }
    },
    Instance: class {
      readonly exports = {};
    },
    CompileError,
  };
}

describe('the kernel in WebAssembly', () => {
  it('is the one that is used', () => {
    expect(kernel.name).toBe('wasm-simd');
  });

  it('is not there without WebAssembly, or where its instructions are not known', () => {
    expect(createWasmKernel(undefined)).toBeUndefined();
    expect(createWasmKernel(engineThrowing(new CompileError('invalid value type 0x7b')))).toBeUndefined();
  });

  it('does not hide any other failure', () => {
    const outOfMemory = new RangeError('could not allocate memory');
    expect(() => createWasmKernel(engineThrowing(outOfMemory))).toThrow(outOfMemory);
  });

  it('is there in this engine', () => {
    expect(createWasmKernel(ownWebAssembly())?.name).toBe('wasm-simd');
  });
});
