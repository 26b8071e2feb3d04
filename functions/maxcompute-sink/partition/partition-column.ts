/** Partition columns as they are configured: `pt={window}`, `ds={timestamp:yyyyMMdd}`, `region={field:/region}`. */
import { type JsonPointer, jsonPointer, POINTER_EXPECTED } from '../../../shared/json-pointer.ts';
import { type LiteralPart, readTemplate } from '../../../shared/template-text.ts';
import { timePatternProblem } from '../../../shared/time-pattern.ts';
import { hasPartitionCharacters, PARTITION_CHARACTERS } from './partition-value.ts';

/** Instead of a list: the table has no partitions. */
export const NO_PARTITIONS = 'none';

export const PARTITION_COLUMN_EXPECTED = 'partition columns with templates such as pt={window}, or none';
const PLACEHOLDERS = '{window}, {timestamp:PATTERN}, {topic}, {partition}, {field:/POINTER}';

type Placeholder =
  | { readonly kind: 'window' | 'topic' | 'partition' }
  | { readonly kind: 'timestamp'; readonly pattern: string }
  | { readonly kind: 'field'; readonly pointer: JsonPointer };
export type PartitionPart = LiteralPart | Placeholder;

export interface PartitionColumn {
  readonly name: string;
  readonly parts: readonly PartitionPart[];
}

function placeholder(inside: string): Placeholder | string {
  if (inside === 'window' || inside === 'topic' || inside === 'partition') return { kind: inside };
  if (inside.startsWith('timestamp:')) {
    const pattern = inside.slice('timestamp:'.length);
    return timePatternProblem(pattern) ?? patternProblem(pattern) ?? { kind: 'timestamp', pattern };
  }
  if (inside.startsWith('field:')) {
    const pointer = jsonPointer(inside.slice('field:'.length));
    return pointer === undefined
      ? `{${inside}} names no field; expected ${POINTER_EXPECTED}`
      : { kind: 'field', pointer };
  }
  return `unknown placeholder {${inside}}; expected one of ${PLACEHOLDERS}`;
}

function patternProblem(pattern: string): string | undefined {
  return hasPartitionCharacters(pattern)
    ? undefined
    : `\`${pattern}\` has other characters than ${PARTITION_CHARACTERS}`;
}

/** Reads one entry; answers what was expected where it is wrong. */
function readColumn(entry: string): PartitionColumn | string {
  const at = entry.indexOf('=');
  const name = entry.slice(0, Math.max(0, at)).trim();
  if (!/^\w+$/.test(name)) return `${PARTITION_COLUMN_EXPECTED}; \`${entry}\` does not begin with a column and =`;
  const { parts, problems } = readTemplate(entry.slice(at + 1).trim(), placeholder);
  const [problem] = problems;
  if (problem !== undefined) return `${PARTITION_COLUMN_EXPECTED}; ${problem}`;
  if (parts.length === 0) return `a value for the partition column ${name}, such as ${name}={window}`;
  const literal = parts.find((part) => part.kind === 'literal' && !hasPartitionCharacters(part.text));
  return literal === undefined
    ? { name, parts }
    : `a value of ${PARTITION_CHARACTERS} for the partition column ${name}`;
}

/** What was expected of an entry, or `undefined` where it is fine. */
export function partitionColumnComplaint(entry: string): string | undefined {
  if (entry === NO_PARTITIONS) return undefined;
  const column = readColumn(entry);
  return typeof column === 'string' ? column : undefined;
}

/** The columns that entries without complaint name; none for `none`. */
export function partitionColumns(entries: readonly string[]): readonly PartitionColumn[] {
  return entries.flatMap((entry) => {
    const column = entry === NO_PARTITIONS ? undefined : readColumn(entry);
    return typeof column === 'object' ? [column] : [];
  });
}

/** Whether the value depends on the time. */
export function tellsTime({ parts }: PartitionColumn): boolean {
  return parts.some(({ kind }) => kind === 'window' || kind === 'timestamp');
}

/** Whether some record may give a whole number, which is all that a partition column of such a type takes. */
export function mayBeWhole({ parts }: PartitionColumn): boolean {
  return parts.every((part) => {
    switch (part.kind) {
      case 'literal':
        return /^\d+$/.test(part.text);
      case 'window':
        return false;
      case 'timestamp':
        return /^[yMdHms\d]+$/.test(part.pattern);
      case 'topic':
      case 'partition':
      case 'field':
        return true;
      default:
        return part satisfies never;
    }
  });
}
