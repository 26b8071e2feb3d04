/** Safe integers in decimal. */
import { indices } from './lanes';
import { SCRATCH } from './layout';

const MINUS: u8 = 0x2d;
const ZERO: i8 = 0x30;
/** A safe integer splits here into two halves of eight digits. */
const HALF: f64 = 100_000_000;

/** The eight digits of a number below `HALF`, as a byte each, the first in the lowest: fours, pairs and single digits are split from each
 *  other in all places at once, and a multiplication and a shift stand for each division. */
// @ts-ignore: decorator
@inline
function eightDigits(value: u32): u64 {
  const first = value / 10_000;
  const fours = <u64>first | (<u64>(value - first * 10_000) << 32);
  const hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
  const pairs = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
  return tens | ((pairs - tens * 10) << 8);
}

/** Makes the upper half at `half` that of `whole`; returns the lower half. */
function turnTo(half: usize, whole: f64): f64 {
  const high = <u32>(whole / HALF);
  // Exact: the quotient of a safe integer is below 2^27 and never rounded up to the next whole number.
  const upper = <f64>high * HALF;
  store<f64>(half, upper);
  store<u64>(half, eightDigits(high), 8);
  return whole - upper;
}

/** Writes `value`, a safe integer, as `String(value)` prints it; returns the position after it. May write 16 bytes more. The upper half of the
 *  number before is at `half`, its digits behind it: offsets and timestamps that follow each other mostly share it. */
export function writeDecimal(to: usize, value: f64, half: usize): usize {
  let at = to;
  if (value < 0) store<u8>(at++, MINUS);
  const whole = abs(value);
  let low = whole - load<f64>(half);
  if (low < 0 || low >= HALF) low = turnTo(half, whole);
  const digits = i64x2.replace_lane(v128.load64_zero(half, 8), 1, eightDigits(<u32>low));
  const zeros = i8x16.bitmask(i8x16.eq(digits, i8x16.splat(0)));
  // The last digit is printed in any case.
  const skipped = ctz(~zeros | 0x8000);
  const text = i8x16.add(digits, i8x16.splat(ZERO));
  v128.store(at, i8x16.swizzle(text, i8x16.add(indices(), i8x16.splat(<i8>skipped))));
  return at + 16 - <usize>skipped;
}

/** Characters that `value` takes. */
export function decimalBytes(value: f64, half: usize): usize {
  return writeDecimal(SCRATCH, value, half) - SCRATCH;
}
