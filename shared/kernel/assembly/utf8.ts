/** Whether bytes are UTF-8: the lookup algorithm of Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021).
 *  Each pair of neighbouring bytes is looked up by three half-bytes; a bit that is set in all three results names an error. */
import { hasHighBit, loadFirst } from './lanes';

/** A lead byte that is not followed by a continuation byte. */
const TOO_SHORT: i8 = 1 << 0;
/** A continuation byte after ASCII. */
const TOO_LONG: i8 = 1 << 1;
/** Three bytes for what fits into two. */
const OVERLONG_3: i8 = 1 << 2;
/** Above U+10FFFF. */
const TOO_LARGE: i8 = 1 << 3;
/** U+D800 to U+DFFF. */
const SURROGATE: i8 = 1 << 4;
/** Two bytes for ASCII. */
const OVERLONG_2: i8 = 1 << 5;
/** Above U+10FFFF, told by the lead byte alone. Shares its bit with the next, they differ in the second half-byte. */
const TOO_LARGE_1000: i8 = 1 << 6;
/** Four bytes for what fits into three. */
const OVERLONG_4: i8 = 1 << 6;
/** Two continuation bytes in a row: right if a lead byte of three or four stands before them. */
const TWO_CONTINUATIONS: i8 = -128;
/** Errors that the low half of the first byte does not decide. */
const CARRY: i8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

// @ts-ignore: decorator
@inline
function byFirstHigh(): v128 {
  return i8x16(
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    TOO_SHORT | OVERLONG_2,
    TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
  );
}

// @ts-ignore: decorator
@inline
function byFirstLow(): v128 {
  const large = CARRY | TOO_LARGE | TOO_LARGE_1000;
  return i8x16(
    CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
    CARRY | OVERLONG_2,
    CARRY, CARRY,
    CARRY | TOO_LARGE,
    large, large, large, large, large, large, large, large,
    CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE,
    large, large,
  );
}

// @ts-ignore: decorator
@inline
function bySecondHigh(): v128 {
  const upper = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE;
  return i8x16(
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,
    upper, upper,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
  );
}

/** Errors in `bytes`, which follow `before`: zero where there is none. */
// @ts-ignore: decorator
@inline
function errorsIn(bytes: v128, before: v128): v128 {
  const first = i8x16.shuffle(before, bytes, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const second = i8x16.shuffle(before, bytes, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  const third = i8x16.shuffle(before, bytes, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  const pairs = v128.and(
    v128.and(
      i8x16.swizzle(byFirstHigh(), i8x16.shr_u(first, 4)),
      i8x16.swizzle(byFirstLow(), v128.and(first, i8x16.splat(0x0f))),
    ),
    i8x16.swizzle(bySecondHigh(), i8x16.shr_u(bytes, 4)),
  );
  // A lead byte of three two places before, or of four three places before, calls for a continuation here: less 0x60 (0x70) it keeps its high bit,
  // and nothing below it does.
  const leadOfThree = i8x16.sub_sat_u(second, i8x16.splat(0x60));
  const leadOfFour = i8x16.sub_sat_u(third, i8x16.splat(0x70));
  const wanted = v128.and(v128.or(leadOfThree, leadOfFour), i8x16.splat(-0x80));
  return v128.xor(wanted, pairs);
}

/** Whether the bytes from `start` to `end` are UTF-8. */
export function isUtf8(start: usize, end: usize): bool {
  const zero = i8x16.splat(0);
  let before = zero;
  let errors = zero;
  let from = start;
  for (; from + 16 <= end; from += 16) {
    const bytes = v128.load(from);
    errors = v128.or(errors, errorsIn(bytes, before));
    before = bytes;
  }
  // Also where no byte is left: zeros after it are what shows that the last character is cut off.
  const rest = loadFirst(from, end - from, zero);
  errors = v128.or(errors, errorsIn(rest, before));
  return !v128.any_true(errors);
}

/** The same where `seen` is all of these bytes by OR: ASCII needs no look. */
// @ts-ignore: decorator
@inline
export function isUtf8Given(seen: v128, start: usize, end: usize): bool {
  return !hasHighBit(seen) || isUtf8(start, end);
}
