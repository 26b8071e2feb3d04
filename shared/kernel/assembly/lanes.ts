/** Sixteen bytes at a time. */

/** Its index in each lane. */
// @ts-ignore: decorator
@inline
export function indices(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** The first `count` bytes at `from`, then `filler`: whatever lies behind them in memory has no effect. */
// @ts-ignore: decorator
@inline
export function loadFirst(from: usize, count: usize, filler: v128): v128 {
  const counts = i8x16.lt_u(indices(), i8x16.splat(<i8>count));
  return v128.bitselect(v128.load(from), filler, counts);
}

/** Whether a byte is above 0x7f. */
// @ts-ignore: decorator
@inline
export function hasHighBit(bytes: v128): bool {
  return i8x16.bitmask(bytes) != 0;
}
