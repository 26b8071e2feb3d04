/** The little that we use of `WebAssembly`, which neither the language's types nor Node's name. */
export interface WebAssemblyEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  /** Exports are functions, the memory, and globals. */
  readonly Instance: new (
    module: object,
  ) => { readonly exports: object };
  /** What `Module` throws of bytes that it does not understand, such as SIMD where there is none. */
  readonly CompileError: new () => Error;
}

/** The engine's own, where it has one. */
export function ownWebAssembly(): WebAssemblyEngine | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyEngine }).WebAssembly;
}
