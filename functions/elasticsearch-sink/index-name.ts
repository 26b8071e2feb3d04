/** Rules for names of indices, data streams and aliases, as Elasticsearch 7.10 to 9 and OpenSearch have them.
 *  Source: https://www.elastic.co/guide/en/elasticsearch/reference/8.19/indices-create-index.html#indices-create-api-path-params */

/** What a name stands for: only aliases may have capitals. */
export const TARGET_TYPES = ['index', 'alias', 'data-stream'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

const MAX_NAME_BYTES = 255;
const FORBIDDEN = /[\\/*?"<>| ,#:]/;

/** What is wrong with a name, or `undefined`. The text does not repeat the name, which may come from a record. */
export function indexNameProblem(name: string, type: TargetType): string | undefined {
  if (name === '') return 'is empty';
  if (FORBIDDEN.test(name)) return 'contains one of \\ / * ? " < > | space , # :';
  if (/^[-_+]/.test(name)) return 'begins with -, _ or +';
  if (name === '.' || name === '..') return 'is only dots';
  if (type !== 'alias' && name !== name.toLowerCase())
    return 'contains capitals; {lower:...} makes small letters of them';
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? `is longer than ${MAX_NAME_BYTES} bytes` : undefined;
}
