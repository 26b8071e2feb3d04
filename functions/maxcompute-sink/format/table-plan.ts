/** Which column of a table takes what of a record. Columns are found by name; where the table does not go with the configuration, everything that
 *  is wrong is said at once. */
import { FatalError } from '../../../shared/errors.ts';
import type { MaxComputeConfig } from '../keys/maxcompute-keys.ts';
import type { Format } from '../keys/row-keys.ts';
import { mayBeWhole, partitionColumns } from '../partition/partition-column.ts';
import type { PartitionKeys } from '../partition/partition-of.ts';
import { columnTypeText } from '../tunnel/column-type.ts';
import type { Column, TableSchema } from '../tunnel/table-schema.ts';
import type { ValueRules } from '../value/value-reader.ts';
import { type ColumnWriter, columnWriter } from './column-writer.ts';
import type { Part } from './content.ts';

/** What Kafka knows of a record, under the names that the managed connector gives its columns, and the types that hold it. */
const META_TYPES = {
  topic: ['string', 'varchar'],
  partition: ['bigint', 'int'],
  offset: ['bigint'],
  insert_time: ['bigint', 'datetime', 'timestamp'],
  headers: ['string', 'json'],
} as const;
type MetaName = keyof typeof META_TYPES;

export const META_NAMES: ReadonlySet<string> = new Set(Object.keys(META_TYPES));

/** Types that hold JSON as it stands. */
const JSON_TYPES = ['json', 'string'];
const BINARY_TYPES = ['binary', 'string'];

/** One column that is filled. */
export interface Cell {
  readonly column: number;
  readonly name: string;
  readonly typeText: string;
  readonly nullable: boolean;
  /** What Kafka knows of the record, or what the record says. */
  readonly fill: MetaName | 'content';
  /** Absent where nothing can be written to its type. */
  readonly writer: ColumnWriter | undefined;
}

export interface TablePlan {
  /** In the order of the table. */
  readonly cells: readonly Cell[];
  /** The column of that name which takes the whole of a part. */
  readonly parts: Readonly<Partial<Record<Part, Column & { readonly index: number }>>>;
}

export type FormatKeys = PartitionKeys &
  Pick<
    MaxComputeConfig,
    | 'maxcompute.table'
    | 'maxcompute.format'
    | 'maxcompute.mode'
    | 'maxcompute.csv.delimiter'
    | 'maxcompute.flatten.unknown'
  >;

/** Parts that a mode writes. */
export function partsOf(mode: MaxComputeConfig['maxcompute.mode']): readonly Part[] {
  if (mode === 'DEFAULT') return ['key', 'value'];
  return mode === 'KEY' ? ['key'] : ['value'];
}

/** Whether columns are found by their own names or places, and not by `key` and `value`. */
function spreads(format: Format): boolean {
  return format === 'CSV' || format === 'FLATTEN';
}

/** @throws FatalError `MAXCOMPUTE_TABLE_UNFIT` */
export function planTable(config: FormatKeys, schema: TableSchema, rules: ValueRules): TablePlan {
  const format = config['maxcompute.format'];
  const problems: string[] = [];
  const cells: Cell[] = [];
  const parts: Partial<Record<Part, Column & { readonly index: number }>> = {};
  const wanted = new Set<string>(spreads(format) ? [] : partsOf(config['maxcompute.mode']));
  for (const [index, column] of schema.columns.entries()) {
    const name = column.name.toLowerCase();
    const { type, nullable } = column;
    const typeText = columnTypeText(type);
    const writer = columnWriter(type, rules);
    const cell = { column: index, name: column.name, typeText, nullable, writer };
    if (isMeta(name)) {
      const types: readonly string[] = META_TYPES[name];
      if (types.includes(type.kind)) cells.push({ ...cell, fill: name });
      else problems.push(`the column ${name} is ${typeText} and must be ${types.join(' or ')}`);
    } else if (spreads(format) || wanted.has(name)) {
      wanted.delete(name);
      if (name === 'key' || name === 'value') parts[name] = { ...column, index };
      const problem = spreads(format) ? undefined : partTypeProblem(format, name, column);
      const unwritable = writer === undefined && (!nullable || format !== 'FLATTEN');
      if (problem !== undefined) problems.push(problem);
      else if (unwritable) problems.push(`the column ${column.name} is ${typeText}, which cannot be written`);
      else cells.push({ ...cell, fill: 'content' });
    } else if (!nullable) {
      problems.push(`the column ${column.name} is NOT NULL and nothing is written to it`);
    }
  }
  for (const name of wanted)
    problems.push(`there is no column ${name}, which maxcompute.mode=${config['maxcompute.mode']} writes`);
  if (spreads(format) && !cells.some(({ fill }) => fill === 'content')) {
    problems.push(`there is no column for the ${format === 'CSV' ? 'fields of CSV' : 'members of FLATTEN'}`);
  }
  const partition = partitionProblem(config, schema);
  if (partition !== undefined) problems.push(partition);
  if (problems.length > 0) throw unfit(config, problems);
  return { cells, parts };
}

/** The table must be altered, or the configuration. */
export function unfit(config: Pick<FormatKeys, 'maxcompute.table' | 'maxcompute.format'>, problems: readonly string[]) {
  const table = config['maxcompute.table'];
  return new FatalError(
    'MAXCOMPUTE_TABLE_UNFIT',
    `the table ${table} does not go with maxcompute.format=${config['maxcompute.format']}: ${problems.join('; ')}; alter the table or change the configuration`,
    { mayHeal: true },
  );
}

function isMeta(name: string): name is MetaName {
  return META_NAMES.has(name);
}

function partTypeProblem(format: Format, name: string, { type }: Column): string | undefined {
  const types =
    format === 'BINARY' ? BINARY_TYPES : format === 'JSON' ? [...JSON_TYPES, 'array', 'map', 'struct'] : undefined;
  return types === undefined || types.includes(type.kind)
    ? undefined
    : `the column ${name} is ${columnTypeText(type)} and must be ${types.join(', ')} for ${format}`;
}

function partitionProblem(config: PartitionKeys, { partitionKeys }: TableSchema): string | undefined {
  const columns = partitionColumns(config['maxcompute.partition.columns']);
  const configured = columns.map(({ name }) => name.toLowerCase());
  const actual = partitionKeys.map(({ name }) => name.toLowerCase());
  if (configured.join() !== actual.join()) {
    const inWords = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
    return `its partition columns are ${inWords(actual)}, and maxcompute.partition.columns says ${inWords(configured)}`;
  }
  const at = columns.findIndex((column, i) => isWhole(partitionKeys[i]) && !mayBeWhole(column));
  const key = partitionKeys[at];
  return (
    key &&
    `its partition column ${key.name} is ${columnTypeText(key.type)}, and what maxcompute.partition.columns says of it is never a whole number`
  );
}

function isWhole(column: Column | undefined): boolean {
  return column !== undefined && ['tinyint', 'smallint', 'int', 'bigint'].includes(column.type.kind);
}
