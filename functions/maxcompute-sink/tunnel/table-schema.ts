/** Columns of a table, as the service (`isNullable`) and the tunnel (`nullable`) describe them. */
import { type ColumnType, parseColumnType } from './column-type.ts';

export interface Column {
  /** As the table spells it; the service compares names without regard to case. */
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

export interface TableSchema {
  /** In the order in which rows carry them; the partition's columns are not among them. */
  readonly columns: readonly Column[];
  readonly partitionKeys: readonly Column[];
}

/** Reads `{"columns":[…],"partitionKeys":[…]}`; `undefined` for anything else. */
export function readSchema(document: unknown): TableSchema | undefined {
  if (!isObject(document)) return undefined;
  const columns = readColumns(document['columns']);
  const partitionKeys = readColumns(document['partitionKeys'] ?? []);
  return columns && partitionKeys && { columns, partitionKeys };
}

function readColumns(list: unknown): Column[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const columns = list.map(readColumn);
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

function readColumn(document: unknown): Column | undefined {
  if (!isObject(document)) return undefined;
  const { name, type, nullable, isNullable } = document;
  if (typeof name !== 'string' || typeof type !== 'string') return undefined;
  return { name, type: parseColumnType(type), nullable: !isFalse(nullable) && !isFalse(isNullable) };
}

/** Absent is nullable. */
function isFalse(value: unknown): boolean {
  return value === false || value === 'false';
}

/** What JSON's braces give. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
