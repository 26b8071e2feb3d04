/** Columns of a table, in memory and as the endpoints' JSON has them. */
import { type ColumnType, columnTypeText, parseColumnType } from './column-type.ts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly comment: string;
}

/** A column as it lies in `table.json`. */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string;
}

export function storedColumn({ name, type, nullable, comment }: Column): StoredColumn {
  return { name, type: columnTypeText(type), nullable, comment };
}

export function loadedColumn({ name, type, nullable, comment }: StoredColumn): Column {
  return { name, type: parseColumnType(type), nullable, comment };
}

/** A column in an answer. The service endpoint says `isNullable`, the tunnel `nullable`; each is told what it asks for only. */
export function columnAnswer(
  { name, type, nullable, comment }: Column,
  index: number,
  side: 'service' | 'tunnel',
): object {
  const facts = { name, type: columnTypeText(type), comment };
  if (side === 'service') return { ...facts, label: '', isNullable: nullable };
  return { ...facts, nullable, column_id: String(index), default_value: '' };
}
