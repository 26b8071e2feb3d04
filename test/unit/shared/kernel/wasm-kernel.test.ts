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
    Memory: class {
      readonly buffer = new ArrayBuffer(0);
      grow = () => 0;
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

  it('makes buffers of exactly the size that is asked for, each in a memory of its own', () => {
    for (const bytes of [5_000, 2_000_000]) {
      const [one, two] = [kernel.buffer(bytes), kernel.buffer(bytes)];
      expect([one.length, two.length, one.buffer === two.buffer]).toEqual([bytes, bytes, false]);
    }
  });

  it('makes buffers grow with what is in them, which empties their views; others it leaves alone', () => {
    const buffer = kernel.buffer(2_000_000).fill('x');
    const view = buffer.subarray(5);
    const grown = kernel.grown(buffer, 9_000_000);
    expect([grown?.length, grown?.subarray(0, 2_000_000).equals(Buffer.alloc(2_000_000, 'x'))]).toEqual([
      9_000_000,
      true,
    ]);
    expect([buffer.length, view.length]).toEqual([0, 0]);
    const plain = Buffer.allocUnsafeSlow(2_000_000);
    expect([kernel.grown(plain, 9_000_000), plain.length]).toEqual([undefined, 2_000_000]);
  });

  it('makes buffers without it where there is no address space for another memory', () => {
    const engine = ownWebAssembly();
    if (engine === undefined) throw new Error('this test needs an engine with WebAssembly');
    const { Module, Instance, CompileError: Refused } = engine;
    let memories = 0;
    class Memory extends engine.Memory {
      constructor(size: { initial: number; maximum: number }) {
        if (memories++ > 0) throw new RangeError('WebAssembly.Memory(): could not allocate memory');
        super(size);
      }
    }
    const limited = createWasmKernel({ Module, Instance, Memory, CompileError: Refused });
    const buffer = limited?.buffer(2_000_000);
    expect([buffer?.length, buffer?.buffer.byteLength]).toEqual([2_000_000, 2_000_000]);
  });
});
