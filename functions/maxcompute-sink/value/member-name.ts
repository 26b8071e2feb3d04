/** Names of members in JSON that is known to be JSON. */
import { endOfValue } from '../../../shared/json-walk.ts';
import type { BadValue } from './bad-value.ts';
import { isPlainString, unescaped } from './json-text.ts';

/** The name whose opening quote is at `start`, escapes resolved. */
export function memberName(bytes: Buffer, start: number): string | BadValue {
  const end = endOfValue(bytes, start, bytes.length);
  if (isPlainString(bytes, start + 1, end - 1)) return bytes.toString('utf8', start + 1, end - 1);
  const text = unescaped(bytes, start, end);
  return Buffer.isBuffer(text) ? text.toString('utf8') : text;
}
