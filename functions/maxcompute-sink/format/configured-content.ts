/** The content of records under a configuration. */
import type { TableSchema } from '../tunnel/table-schema.ts';
import type { Content } from './content.ts';
import { CsvContent } from './csv-content.ts';
import { MemberContent } from './member-content.ts';
import { type FormatKeys, META_NAMES, partsOf, type TablePlan } from './table-plan.ts';
import { JsonContent, WholeContent } from './whole-content.ts';

/** Columns that content fills, in the order of the table. */
function contentColumns({ cells }: Pick<TablePlan, 'cells'>): readonly TablePlan['cells'][number][] {
  return cells.filter(({ fill }) => fill === 'content');
}

/** @param plan of the same table and configuration */
export function contentOf(config: FormatKeys, { columns }: TableSchema, plan: TablePlan): Content {
  const format = config['maxcompute.format'];
  const parts = partsOf(config['maxcompute.mode']);
  const [part = 'value'] = parts;
  switch (format) {
    case 'TEXT':
    case 'BINARY':
      return new WholeContent(
        columns.length,
        parts.flatMap((own) => {
          const column = plan.parts[own];
          if (column === undefined) return [];
          return [
            { part: own, column: column.index, mustBeText: format === 'BINARY' && column.type.kind === 'string' },
          ];
        }),
      );
    case 'JSON': {
      const { index = -1, type } = plan.parts[part] ?? {};
      return new JsonContent(columns.length, part, index, type?.kind === 'string' || type?.kind === 'json');
    }
    case 'CSV': {
      const targets = contentColumns(plan).map(({ column }) => column);
      return new CsvContent(columns.length, part, targets, config['maxcompute.csv.delimiter']);
    }
    case 'FLATTEN':
      return new MemberContent(columns.length, part, {
        byName: new Map(contentColumns(plan).map(({ name, column }) => [name.toLowerCase(), column])),
        reserved: META_NAMES,
        ignoresOthers: config['maxcompute.flatten.unknown'] === 'ignore',
      });
    default:
      return format satisfies never;
  }
}
