/** What `@timestamp` of a document in a data stream is. */
import { type JsonPointer, jsonPointer } from '../../shared/json-pointer.ts';

export type DataStreamTime =
  | { readonly kind: 'record-timestamp' }
  /** The value of this field, as it is. */
  | { readonly kind: 'field'; readonly pointer: JsonPointer };

export const TIME_EXPECTED = 'record-timestamp or field:/POINTER';

/** From the text of `elasticsearch.data.stream.timestamp`, `undefined` when it is none. */
export function dataStreamTime(text: string): DataStreamTime | undefined {
  if (text === 'record-timestamp') return { kind: text };
  const pointer = text.startsWith('field:') ? jsonPointer(text.slice('field:'.length)) : undefined;
  return pointer === undefined ? undefined : { kind: 'field', pointer };
}
