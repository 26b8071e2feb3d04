/** Bytes of records as they are shown to people and programs. */
import { isUtf8 } from 'node:buffer';

/** What can be shown of bytes: their beginning as text where they are text, else as base64. */
export interface Shown {
  readonly bytes: number;
  readonly encoding: 'utf8' | 'base64';
  readonly head: string;
  /** There is more than `head`. */
  readonly cut: boolean;
}

/** The first `headBytes` of `body`. */
export function shown(body: Buffer, headBytes: number): Shown {
  // No character is cut in two: a UTF-8 one has at most three bytes after its first.
  let end = Math.min(body.length, headBytes);
  while (end > 0 && end < body.length && ((body[end] ?? 0) & 0xc0) === 0x80) end--;
  const head = body.subarray(0, end);
  const encoding = isUtf8(head) ? 'utf8' : 'base64';
  const text = encoding === 'utf8' ? head : body.subarray(0, headBytes);
  return { bytes: body.length, encoding, head: text.toString(encoding), cut: text.length < body.length };
}
