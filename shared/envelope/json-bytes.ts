/** JSON strings as bytes: UTF-8 goes in, escaped UTF-8 comes out, and no JavaScript string is made on the way.
 *
 * Only ASCII is ever escaped (quote, backslash, controls below 0x20), so bytes of longer characters pass as they are and
 * the result equals `Buffer.from(JSON.stringify(text))` for every valid UTF-8 text. Bytes that are not UTF-8 are not
 * looked for here; `shared/converter.ts` does that before. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** From this length a clean prefix is copied in one call; below it a byte loop is faster than the call. */
const BULK_COPY_BYTES = 96;

/** Bytes that escaping adds, by byte: 0 for a clean one, 1 for `\n`, 5 for `\u001f`. Source: RFC 8259 §7. */
const ADDED_BYTES = new Uint8Array(256);
/** The character after the backslash of a short escape, by byte; a clean byte stands for itself. */
const LETTERS = Uint8Array.from({ length: 256 }, (_, byte) => byte);
ADDED_BYTES.fill(5, 0, 0x20);
for (const [byte, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
] as const) {
  ADDED_BYTES[byte] = 1;
  LETTERS[byte] = letter.charCodeAt(0);
}

const HEX_DIGITS = Buffer.from('0123456789abcdef');

/** What escaping the byte at `i` adds. `i` lies within `bytes`; the fallbacks satisfy the compiler and cost nothing. */
function addedAt(bytes: Uint8Array, i: number): number {
  return ADDED_BYTES[bytes[i] ?? 0] ?? 0;
}

/** Length in bytes of the JSON string for `bytes[start, end)`, both quotes included. */
export function jsonStringBytes(bytes: Uint8Array, start: number, end: number): number {
  let length = end - start + 2;
  let i = start;
  // Unrolled: this loop passes over every byte of every value, and twice as fast is a tenth of the whole encoding.
  for (const last = end - 7; i < last; i += 8) {
    length +=
      addedAt(bytes, i) +
      addedAt(bytes, i + 1) +
      addedAt(bytes, i + 2) +
      addedAt(bytes, i + 3) +
      addedAt(bytes, i + 4) +
      addedAt(bytes, i + 5) +
      addedAt(bytes, i + 6) +
      addedAt(bytes, i + 7);
  }
  for (; i < end; i++) length += addedAt(bytes, i);
  return length;
}

/** Where the first byte that needs an escape may lie: everything in `[start, result)` is clean. Looks at eight at a time. */
function cleanPrefixEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    const added =
      addedAt(bytes, i) |
      addedAt(bytes, i + 1) |
      addedAt(bytes, i + 2) |
      addedAt(bytes, i + 3) |
      addedAt(bytes, i + 4) |
      addedAt(bytes, i + 5) |
      addedAt(bytes, i + 6) |
      addedAt(bytes, i + 7);
    if (added !== 0) break;
  }
  return i;
}

function writeByte(target: Buffer, at: number, byte: number): number {
  const added = ADDED_BYTES[byte] ?? 0;
  target[at] = BACKSLASH;
  if (added <= 1) {
    target[at + added] = LETTERS[byte] ?? 0;
    return at + added + 1;
  }
  target[at + 1] = 0x75; // u
  target[at + 2] = 0x30;
  target[at + 3] = 0x30;
  target[at + 4] = HEX_DIGITS[byte >> 4] ?? 0;
  target[at + 5] = HEX_DIGITS[byte & 15] ?? 0;
  return at + 6;
}

/** Writes `bytes[start, end)` as a JSON string into `target` from `at`, and returns the position after it.
 *  `target` must have `jsonStringBytes(bytes, start, end)` bytes left; it is not checked. */
export function writeJsonString(target: Buffer, at: number, bytes: Uint8Array, start: number, end: number): number {
  let to = at;
  let from = start;
  target[to++] = QUOTE;
  const clean = cleanPrefixEnd(bytes, start, end);
  if (clean - start >= BULK_COPY_BYTES) {
    target.set(bytes.subarray(start, clean), to);
    to += clean - start;
    from = clean;
  }
  for (const last = end - 3; from < last; from += 4) {
    const a = bytes[from] ?? 0;
    const b = bytes[from + 1] ?? 0;
    const c = bytes[from + 2] ?? 0;
    const d = bytes[from + 3] ?? 0;
    const addedA = ADDED_BYTES[a] ?? 0;
    const addedB = ADDED_BYTES[b] ?? 0;
    const addedC = ADDED_BYTES[c] ?? 0;
    const addedD = ADDED_BYTES[d] ?? 0;
    if ((addedA | addedB | addedC | addedD) <= 1) {
      // No branch on the single byte: a backslash is always written, and a clean byte then overwrites it. In JSON values
      // every fifth byte is a quote, which no branch predictor foresees; this is twice as fast there.
      target[to] = BACKSLASH;
      to += addedA;
      target[to] = LETTERS[a] ?? 0;
      target[to + 1] = BACKSLASH;
      to += addedB + 1;
      target[to] = LETTERS[b] ?? 0;
      target[to + 1] = BACKSLASH;
      to += addedC + 1;
      target[to] = LETTERS[c] ?? 0;
      target[to + 1] = BACKSLASH;
      to += addedD + 1;
      target[to] = LETTERS[d] ?? 0;
      to += 1;
    } else {
      to = writeByte(target, to, a);
      to = writeByte(target, to, b);
      to = writeByte(target, to, c);
      to = writeByte(target, to, d);
    }
  }
  while (from < end) to = writeByte(target, to, bytes[from++] ?? 0);
  target[to++] = QUOTE;
  return to;
}
