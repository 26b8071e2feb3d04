/** The table that is created when there is none: the columns that the configuration fills. */
import type { MaxComputeConfig } from './config.ts';
import { partitionColumns } from './partition/partition-column.ts';
import type { ColumnType, SimpleKind } from './tunnel/column-type.ts';
import type { TableDefinition } from './tunnel/table-definition.ts';

/** Type of the columns `key` and `value`. `CSV` and `FLATTEN` have none: their columns are refused when the configuration is checked. */
const CONTENT: Readonly<Record<MaxComputeConfig['maxcompute.format'], SimpleKind>> = {
  TEXT: 'string',
  BINARY: 'binary',
  JSON: 'json',
  CSV: 'string',
  FLATTEN: 'string',
};

/** Columns as the managed connector expects them, `insert_time` included. */
export function tableDefinition(config: MaxComputeConfig): TableDefinition {
  const mode = config['maxcompute.mode'];
  const content = { kind: CONTENT[config['maxcompute.format']] };
  const column = (name: string, type: ColumnType) => ({ name, type });
  return {
    name: config['maxcompute.table'],
    columns: [
      column('topic', { kind: 'string' }),
      column('partition', { kind: 'bigint' }),
      column('offset', { kind: 'bigint' }),
      ...(mode === 'VALUE' ? [] : [column('key', content)]),
      ...(mode === 'KEY' ? [] : [column('value', content)]),
      column('insert_time', { kind: 'bigint' }),
    ],
    partitionKeys: partitionColumns(config['maxcompute.partition.columns']).map(({ name }) =>
      column(name, { kind: 'string' }),
    ),
  };
}
