/** Texts within JSON that is known to be JSON. */
import { BadValue } from './bad-value.ts';

const BACKSLASH = 0x5c;
const HALF_PAIR = /\p{Surrogate}/u;

/** Whether the string between its quotes is text as it stands. */
export function isPlainString(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return false;
  return true;
}

/** UTF-8 of the string at `start`, quotes included; refused where an escape is half a surrogate pair, which UTF-8 cannot hold. */
export function unescaped(bytes: Buffer, start: number, end: number): Buffer | BadValue {
  const text: unknown = JSON.parse(bytes.toString('utf8', start, end));
  if (typeof text !== 'string') throw new Error('no string stands there');
  return HALF_PAIR.test(text)
    ? new BadValue('a text with half a surrogate pair, which is no character')
    : Buffer.from(text);
}
