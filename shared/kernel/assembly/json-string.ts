/** Escaping of JSON strings (RFC 8259 §7), as `JSON.stringify` does it: quote, backslash and what is below 0x20. */
import { loadFirst } from './lanes';
import { PATTERNS, SCRATCH } from './layout';

const QUOTE: i8 = 0x22;
const BACKSLASH: i8 = 0x5c;
const LAST_CONTROL: i8 = 0x1f;
/** Stands where there is no byte; needs no escape. */
const SPACE: i8 = 0x20;
/** Blocks of which one lane's sum fits a byte: each adds 5 at most. */
const BLOCKS_A_SUM: usize = 51;
/** In a pattern: the lane that holds a backslash. */
const BACKSLASH_LANE: u8 = 8;

/** All bytes of the last text that was measured or written, by OR: tells whether one is above 0x7f. */
export let seen: v128 = i8x16.splat(0);

/** One pattern for each set of eight bytes that need a backslash: where each of the bytes that come out is taken from. */
export function makePatterns(): void {
  for (let set: usize = 0; set < 256; set++) {
    let at = PATTERNS + set * 16;
    for (let lane: usize = 0; lane < 8; lane++) {
      if ((set >> lane) & 1) store<u8>(at++, BACKSLASH_LANE);
      store<u8>(at++, <u8>lane);
    }
  }
}

/** By a control's value: the letter of its short escape, else 0. Bytes above 15 have none, `swizzle` gives 0 for them. */
// @ts-ignore: decorator
@inline
function letters(): v128 {
  return i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0x62, 0x74, 0x6e, 0, 0x66, 0x72, 0, 0);
}

/** By a control's value: what its escape is shorter than `\u001f`. */
// @ts-ignore: decorator
@inline
function shorterBy(): v128 {
  return i8x16(0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 0, 4, 4, 0, 0);
}

// @ts-ignore: decorator
@inline
function quotesIn(bytes: v128): v128 {
  return v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
}

// @ts-ignore: decorator
@inline
function controlsIn(bytes: v128): v128 {
  return i8x16.le_u(bytes, i8x16.splat(LAST_CONTROL));
}

/** What escaping adds to each of the bytes: 0, 1 or 5. */
// @ts-ignore: decorator
@inline
function addedIn(bytes: v128): v128 {
  const forControls = v128.and(controlsIn(bytes), i8x16.splat(5));
  const long = i8x16.sub(forControls, i8x16.swizzle(shorterBy(), bytes));
  return i8x16.sub(long, quotesIn(bytes));
}

