/** Tokens of JSON, sixteen bytes at a time. Whoever calls sees to it that a byte that no token may hold stands behind the text: nothing here
 *  looks where it ends. Loads reach up to 16 bytes further. Source: RFC 8259. */

export const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const MINUS: u32 = 0x2d;
const ZERO: u32 = 0x30;
const POINT: u32 = 0x2e;
const PLUS: u32 = 0x2b;
export const COMMA: u32 = 0x2c;
const LAST_CONTROL: i8 = 0x1f;

const TRUE: u32 = 0x65757274;
const NULL: u32 = 0x6c6c756e;
/** Without its first letter. */
const FALSE_REST: u32 = 0x65736c61;

/** Letters after a backslash, as sets of bits: below 64, and from there on. */
const ESCAPES_LOW: u64 = (1 << 0x22) | (1 << 0x2f);
const ESCAPES_HIGH: u64 = (1 << 0x1c) | (1 << 0x22) | (1 << 0x26) | (1 << 0x2e) | (1 << 0x32) | (1 << 0x34);

/** An escape was in the string that was last passed; for whoever sets it to false before. */
export let hasEscape: bool = false;
/** A line feed or carriage return was between tokens. */
export let hasLineBreak: bool = false;

export function resetEscape(): void {
  hasEscape = false;
}

export function resetLineBreak(): void {
  hasLineBreak = false;
}

function isHex(byte: u32): bool {
  return byte - ZERO < 10 || (byte | 0x20) - 0x61 < 6;
}

/** One past the escape whose backslash is at `at`; 0 where there is no such escape. */
function endOfEscape(at: usize): usize {
  const letter = <u32>load<u8>(at, 1);
  if (letter == 0x75) {
    const isCode =
      isHex(load<u8>(at, 2)) && isHex(load<u8>(at, 3)) && isHex(load<u8>(at, 4)) && isHex(load<u8>(at, 5));
    return isCode ? at + 6 : 0;
  }
  const set = letter < 64 ? ESCAPES_LOW : letter < 128 ? ESCAPES_HIGH : 0;
  return ((set >> (letter & 63)) & 1) != 0 ? at + 2 : 0;
}

/** The bytes among sixteen at `at` that a string cannot hold as they are: a bit each. */
// @ts-ignore: decorator
@inline
function stopsAt(at: usize): i32 {
  const bytes = v128.load(at);
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))),
      i8x16.le_u(bytes, i8x16.splat(LAST_CONTROL)),
    ),
  );
}

/** One past the quote that ends the string whose text begins at `start`; 0 where it is no string. Bytes above 0x7f pass. */
// @ts-ignore: decorator
@inline
export function endOfString(start: usize): usize {
  let at = start;
  while (true) {
    const stops = stopsAt(at);
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(stops);
    const byte = <u32>load<u8>(at);
    if (byte == QUOTE) return at + 1;
    if (byte != BACKSLASH) return 0;
    hasEscape = true;
    at = endOfEscape(at);
    if (at == 0) return 0;
  }
}

/** The same for a name. Those of a topic come again and again, and the processor foresees a branch that it took before: it goes on behind
 *  the name while the vector is still being looked at. */
// @ts-ignore: decorator
@inline
export function endOfName(start: usize): usize {
  switch (ctz(stopsAt(start))) {
    case 1:
      if (<u32>load<u8>(start, 1) == QUOTE) return start + 2;
      break;
    case 2:
      if (<u32>load<u8>(start, 2) == QUOTE) return start + 3;
      break;
    case 3:
      if (<u32>load<u8>(start, 3) == QUOTE) return start + 4;
      break;
    case 4:
      if (<u32>load<u8>(start, 4) == QUOTE) return start + 5;
      break;
    case 5:
      if (<u32>load<u8>(start, 5) == QUOTE) return start + 6;
      break;
    case 6:
      if (<u32>load<u8>(start, 6) == QUOTE) return start + 7;
      break;
    case 7:
      if (<u32>load<u8>(start, 7) == QUOTE) return start + 8;
      break;
    case 8:
      if (<u32>load<u8>(start, 8) == QUOTE) return start + 9;
      break;
    case 9:
      if (<u32>load<u8>(start, 9) == QUOTE) return start + 10;
      break;
    case 10:
      if (<u32>load<u8>(start, 10) == QUOTE) return start + 11;
      break;
    default:
      break;
  }
  return endOfString(start);
}

