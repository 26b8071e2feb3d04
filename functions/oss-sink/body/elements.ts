/** Where one record ends and the next begins in an object's content, and whether some records are among others. */

/** One past the element that begins at `start`, its terminator included; at most `content.length`. */
type ElementEnd = (content: Buffer, start: number) => number;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const LENGTH_BYTES = 4;

/** JSON Lines, and values with a line feed after each. */
export const lineEnd: ElementEnd = (content, start) => {
  const at = content.indexOf(LINE_FEED, start);
  return at < 0 ? content.length : at + 1;
};

/** CSV: a line feed inside quotes is content. */
export const rowEnd: ElementEnd = (content, start) => {
  let quoted = false;
  for (let at = start; at < content.length; at++) {
    const byte = content[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === LINE_FEED && !quoted) return at + 1;
  }
  return content.length;
};

/** Values after their length, 4 bytes big-endian, -1 for a null. */
export const framedEnd: ElementEnd = (content, start) => {
  if (start + LENGTH_BYTES > content.length) return content.length;
  return Math.min(content.length, start + LENGTH_BYTES + Math.max(0, content.readInt32BE(start)));
};

/** A JSON value, without what separates it from the next. */
const jsonEnd: ElementEnd = (content, start) => {
  let depth = 0;
  for (let at = start; at < content.length; at++) {
    const byte = content[at] ?? 0;
    if (byte === QUOTE) {
      for (at++; at < content.length && content[at] !== QUOTE; at++) if (content[at] === BACKSLASH) at++;
    } else if (OPENING.has(byte)) depth++;
    else if (CLOSING.has(byte) && --depth === 0) return at + 1;
  }
  return content.length;
};

/** Whether the elements of `part` are elements of `content` in the same order; all of them, or with others between. */
function areAmong(part: Buffer, content: Buffer, endOf: ElementEnd, gapBytes: number): boolean {
  let at = 0;
  for (let start = 0; start < part.length; ) {
    const end = endOf(part, start);
    for (let found = false; !found; ) {
      if (at >= content.length) return false;
      const next = endOf(content, at);
      found = next - at === end - start && part.compare(content, at, next, start, end) === 0;
      at = next + gapBytes;
    }
    start = end + gapBytes;
  }
  return true;
}

/** `areAmong` for elements that follow on each other. */
export function containsElements(content: Buffer, part: Buffer, endOf: ElementEnd): boolean {
  return areAmong(part, content, endOf, 0);
}

/** `areAmong` for the elements of two compact JSON arrays. */
export function containsArray(content: Buffer, part: Buffer): boolean {
  return areAmong(part.subarray(1, -1), content.subarray(1, -1), jsonEnd, 1);
}
