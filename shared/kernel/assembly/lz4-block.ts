/** Opens blocks of LZ4. A module of its own, with a memory of its own: the kernel's has one size, and this one grows with the largest block.
 *  No SIMD: eight bytes at a time cost a tenth more, and there is no machine without them. The host decides where things lie in memory.
 *  Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */

/** Bytes behind input and output that may be read, and written over, whatever is in them. */
export const SLACK: usize = 64;

/** Lengths that do not fit into the four bits of a token go on in bytes of 255 and a last one. */
const LONG: usize = 15;
const STEP: usize = 16;
const SHORTEST_MATCH: usize = 4;

/** One past the further bytes of a length, which begin at `at`; 0 where they pass `to`. */
// @ts-ignore: decorator
@inline
function endOfLength(at: usize, to: usize): usize {
  for (let end = at; end < to; ) if (load<u8>(end++) != 255) return end;
  return 0;
}

/** What they add. */
// @ts-ignore: decorator
@inline
function addedLength(at: usize, end: usize): usize {
  return (end - at - 1) * 255 + <usize>load<u8>(end - 1);
}

/** Both halves are read before the first is written. */
// @ts-ignore: decorator
@inline
function copyStep(to: usize, from: usize): void {
  const low = load<u64>(from);
  const high = load<u64>(from, 8);
  store<u64>(to, low);
  store<u64>(to, high, 8);
}

/** Up to 15 bytes more than `bytes`. Where the two overlap, `to` lies at least 16 behind `from`. */
// @ts-ignore: decorator
@inline
function copyOver(to: usize, from: usize, bytes: usize): void {
  copyStep(to, from);
  for (let done: usize = STEP; done < bytes; done += STEP) copyStep(to + done, from + done);
}

/** What lies closer than a step is repeated. */
// @ts-ignore: decorator
@inline
function repeat(to: usize, distance: usize, bytes: usize): void {
  const from = to - distance;
  if (distance >= 8) {
    for (let done: usize = 0; done < bytes; done += 8) store<u64>(to + done, load<u64>(from + done));
  } else {
    for (let done: usize = 0; done < bytes; done++) store<u8>(to + done, load<u8>(from + done));
  }
}

/** Opens the block at `from` to `to`; its text begins at `out`, ends by `most` and may repeat what lies behind `floor`.
 *  @returns one past the text's last byte; 0 when the block is damaged */
export function open(from: usize, to: usize, out: usize, most: usize, floor: usize): usize {
  let at = from;
  let next = out;
  while (at < to) {
    const token: usize = load<u8>(at++);
    let length = token >> 4;
    if (length == LONG) {
      const end = endOfLength(at, to);
      if (end == 0) return 0;
      length += addedLength(at, end);
      at = end;
    }
    if (length > to - at || length > most - next) return 0;
    copyOver(next, at, length);
    at += length;
    next += length;
    if (at == to) return next;
    if (to - at < 2) return 0;
    const distance: usize = load<u16>(at);
    at += 2;
    if (distance == 0 || distance > next - floor) return 0;
    length = token & LONG;
    if (length == LONG) {
      const end = endOfLength(at, to);
      if (end == 0) return 0;
      length += addedLength(at, end);
      at = end;
    }
    length += SHORTEST_MATCH;
    if (length > most - next) return 0;
    if (distance >= STEP) copyOver(next, next - distance, length);
    else repeat(next, distance, length);
    next += length;
  }
  return 0;
}
