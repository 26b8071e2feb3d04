/** Rows of keyed tables: what an upsert session brought, and what it makes of a partition. */
import { readFileSync, writeFileSync } from 'node:fs';
import { keyHash } from './bucket.ts';
import type { Cell, RowCells } from './cell-value.ts';
import { parseColumnType } from './column-type.ts';
import { invalidArgument, malformedStream } from './errors.ts';
import { type Cells, readRecords } from './record-reader.ts';
import { rowsOf, type Table } from './table.ts';
import type { Column } from './table-column.ts';

/** Columns that every record of an upsert has behind those of the table. */
const OWN_COLUMNS: readonly Column[] = [
  ['__version', 'bigint'],
  ['__app_version', 'bigint'],
  ['__operation', 'tinyint'],
  ['__key_cols', 'array<bigint>'],
  ['__value_cols', 'array<bigint>'],
].map(([name = '', type = '']) => ({ name, type: parseColumnType(type), nullable: true, comment: '' }));

const OPERATIONS: Readonly<Record<string, 'U' | 'D'>> = { 85: 'U', 68: 'D' };

/** One record of an upsert, as it waits for the commit. */
export interface UpsertRow {
  readonly operation: 'U' | 'D';
  readonly row: RowCells;
}

export interface UpsertRules {
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly buckets: number;
  readonly maxFieldBytes: number;
}

/** What tells rows of a keyed table apart. */
const keyText = (primaryKey: readonly string[], row: RowCells): string =>
  JSON.stringify(primaryKey.map((name) => row[name]));

function upsertRow(cells: Cells, { columns, primaryKey }: UpsertRules, at: number): UpsertRow {
  const [, , code, , valueColumns] = cells.slice(columns.length);
  const operation = OPERATIONS[code ?? ''];
  if (operation === undefined) throw malformedStream(`row ${at}: __operation is ${code}, neither 85 nor 68`);
  if (valueColumns === undefined) throw malformedStream(`row ${at}: __value_cols is missing`);
  if (valueColumns !== '[]') throw invalidArgument(`Row ${at}: the table does not take partial updates.`);
  const values = columns.map(({ name }, index): [string, Cell] => [name, JSON.parse(cells[index] ?? 'null')]);
  const missing = columns.find(
    ({ name, nullable }, index) =>
      cells[index] === undefined && (primaryKey.includes(name) || (operation === 'U' && !nullable)),
  );
  if (missing) throw malformedStream(`row ${at}: column ${missing.name} is NOT NULL and has no value`);
  return { operation, row: Object.fromEntries(values) };
}

/** Reads the stream of one bucket and writes it to `file`. Answers the number of rows.
 *  @throws MaxComputeError where the stream is malformed, or a row belongs to another bucket */
export function takeUpserts(stream: Buffer, bucket: number, rules: UpsertRules, file: string): number {
  const { columns, primaryKey, buckets, maxFieldBytes } = rules;
  const nullable = columns.map((column) => ({ ...column, nullable: true }));
  const types = primaryKey.flatMap((name) => columns.find((column) => column.name === name)?.type ?? []);
  const lines: string[] = [];
  const rows = readRecords(stream, { columns: [...nullable, ...OWN_COLUMNS], maxFieldBytes }, (cells) => {
    const upsert = upsertRow(cells, rules, lines.length);
    const key = primaryKey.map((name) => upsert.row[name]);
    const hash = keyHash(types, key);
    if (hash !== undefined && hash % buckets !== bucket) {
      throw invalidArgument(
        `Row ${lines.length} with key ${JSON.stringify(key)} is of bucket ${hash % buckets}, not ${bucket}.`,
      );
    }
    lines.push(`${JSON.stringify(upsert)}\n`);
  });
  writeFileSync(file, lines.join(''));
  return rows;
}

/** Writes to `file` what a partition has after the records in `writes`, the later over the earlier. */
export function applyUpserts(table: Table, before: readonly string[], writes: readonly string[], file: string): void {
  const { primaryKey } = table.definition;
  const rows = new Map<string, RowCells>();
  for (const row of rowsOf(before)) rows.set(keyText(primaryKey, row), row);
  for (const write of writes) {
    for (const line of readFileSync(write, 'utf8').split('\n')) {
      if (line === '') continue;
      const { operation, row } = JSON.parse(line) as UpsertRow;
      const key = keyText(primaryKey, row);
      rows.delete(key);
      if (operation === 'U') rows.set(key, row);
    }
  }
  writeFileSync(file, [...rows.values()].map((row) => `${JSON.stringify(row)}\n`).join(''));
}
