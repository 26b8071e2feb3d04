/** What the service takes as a value of a partition column. Others have no defined behaviour there: a slash becomes a folder, a comma ends the
 *  value. Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/partition-operations */

const MOST_BYTES = 255;
const ALLOWED = /^[A-Za-z0-9 :_$#.!@-]*$/;

export const PARTITION_CHARACTERS = 'letters, digits, spaces and : _ $ # . ! @ -';

/** Whether all characters may stand in a value. */
export function hasPartitionCharacters(text: string): boolean {
  return ALLOWED.test(text);
}

/** What is wrong with a value, or `undefined`. Never quotes it. */
export function partitionValueProblem(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (!hasPartitionCharacters(value)) return `has other characters than ${PARTITION_CHARACTERS}`;
  if (value.length > MOST_BYTES) return `has ${value.length} characters, more than ${MOST_BYTES}`;
  return value.startsWith(' ') || value.endsWith(' ') ? 'begins or ends with a space' : undefined;
}
