/** Base64 (RFC 4648 §4) with padding: twelve bytes become sixteen characters at a time. */
import { loadFirst } from './lanes';

const PADDING: u8 = 0x3d;

/** Characters that `length` bytes become. */
export function base64Bytes(length: usize): usize {
  return ((length + 2) / 3) * 4;
}

/** The sixteen characters of the first twelve bytes. */
// @ts-ignore: decorator
@inline
function encode(bytes: v128): v128 {
  // Three bytes to a 32-bit lane, the first one highest.
  const threes = i8x16.swizzle(bytes, i8x16(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1));
  const sixes = v128.or(
    v128.or(
      v128.and(i32x4.shr_u(threes, 18), i32x4.splat(0x3f)),
      v128.and(i32x4.shr_u(threes, 4), i32x4.splat(0x3f00)),
    ),
    v128.or(
      v128.and(i32x4.shl(threes, 10), i32x4.splat(0x3f0000)),
      v128.and(i32x4.shl(threes, 24), i32x4.splat(0x3f000000)),
    ),
  );
  // What to add to a value to get its character: 13 names A-Z, 0 names a-z, 1 to 10 the digits, 11 the plus, 12 the slash.
  const capital = v128.and(i8x16.lt_u(sixes, i8x16.splat(26)), i8x16.splat(13));
  const range = v128.or(i8x16.sub_sat_u(sixes, i8x16.splat(51)), capital);
  const shift = i8x16.swizzle(i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0), range);
  return i8x16.add(sixes, shift);
}

/** Writes the bytes from `start` to `end`; returns the position after them. May write 16 bytes more. */
export function writeBase64(to: usize, start: usize, end: usize): usize {
  let at = to;
  let from = start;
  for (; from + 12 <= end; from += 12) {
    v128.store(at, encode(v128.load(from)));
    at += 16;
  }
  const rest = end - from;
  if (rest == 0) return at;
  v128.store(at, encode(loadFirst(from, rest, i8x16.splat(0))));
  at += base64Bytes(rest);
  const over = rest % 3;
  if (over != 0) store<u8>(at - 1, PADDING);
  if (over == 1) store<u8>(at - 2, PADDING);
  return at;
}