/** The bytes among sixteen at `at` that are no digits: a bit each. */
// @ts-ignore: decorator
@inline
function othersThanDigits(at: usize): i32 {
  return i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(at), i8x16.splat(<i8>ZERO)), i8x16.splat(9)));
}

/** The first byte from `start` on that is no digit. */
function endOfDigits(start: usize): usize {
  let at = start;
  while (true) {
    const others = othersThanDigits(at);
    if (others != 0) return at + <usize>ctz(others);
    at += 16;
  }
}

/** One past the exponent whose letter is at `at`; 0 where there is none. */
function endOfExponent(at: usize): usize {
  const sign = <u32>load<u8>(at, 1);
  const digits = at + 1 + <usize>(sign == PLUS || sign == MINUS);
  const end = endOfDigits(digits);
  return end == digits ? 0 : end;
}

/** One past the number at `start`; 0 where there is none. */
// @ts-ignore: decorator
@inline
export function endOfNumber(start: usize): usize {
  let at = start + <usize>(<u32>load<u8>(start) == MINUS);
  const first = <u32>load<u8>(at);
  if (first - ZERO > 9) return 0;
  // A single digit: foreseen, as names are.
  if (<u32>load<u8>(at, 1) == COMMA) return at + 1;
  // Of a decimal number both parts by one look.
  const others = othersThanDigits(at);
  if (others == 0 || (others & (others - 1)) == 0) return endOfLongNumber(at);
  const count = <usize>ctz(others);
  let byte = <u32>load<u8>(at + count);
  if (first == ZERO && count != 1) return 0;
  if (byte == POINT) {
    const both = <usize>ctz(others & (others - 1));
    if (both == count + 1) return 0;
    at += both;
    byte = load<u8>(at);
  } else {
    at += count;
  }
  return (byte | 0x20) == 0x65 ? endOfExponent(at) : at;
}

/** The same, whatever its length, from its first digit on. */
function endOfLongNumber(start: usize): usize {
  let at = <u32>load<u8>(start) == ZERO ? start + 1 : endOfDigits(start);
  if (<u32>load<u8>(at) == POINT) {
    const digits = at + 1;
    at = endOfDigits(digits);
    if (at == digits) return 0;
  }
  return (<u32>load<u8>(at) | 0x20) == 0x65 ? endOfExponent(at) : at;
}

/** One past `true`, `false` or `null` at `start`; 0 where there is none of them. */
export function endOfWord(start: usize): usize {
  const four = load<u32>(start);
  if (four == TRUE || four == NULL) return start + 4;
  return (four & 0xff) == 0x66 && load<u32>(start, 1) == FALSE_REST ? start + 5 : 0;
}

/** The first byte from `start` on that is no white space. */
function endOfSpace(start: usize): usize {
  let at = start;
  while (true) {
    const bytes = v128.load(at);
    const lines = v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d)));
    const spaces = v128.or(i8x16.eq(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x09)));
    const others = i8x16.bitmask(v128.or(lines, spaces)) ^ 0xffff;
    const count = ctz(others | 0x10000);
    if ((i8x16.bitmask(lines) & ((1 << count) - 1)) != 0) hasLineBreak = true;
    at += <usize>count;
    if (count < 16) return at;
  }
}

/** The first byte from `at` on that is no white space, quick where there is none. */
// @ts-ignore: decorator
@inline
export function afterSpace(at: usize): usize {
  return <u32>load<u8>(at) <= 0x20 ? endOfSpace(at) : at;
}
