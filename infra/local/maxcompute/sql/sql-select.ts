/** Counts and ends of columns, over rows on disk. */
import type { Cell, RowCells } from '../cell-value.ts';
import type { ColumnType } from '../column-type.ts';
import { rowsOf, type Table } from '../table.ts';
import type { Aggregate, Condition, Literal } from './sql-statement.ts';
import { semanticError } from './sql-tokens.ts';

const WHOLE = new Set<string>(['tinyint', 'smallint', 'int', 'bigint']);
const TEXT = new Set<string>(['string', 'varchar', 'char']);

type Comparable = bigint | string;

/** Only whole numbers and text are compared. */
function comparableOf({ kind }: ColumnType, column: string): (value: Cell | Literal['text']) => Comparable {
  if (WHOLE.has(kind)) return (value) => BigInt(value as string | number);
  if (TEXT.has(kind)) return String;
  throw semanticError(`this stand-in compares whole numbers and strings only, column ${column} is ${kind}`);
}

function typeOf({ definition }: Table, column: string): ColumnType {
  const found = [...definition.columns, ...definition.partitionKeys].find(({ name }) => name === column);
  if (found === undefined) throw semanticError(`column ${column} cannot be resolved`);
  return found.type;
}

type Test = (row: RowCells) => boolean;

function testOf(table: Table, { column, operator, value }: Condition): Test {
  const type = typeOf(table, column);
  const comparable = comparableOf(type, column);
  if ((value.kind === 'number') !== WHOLE.has(type.kind)) {
    throw semanticError(`illegal implicit type cast of ${value.text} to ${type.kind} of column ${column}`);
  }
  const right = comparable(value.text);
  return (row) => {
    const cell = row[column];
    if (cell === null || cell === undefined) return false;
    const left = comparable(cell);
    switch (operator) {
      case '=':
        return left === right;
      case '<>':
        return left !== right;
      case '<':
        return left < right;
      case '<=':
        return left <= right;
      case '>':
        return left > right;
      case '>=':
        return left >= right;
      default:
        throw new Error(`no such operator: ${operator satisfies never}`);
    }
  };
}

/** What one aggregate knows of the rows so far. */
function gathererOf(table: Table, { function: called, column }: Aggregate): { add: Test; text: () => string } {
  let count = 0;
  let best: Comparable | undefined;
  const seen = new Set<Comparable>();
  const type = column === undefined ? undefined : typeOf(table, column);
  const comparable =
    type === undefined || column === undefined || called === 'COUNT' ? undefined : comparableOf(type, column);
  const add = (row: RowCells): boolean => {
    const cell = column === undefined ? true : row[column];
    if (cell === null || cell === undefined) return false;
    count++;
    if (comparable === undefined) return true;
    const value = comparable(cell);
    if (called === 'COUNT DISTINCT') seen.add(value);
    if (best === undefined || (called === 'MIN' ? value < best : value > best)) best = value;
    return true;
  };
  const text = (): string => {
    if (called === 'COUNT') return String(count);
    if (called === 'COUNT DISTINCT') return String(seen.size);
    if (best === undefined) return '\\N';
    return typeof best === 'bigint' ? String(best) : `"${best.replaceAll('"', '""')}"`;
  };
  return { add, text };
}

/** Runs a SELECT. Answers CSV: a line of titles and a line of values.
 *  @throws SqlError where all partitions would be read and `allowsFullScan` is not set */
export function select(
  table: Table,
  aggregates: readonly Aggregate[],
  conditions: readonly Condition[],
  allowsFullScan: boolean,
): string {
  const { partitionKeys, name } = table.definition;
  const keys = partitionKeys.map((key) => key.name);
  if (keys.length > 0 && !allowsFullScan && !conditions.some(({ column }) => keys.includes(column))) {
    throw semanticError(
      `physical plan generation failed: Table(${name}) is full scan with all partitions, please specify partition predicates.`,
    );
  }
  const tests = conditions.map((condition) => testOf(table, condition));
  const gatherers = aggregates.map((aggregate) => gathererOf(table, aggregate));
  for (const spec of keys.length === 0 ? [[]] : table.partitions()) {
    const values = Object.fromEntries(spec.map((one) => [one.name, one.value]));
    for (const cells of rowsOf(table.rowFiles(spec))) {
      const row = { ...cells, ...values };
      if (tests.every((test) => test(row))) for (const { add } of gatherers) add(row);
    }
  }
  const titles = aggregates.map(({ title }) => `"${title}"`).join(',');
  return `${titles}\n${gatherers.map(({ text }) => text()).join(',')}\n`;
}
