/** Statements that make tables and partitions. Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/create-table-1 */
import { type ColumnType, columnTypeText } from './column-type.ts';
import { type PartitionSpec, sqlName, sqlPartition } from './partition-spec.ts';

export interface TableDefinition {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly partitionKeys: readonly { readonly name: string; readonly type: ColumnType }[];
  /** With it the table takes upserts. Its columns must be among `columns`. */
  readonly primaryKey?: readonly string[];
  readonly lifecycleDays?: number;
}

/** Without them the service takes only the oldest types. */
const TYPE_HINTS = { 'odps.sql.type.system.odps2': 'true', 'odps.sql.decimal.odps2': 'true' };

/** Settings that a statement with these columns needs. */
export function hintsFor(columns: TableDefinition['columns']): Readonly<Record<string, string>> {
  const holdsJson = columns.some(({ type }) => columnTypeText(type).includes('json'));
  return { ...TYPE_HINTS, ...(holdsJson ? { 'odps.sql.type.json.enable': 'true' } : {}) };
}

/** @param table its whole name, quoted */
export function createTableStatement(table: string, definition: TableDefinition): string {
  const { columns, partitionKeys, primaryKey = [], lifecycleDays } = definition;
  const isKey = (name: string) => primaryKey.some((key) => key.toLowerCase() === name.toLowerCase());
  const lines = columns.map(
    ({ name, type }) => `${sqlName(name)} ${columnTypeText(type)}${isKey(name) ? ' NOT NULL' : ''}`,
  );
  if (primaryKey.length > 0) lines.push(`PRIMARY KEY (${primaryKey.map(sqlName).join(',')})`);
  const parts = partitionKeys.map(({ name, type }) => `${sqlName(name)} ${columnTypeText(type)}`);
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (\n${lines.join(',\n')}\n)`,
    ...(parts.length === 0 ? [] : [`PARTITIONED BY (\n${parts.join(',\n')}\n)`]),
    ...(primaryKey.length === 0 ? [] : ["TBLPROPERTIES ('transactional'='true')"]),
    ...(lifecycleDays === undefined ? [] : [`LIFECYCLE ${lifecycleDays}`]),
  ].join('\n');
}

/** @param table its whole name, quoted */
export function addPartitionStatement(table: string, partition: PartitionSpec): string {
  return `ALTER TABLE ${table} ADD IF NOT EXISTS PARTITION ${sqlPartition(partition)}`;
}
