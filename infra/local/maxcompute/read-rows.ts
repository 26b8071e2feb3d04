/** What lies in a stand-in's folder, for whoever wants to see that rows arrived. */
import { join } from 'node:path';
import type { RowCells } from './cell-value.ts';
import { partitionText } from './partition-spec.ts';
import { rowsOf, Table } from './table.ts';

/** Every committed row of a table, partition by partition, its partition columns added as text. `partition` is `pt=a,ds=b`: all partitions,
 *  when absent. How values are written, `cell-text.ts` says. Works on the folder of a stand-in that runs, or of one that is no more.
 *  @throws Error when there is no such table */
export function readRows(dir: string, project: string, table: string, partition?: string): RowCells[] {
  const found = Table.open(join(dir, project, table.toLowerCase()));
  if (found === undefined) throw new Error(`no table ${table} in ${join(dir, project)}`);
  const all = found.definition.partitionKeys.length === 0 ? [[]] : found.partitions();
  const wanted = all.filter((spec) => partition === undefined || partitionText(spec) === partition);
  return wanted.flatMap((spec) => {
    const values = Object.fromEntries(spec.map(({ name, value }) => [name, value]));
    return [...rowsOf(found.rowFiles(spec))].map((row) => ({ ...row, ...values }));
  });
}
