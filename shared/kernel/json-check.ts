/** Whether values are JSON, without parsing any. Two implementations say the same: WebAssembly with SIMD, and plain TypeScript where that is
 *  missing. Why: `docs/decisions/0023-documents.md`.
 *
 *  JSON is what RFC 8259 says: one value, white space around it, UTF-8, no byte order mark. The same is accepted as by `JSON.parse`, which
 *  sees no bytes: what is no UTF-8 is refused here. Names that come twice in an object pass, and so do escapes of half a
 *  surrogate pair; the RFC leaves both to whoever reads. */
import type { RecordBlock } from '../records.ts';

/** A verdict is 0 where there is no value, `NOT_JSON`, or a set of the bits below and of those of `WantedName`. */
export const NOT_JSON = -1;
/** In all verdicts on what is JSON. */
export const IS_VALUE = 1;
export const IS_OBJECT = 2;
/** There are line feeds or carriage returns; inside strings they cannot stand, so all of them are white space. */
export const HAS_LINE_BREAK = 4;
/** A name at the top level has an escape. It is compared with no `WantedName`. */
export const HAS_ESCAPED_NAME = 8;
/** The first that a `WantedName` may use; eight of them are free. */
export const FIRST_NAME_BIT = 16;

/** Objects and arrays within each other, at most, whatever a check is asked to accept. */
export const MOST_DEPTH = 10_000;

/** A member of the object at the top level to look for. */
export interface WantedName {
  readonly name: string;
  /** Set in the verdict when it is there. */
  readonly bit: number;
}

export interface JsonChecker {
  readonly name: 'wasm-simd' | 'typescript';
  /** Puts verdicts on the values of records `from` (inclusive) to `to` (exclusive) of `block` into `verdicts`, from its start on. `NOT_JSON`
   *  where a value is none, or has more than `maxDepth` objects and arrays within each other; `jsonProblem` says which.
   *  @param names are told apart by identity: pass the same array again */
  check(
    block: RecordBlock,
    from: number,
    to: number,
    maxDepth: number,
    names: readonly WantedName[],
    verdicts: Int32Array,
  ): void;
}
