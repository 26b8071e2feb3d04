/** Where bytes cease to be UTF-8. Source: RFC 3629 §4. */
import { isUtf8 } from 'node:buffer';

/** Bytes of the character that a byte leads; 0 where it leads none. */
function charBytes(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Position of the first byte of `bytes[start, end)` that begins no character of UTF-8; -1 where all of it is UTF-8. */
export function utf8ProblemAt(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const length = charBytes(bytes[at] ?? 0);
    if (length === 0 || at + length > end || (length > 1 && !isUtf8(bytes.subarray(at, at + length)))) return at;
    at += length;
  }
  return -1;
}
