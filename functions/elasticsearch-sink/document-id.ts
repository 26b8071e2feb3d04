/** What names a document. */

/** Where the id of a document comes from. */
export const ID_STRATEGIES = ['offset', 'record-key', 'field', 'template', 'server'] as const;
export type IdStrategy = (typeof ID_STRATEGIES)[number];

/** Longer ones fail the whole request. Source: `IndexRequest.MAX_DOCUMENT_ID_LENGTH_IN_BYTES`. */
const MAX_ID_BYTES = 512;
const MAX_BYTES_A_UNIT = 3;

/** What is wrong with an id, or `undefined`. */
export function idProblem(id: string): string | undefined {
  if (id === '') return 'is empty';
  const isLong = id.length * MAX_BYTES_A_UNIT > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES;
  return isLong ? `is longer than ${MAX_ID_BYTES} bytes` : undefined;
}
