/** What a table asks of its writer, and whether it fits the configuration. */
import { FatalError } from '../../shared/errors.ts';
import type { MaxComputeConfig } from './config.ts';
import type { PartitionSpec } from './tunnel/partition-spec.ts';
import type { TableInfo } from './tunnel/table-info.ts';

export type TableMode = 'append' | 'upsert' | 'stream';

/** How rows get into this table.
 *  @throws FatalError `MAXCOMPUTE_TABLE_UNFIT` where that is not what the configuration says */
export function modeOf(config: MaxComputeConfig, { isView, primaryKey }: TableInfo): TableMode {
  const mode = config['maxcompute.write.mode'];
  const table = config['maxcompute.table'];
  const isKeyed = primaryKey.length > 0;
  if (isView) throw unfit(`${table} is a view, which takes no rows; correct maxcompute.table`);
  switch (mode) {
    case 'auto':
      return isKeyed ? 'upsert' : 'append';
    case 'upsert':
      if (isKeyed) return mode;
      throw unfit(
        `table ${table} has no primary key, which maxcompute.write.mode=upsert needs; use append, or another table`,
      );
    case 'append':
    case 'stream':
      if (!isKeyed) return mode;
      throw unfit(
        `table ${table} has a primary key, and maxcompute.write.mode=${mode} would not keep it; use upsert or auto`,
      );
    default:
      return mode satisfies never;
  }
}

/** The partition as requests name it; `undefined` where the table has none. */
export function partitionOrNone(spec: PartitionSpec): PartitionSpec | undefined {
  return spec.length === 0 ? undefined : spec;
}

function unfit(message: string): FatalError {
  return new FatalError('MAXCOMPUTE_TABLE_UNFIT', message, { mayHeal: true });
}