// @ts-ignore: decorator
@inline
function sumOf(bytes: v128): i32 {
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/** The same of whole blocks, at most `BLOCKS_A_SUM` of them, where a control is among them. */
function addedWithControls(start: usize, end: usize): i32 {
  let lanes = i8x16.splat(0);
  for (let from = start; from < end; from += 16) lanes = i8x16.add(lanes, addedIn(v128.load(from)));
  return sumOf(lanes);
}

/** What escaping adds to the bytes from `start` to `end`, quotes around them not counted. Sets `seen`. Most texts have no controls: only the least
 *  byte is noted, and what has one is counted again. */
export function added(start: usize, end: usize): i32 {
  let all = i8x16.splat(0);
  let sum: i32 = 0;
  let from = start;
  while (from + 16 <= end) {
    const first = from;
    const last = min(end - 15, from + BLOCKS_A_SUM * 16);
    let lanes = i8x16.splat(0);
    let least = i8x16.splat(-1);
    // Twice the same: a loop costs as much as a third of what is in it.
    for (; from + 16 < last; from += 32) {
      const one = v128.load(from);
      const two = v128.load(from, 16);
      all = v128.or(all, v128.or(one, two));
      least = i8x16.min_u(least, i8x16.min_u(one, two));
      lanes = i8x16.sub(i8x16.sub(lanes, quotesIn(one)), quotesIn(two));
    }
    for (; from < last; from += 16) {
      const bytes = v128.load(from);
      all = v128.or(all, bytes);
      least = i8x16.min_u(least, bytes);
      lanes = i8x16.sub(lanes, quotesIn(bytes));
    }
    sum += v128.any_true(controlsIn(least)) ? addedWithControls(first, from) : sumOf(lanes);
  }
  const rest = loadFirst(from, end - from, i8x16.splat(SPACE));
  seen = v128.or(all, rest);
  return sum + sumOf(addedIn(rest));
}

function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

/** Writes `count` bytes one by one; for blocks with a control that has no short escape. */
function writeOneByOne(at: usize, bytes: v128, count: usize): usize {
  const quoted = v128.or(quotesIn(bytes), controlsIn(bytes));
  const mask = i8x16.bitmask(quoted);
  v128.store(SCRATCH, bytes);
  v128.store(SCRATCH, v128.bitselect(i8x16.swizzle(letters(), bytes), bytes, controlsIn(bytes)), 16);
  for (let i: usize = 0; i < count; i++) {
    const letter = load<u8>(SCRATCH + i, 16);
    if (letter == 0) {
      const byte = <u32>load<u8>(SCRATCH + i);
      store<u8>(at, <u8>BACKSLASH);
      store<u8>(at, 0x75, 1);
      store<u8>(at, 0x30, 2);
      store<u8>(at, 0x30, 3);
      store<u8>(at, hexDigit(byte >> 4), 4);
      store<u8>(at, hexDigit(byte & 15), 5);
      at += 6;
    } else {
      store<u8>(at, <u8>BACKSLASH);
      at += (mask >> <i32>i) & 1;
      store<u8>(at++, letter);
    }
  }
  return at;
}

/** Writes eight bytes, which are the lower half of `bytes` and have backslashes above them, with a backslash before each that `set` names. */
// @ts-ignore: decorator
@inline
function writeEight(at: usize, bytes: v128, set: i32): void {
  v128.store(at, i8x16.swizzle(bytes, v128.load(PATTERNS + (<usize>set << 4))));
}

/** Writes 16 bytes with a backslash before each that `mask` names; up to 16 bytes too much. */
// @ts-ignore: decorator
@inline
function writeSixteen(at: usize, bytes: v128, mask: i32): void {
  const backslashes = i8x16.splat(BACKSLASH);
  const low = mask & 0xff;
  // Halves of two vectors side by side: one instruction each.
  writeEight(at, i8x16.shuffle(bytes, backslashes, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), low);
  writeEight(
    at + 8 + <usize>popcnt(low),
    i8x16.shuffle(bytes, backslashes, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31),
    mask >> 8,
  );
}

/** Whether one of the controls among `bytes` has no short escape. */
// @ts-ignore: decorator
@inline
function hasLongEscape(bytes: v128, controls: v128): bool {
  return v128.any_true(v128.and(controls, i8x16.eq(i8x16.swizzle(letters(), bytes), i8x16.splat(0))));
}

/** The bytes with letters in place of controls, each of which has a short escape. */
// @ts-ignore: decorator
@inline
function withLetters(bytes: v128, controls: v128): v128 {
  return v128.or(v128.andnot(bytes, controls), i8x16.swizzle(letters(), bytes));
}

/** Writes the first `count` of 16 bytes, those after them being spaces; returns the position after them. */
function writeRest(at: usize, bytes: v128, count: usize): usize {
  const controls = controlsIn(bytes);
  if (hasLongEscape(bytes, controls)) return writeOneByOne(at, bytes, count);
  const mask = i8x16.bitmask(v128.or(quotesIn(bytes), controls));
  writeSixteen(at, withLetters(bytes, controls), mask);
  return at + count + <usize>popcnt(mask);
}

/** Writes the bytes from `start` to `end` escaped, without quotes around them; returns the position after them. Up to 32 bytes after that
 *  are overwritten. Sets `seen`. */
export function writeEscaped(to: usize, start: usize, end: usize): usize {
  let all = i8x16.splat(0);
  let at = to;
  let from = start;
  while (true) {
    // No call in here: constants stay in registers.
    for (; from + 16 <= end; from += 16) {
      let bytes = v128.load(from);
      const controls = controlsIn(bytes);
      const mask = i8x16.bitmask(v128.or(quotesIn(bytes), controls));
      all = v128.or(all, bytes);
      if (mask == 0) {
        v128.store(at, bytes);
        at += 16;
        continue;
      }
      if (v128.any_true(controls)) {
        if (hasLongEscape(bytes, controls)) break;
        bytes = withLetters(bytes, controls);
      }
      writeSixteen(at, bytes, mask);
      at += 16 + <usize>popcnt(mask);
    }
    if (from + 16 > end) break;
    at = writeOneByOne(at, v128.load(from), 16);
    from += 16;
  }
  if (from < end) {
    const rest = loadFirst(from, end - from, i8x16.splat(SPACE));
    all = v128.or(all, rest);
    at = writeRest(at, rest, end - from);
  }
  seen = all;
  return at;
}
