/** The loops that pass over every byte of every record: what escaping adds, whether bytes are UTF-8, JSON elements written from byte views.
 *  Two implementations give the same bytes: WebAssembly with SIMD, and plain TypeScript where that is missing. */
import type { RecordBlock } from '../records.ts';

/** In `Kernel.measure`: the bytes are not UTF-8. */
export const NOT_UTF8 = -1;

/** What a member of an element takes from its record. `text`: a JSON string of bytes that are UTF-8; `base64`: a JSON string of any bytes;
 *  `present`: the member is a constant, there where the key (or value) is not null. Members of a null key or value are left out. Numbers
 *  have all digits that `BigInt` prints, beyond the safe integers too. */
export type MemberSource =
  | 'key-text'
  | 'key-base64'
  | 'key-present'
  | 'value-text'
  | 'value-base64'
  | 'value-present'
  | 'offset'
  | 'timestamp'
  | 'value-size';

/** One member of a JSON object, without the comma before it: a constant (`"partition":3`), or a lead (`"offset":`) and what follows it. */
export type TemplateMember = { readonly constant: Buffer } | { readonly lead: Buffer; readonly source: MemberSource };

/** How a record becomes a JSON object: `{`, members with commas between those that are there, `}`, then `end`. */
export interface ElementTemplate {
  readonly members: readonly TemplateMember[];
  /** After the closing brace of each element. */
  readonly end: Buffer;
}

/** How far `Kernel.write` came. */
export interface Written {
  /** Index of the first record that was not written: it did not fit, or (`NOT_UTF8`) a `text` member of it is not UTF-8. `to` when all are. */
  readonly next: number;
  /** Position in the target after the last element. */
  readonly at: number;
  readonly stopped: 'full' | 'not-utf8' | undefined;
}

export interface Kernel {
  readonly name: 'wasm-simd' | 'typescript';
  /** For records `from` (inclusive) to `to` (exclusive) of a block: how many bytes escaping as a JSON string adds to key and value, in
   *  `added[2 * (i - from)]` and `added[2 * (i - from) + 1]`; 0 for a null, `NOT_UTF8` for what is no UTF-8. Quotes are not counted.
   *  Overflows are not looked at. */
  measure(block: RecordBlock, from: number, to: number, added: Int32Array): void;
  /** Writes records `from` to `to` of `block` into `target` from position `at`. Never writes past the end of `target`, and never part of an element
   *  that counts: what lies at and after the returned position is undefined. Overflows are not looked at. */
  write(template: ElementTemplate, block: RecordBlock, from: number, to: number, target: Buffer, at: number): Written;
  /** A buffer of exactly `bytes`. What is measured in it, or written into it, is not copied on the way, where it is large. To make one takes
   *  as long as a tenth of a millisecond: use it again. It cannot be transferred to another thread. */
  buffer(bytes: number): Buffer;
  /** Makes a larger one of what `buffer` gave and nobody uses any more: what is in it stays, and views of it are empty afterwards. Nothing is left for
   *  the garbage collector. `undefined`, and nothing done, where that cannot be. */
  grown(buffer: Buffer, bytes: number): Buffer | undefined;
  /** Whether `bytes[start, end)` is UTF-8, as `buffer.isUtf8` says it. */
  isUtf8(bytes: Buffer, start: number, end: number): boolean;
}
