/** Record headers in the envelope: a list, because names may repeat and their order counts.
 *
 * `[{"key":"trace","value":"abc"},{"key":"trace","value":"/w==","valueEncoding":"base64"},{"key":"empty"}]`
 *
 * The rules are those of the record itself: a null value is an absent field, an empty one stays `""`, and bytes that are
 * not UTF-8 travel as base64 and say so in `valueEncoding`. */
import { isUtf8 } from 'node:buffer';
import type { RecordHeader } from '../records.ts';

/** The envelope's `headers` field as JSON text, without its name. */
export function headersToJson(headers: readonly RecordHeader[]): string {
  return JSON.stringify(
    headers.map(({ key, value }) => {
      if (value === null) return { key };
      if (isUtf8(value)) return { key, value: value.toString() };
      return { key, value: value.toString('base64'), valueEncoding: 'base64' };
    }),
  );
}
