/** The little that we use of `WebAssembly`, which neither the language's types nor Node's name. */
export interface WebAssemblyMemory {
  /** Another one after the memory grew. */
  readonly buffer: ArrayBuffer;
  /** @throws RangeError beyond its maximum, or where there is no memory */
  grow(pages: number): number;
}

/** What compiles and runs a module. */
export interface WebAssemblyEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  /** Exports are functions, the memory, and globals. */
  readonly Instance: new (
    module: object,
    imports?: object,
  ) => { readonly exports: object };
  /** In pages of 64 KiB. */
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
  }) => WebAssemblyMemory;
  /** What `Module` throws of bytes that it does not understand, such as SIMD where there is none. */
  readonly CompileError: new () => Error;
}

/** The engine's own, where it has one. */
export function ownWebAssembly(): WebAssemblyEngine | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyEngine }).WebAssembly;
}
