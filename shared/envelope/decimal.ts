/** Integers as ASCII digits, written straight into a buffer: offsets, timestamps and sizes of the envelope. Timestamps may be of any size
 *  (nanoseconds since 1970 are beyond the safe integers): those are rare, and left to `BigInt`, which prints all their digits. */

const ZERO = 0x30;
const MINUS = 0x2d;
/** Safe integers split here into two halves that both fit 32-bit arithmetic. */
const HALF = 1e8;
const HALF_DIGITS = 8;

function isBeyondSafe(value: number): boolean {
  return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER;
}

/** Characters that the integer `value` takes in decimal, its minus sign included. */
export function decimalBytes(value: number): number {
  if (isBeyondSafe(value)) return BigInt(value).toString().length;
  if (value < 0) return 1 + decimalBytes(-value);
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  return digits;
}

/** Writes the last digits of `value` (below 2^31) backwards from `end`, down to position `start`, with leading zeros. */
function writeDigits(target: Buffer, start: number, end: number, value: number): void {
  let rest = value;
  for (let at = end - 1; at >= start; at--) {
    const tenth = (rest / 10) | 0;
    target[at] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
}

/** Writes the integer `value` at `at` as `BigInt(value)` prints it; returns the position after it. There must be room. */
export function writeDecimal(target: Buffer, at: number, value: number): number {
  if (isBeyondSafe(value)) return at + target.write(BigInt(value).toString(), at, 'latin1');
  if (value < 0) {
    target[at] = MINUS;
    return writeDecimal(target, at + 1, -value);
  }
  const end = at + decimalBytes(value);
  if (value < HALF) {
    writeDigits(target, at, end, value);
  } else {
    const high = Math.floor(value / HALF);
    writeDigits(target, at, end - HALF_DIGITS, high);
    writeDigits(target, end - HALF_DIGITS, end, value - high * HALF);
  }
  return end;
}
