/** How records become rows of one table under one configuration. The same record always gives the same row. */
import type { RecordError } from '../../../shared/errors.ts';
import { isTombstone } from '../../../shared/null-values.ts';
import type { RecordBlock } from '../../../shared/records.ts';
import { partitionOf } from '../partition/partition-of.ts';
import type { ColumnValue } from '../tunnel/column-value.ts';
import type { RowEncoder } from '../tunnel/row-encoder.ts';
import type { TableSchema } from '../tunnel/table-schema.ts';
import { InstantReader } from '../value/instant-text.ts';
import { contentOf } from './configured-content.ts';
import type { Content, ContentProblem } from './content.ts';
import { DeletedKey } from './deleted-key.ts';
import { KeyValues } from './key-values.ts';
import { recordError } from './record-error.ts';
import { RowWriter } from './row-writer.ts';
import { type FormatKeys, planTable, unfit } from './table-plan.ts';

/** What the service takes in one value, where it does not say otherwise.
 *  Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/maxcompute-v2-0-data-type-edition */
const MAX_FIELD_BYTES = 8 * 1024 * 1024;

/** Each call is done before it returns, and what it leaves behind is for the next one only: batches may take turns. */
export interface RowFormat {
  /** Encodes record `index` as one row, and ends it. Answers why not where it has none; then nothing was added. */
  append(encoder: RowEncoder, block: RecordBlock, index: number): RecordError | undefined;
  /** Rows of a table with a primary key.
   *  @param keyColumns in the order in which `keysOf` answers their values
   *  @throws FatalError `MAXCOMPUTE_TABLE_UNFIT` when the configuration fills one of them with nothing */
  keyed(keyColumns: readonly string[]): KeyedRows;
}

export interface KeyedRows {
  /** The key of a record's row, or why it has none. */
  keysOf(block: RecordBlock, index: number): readonly ColumnValue[] | RecordError;
  /** Adds the fields of a record's row, of a tombstone's only those of the key; the caller ends the row. Answers why not where there is none;
   *  then nothing was added. */
  fill(encoder: RowEncoder, block: RecordBlock, index: number): RecordError | undefined;
}

/** @throws FatalError `MAXCOMPUTE_TABLE_UNFIT` with everything that is wrong with the table */
export function rowFormat(config: FormatKeys, schema: TableSchema, maxFieldBytes = MAX_FIELD_BYTES): RowFormat {
  const rules = { instants: new InstantReader(config['maxcompute.time.zone']), maxFieldBytes };
  const plan = planTable(config, schema, rules);
  const content = contentOf(config, schema, plan);
  const rows = new RowWriter();
  const refusal = recordRefusal(config);
  const fill = (encoder: RowEncoder, cells: typeof plan.cells, from: Content, block: RecordBlock, index: number) => {
    const problem = refusal(block, index) ?? rows.write(encoder, cells, from, block, index);
    if (problem === undefined) return undefined;
    encoder.dropRow();
    return recordError(problem, block, index);
  };
  return {
    append: (encoder, block, index) => {
      const error = fill(encoder, plan.cells, content, block, index);
      if (error === undefined) encoder.endRow();
      return error;
    },
    keyed: (keyColumns) => {
      const names = keyColumns.map((name) => name.toLowerCase());
      const cells = plan.cells
        .filter(({ name }) => names.includes(name.toLowerCase()))
        .map((cell) => ({ ...cell, nullable: false }));
      const missing = names.filter((name) => !cells.some((cell) => cell.name.toLowerCase() === name));
      if (missing.length > 0) {
        throw unfit(
          config,
          missing.map((name) => `its primary key has the column ${name}, to which nothing is written`),
        );
      }
      const all = plan.cells.map((cell) => cells.find(({ column }) => column === cell.column) ?? cell);
      const order = names.map((name) => cells.find((cell) => cell.name.toLowerCase() === name)?.column ?? -1);
      const deleted = new DeletedKey(config, schema, cells, content);
      const values = new KeyValues();
      return {
        keysOf: (block, index) => {
          values.clear();
          const from = isTombstone(block, index) ? deleted : content;
          const problem = refusal(block, index) ?? rows.write(values, cells, from, block, index);
          return problem === undefined ? order.map((column) => values.at(column)) : recordError(problem, block, index);
        },
        fill: (encoder, block, index) =>
          isTombstone(block, index)
            ? fill(encoder, cells, deleted, block, index)
            : fill(encoder, all, content, block, index),
      };
    },
  };
}

/** Why a record has no row whatever it holds: its value did not come with it, or it belongs to no partition. */
function recordRefusal(config: FormatKeys): (block: RecordBlock, index: number) => ContentProblem | undefined {
  const { problemOf } = partitionOf(config);
  const needsValue = config['maxcompute.mode'] !== 'KEY';
  return (block, index) => {
    if (needsValue && block.overflows?.has(index) === true) {
      const message = 'the record came without its value, which was too large to send; raise invoke.max.bytes';
      return { code: 'MAXCOMPUTE_VALUE_MISSING', message };
    }
    const problem = problemOf(block, index);
    return problem === undefined ? undefined : noPartition(problem);
  };
}

export function noPartition(found: string): ContentProblem {
  return { code: 'MAXCOMPUTE_NO_PARTITION', message: `the record belongs to no partition: found ${found}` };
}
