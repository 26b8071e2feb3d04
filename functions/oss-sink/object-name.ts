/** Rules for object names. OSS: 1 to 1,023 bytes of UTF-8, no leading `/` or `\`.
 *  Source: https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
 *  Ours on top: no `\` or control character anywhere, no empty, `.` or `..` segment. HTTP clients and file tools fold such paths,
 *  so that a name could be read back as another one. */
const MAX_NAME_BYTES = 1_023;
/** `Cs`: half a surrogate pair, which has no UTF-8. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\\]/u;

/** What is wrong with an object name, or `undefined`. The text does not repeat the name, which may hold a record's key. */
export function objectNameProblem(name: string): string | undefined {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`;
  if (FORBIDDEN.test(name)) return 'contains a backslash, a control character or half a surrogate pair';
  for (const segment of name.split('/')) {
    if (segment === '') return 'begins or ends with a slash or has two in a row';
    if (segment === '.' || segment === '..') return 'has a segment that is only dots';
  }
  return undefined;
}
