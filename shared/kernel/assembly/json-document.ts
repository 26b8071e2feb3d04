/** Whether bytes are JSON, and the little that must be known of a document before it is sent. A module of its own, with a memory of its own:
 *  values lie in it as they lie in their block. It says yes or no; the twin (`../json-scan.ts`) is asked why not. */
import {
  afterSpace,
  COMMA,
  endOfName,
  endOfNumber,
  endOfString,
  endOfWord,
  hasEscape,
  hasLineBreak,
  QUOTE,
  resetEscape,
  resetLineBreak,
} from './json-tokens';
import { hasHighBit } from './lanes';
import { isUtf8 } from './utf8';

/** Containers that are open, a byte each: whether the one around it is an object. */
const STACK: usize = 1024;
export const MOST_DEPTH: i32 = 10_000;

/** Names to look for at the top level: three 32-bit numbers each (address, length, bits to set). */
export const NAMES: usize = 12 * 1024;
export const MOST_NAMES: i32 = 256;
export const NAME_TEXTS: usize = NAMES + <usize>MOST_NAMES * 12;
export const NAME_TEXTS_BYTES: usize = 32 * 1024;

/** Of each staged value two 32-bit numbers, its start and end in the input; the start is -1 where there is none. */
export const BOUNDS: usize = NAME_TEXTS + NAME_TEXTS_BYTES;
export const MOST_RECORDS: usize = 512;
/** What was found, a 32-bit number each. */
export const VERDICTS: usize = BOUNDS + MOST_RECORDS * 8;

/** Bytes of staged values. Where they do not suffice the host lets the memory grow. */
export const INPUT: usize = 64 * 1024;
/** Bytes behind the input that are read, whatever is in them. */
export const SLACK: usize = 64;

/** Bits of a verdict, as in `../json-check.ts`. */
const REFUSED: i32 = -1;
const NO_VALUE: i32 = 0;
const IS_VALUE: i32 = 1;
const IS_OBJECT: i32 = 2;
const HAS_LINE_BREAK: i32 = 4;
const HAS_ESCAPED_NAME: i32 = 8;

const COLON: u32 = 0x3a;
const OPEN_BRACKET: u32 = 0x5b;
const CLOSE_BRACKET: u32 = 0x5d;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;

let names: i32 = 0;

/** How many names there are now in `NAMES`. */
export function setNames(count: i32): void {
  names = count;
}

/** The bits of the name whose text is from `start` to `end`. */
function bitsOfName(start: usize, end: usize): i32 {
  let bits: i32 = 0;
  for (let i: i32 = 0; i < names; i++) {
    const entry = NAMES + <usize>i * 12;
    if (<usize>load<u32>(entry, 4) != end - start) continue;
    const text = <usize>load<u32>(entry);
    let same: usize = 0;
    while (same < end - start && load<u8>(text + same) == load<u8>(start + same)) same++;
    if (same == end - start) bits |= load<i32>(entry, 8);
  }
  return bits;
}

/** Whether the bytes from `start` to `end` are UTF-8, quick where they are ASCII. */
function isText(start: usize, end: usize): bool {
  let seen = i8x16.splat(0);
  let at = start;
  for (; at + 64 <= end; at += 64) {
    const half = v128.or(v128.load(at), v128.load(at, 16));
    seen = v128.or(seen, v128.or(half, v128.or(v128.load(at, 32), v128.load(at, 48))));
  }
  for (; at + 16 <= end; at += 16) seen = v128.or(seen, v128.load(at));
  let rest: u32 = 0;
  for (; at < end; at++) rest |= load<u8>(at);
  return (!hasHighBit(seen) && rest < 0x80) || isUtf8(start, end);
}

/** The verdict on the bytes from `start` to `end`, behind which stands a byte of 0. */
function verdictOn(start: usize, end: usize, maxDepth: i32): i32 {
  let bits = IS_VALUE;
  let depth: i32 = 0;
  let isObject = false;
  let expectsName = false;
  resetLineBreak();
  let at = afterSpace(start);
  while (true) {
    if (expectsName) {
      if (<u32>load<u8>(at) != QUOTE) return REFUSED;
      const name = at + 1;
      if (depth == 1) {
        resetEscape();
        at = endOfName(name);
        if (at == 0) return REFUSED;
        if (hasEscape) bits |= HAS_ESCAPED_NAME;
        else if (names > 0) bits |= bitsOfName(name, at - 1);
      } else {
        at = endOfName(name);
        if (at == 0) return REFUSED;
      }
      at = afterSpace(at);
      if (<u32>load<u8>(at) != COLON) return REFUSED;
      at = afterSpace(at + 1);
    }
    const byte = <u32>load<u8>(at);
    if (byte == QUOTE) {
      at = endOfString(at + 1);
      if (at == 0) return REFUSED;
    } else if (byte == OPEN_BRACE || byte == OPEN_BRACKET) {
      if (depth == maxDepth) return REFUSED;
      store<u8>(STACK + <usize>depth, <u8>isObject);
      depth++;
      isObject = byte == OPEN_BRACE;
      if (depth == 1 && isObject) bits |= IS_OBJECT;
      at = afterSpace(at + 1);
      // The codes of brackets and braces are two apart.
      if (<u32>load<u8>(at) != byte + 2) {
        expectsName = isObject;
        continue;
      }
    } else {
      at = byte < 0x40 ? endOfNumber(at) : endOfWord(at);
      if (at == 0) return REFUSED;
    }
    // What stands here follows a value, or ends an empty container.
    while (true) {
      at = afterSpace(at);
      if (depth == 0) {
        if (at != end || !isText(start, end)) return REFUSED;
        return hasLineBreak ? bits | HAS_LINE_BREAK : bits;
      }
      const after = <u32>load<u8>(at);
      if (after == COMMA) {
        at = afterSpace(at + 1);
        expectsName = isObject;
        break;
      }
      if (after != (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) return REFUSED;
      at++;
      depth--;
      isObject = load<u8>(STACK + <usize>depth) != 0;
    }
  }
}

/** Puts a verdict on each of the staged values. */
export function check(count: usize, maxDepth: i32): void {
  for (let i: usize = 0; i < count; i++) {
    const start = load<i32>(BOUNDS + i * 8);
    if (start < 0) {
      store<i32>(VERDICTS + i * 4, NO_VALUE);
      continue;
    }
    const end = INPUT + <usize>load<i32>(BOUNDS + i * 8, 4);
    const behind = load<u8>(end);
    store<u8>(end, 0);
    store<i32>(VERDICTS + i * 4, verdictOn(INPUT + <usize>start, end, maxDepth));
    store<u8>(end, behind);
  }
}
