/** Records through a format and the encoder, and back through the reader of the local service, which shares nothing with either. */
import { rowFormat } from '../../../../../functions/maxcompute-sink/format/row-format.ts';
import { parseColumnType } from '../../../../../functions/maxcompute-sink/tunnel/column-type.ts';
import { RowEncoder } from '../../../../../functions/maxcompute-sink/tunnel/row-encoder.ts';
import type { TableSchema } from '../../../../../functions/maxcompute-sink/tunnel/table-schema.ts';
import { parseColumnType as readerType } from '../../../../../infra/local/maxcompute/column-type.ts';
import { readRecords } from '../../../../../infra/local/maxcompute/record-reader.ts';
import type { RawConfig } from '../../../../../shared/config/parse.ts';
import { crc32cInTypeScript } from '../../../../../shared/kafka/wire/crc32c.ts';
import type { RecordBlock } from '../../../../../shared/records.ts';
import { blockOf, type ShortRecord } from '../../../../helpers/records.ts';
import { maxcomputeConfig } from '../config-of.ts';

const MAX_FIELD_BYTES = 8 * 1024 * 1024;

/** A table as `CREATE TABLE` spells its columns: `id bigint not null`; lines, so that types may hold commas. */
export function tableOf(columns: string, partitionKeys = 'pt string'): TableSchema {
  const read = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => {
        const nullable = !line.endsWith(' not null');
        const [, name = '', type = ''] = /^(\S+) (.*?)(?: not null)?$/.exec(line) ?? [];
        return { name, type: parseColumnType(type), nullable, typeText: type };
      });
  return { columns: read(columns), partitionKeys: read(partitionKeys) };
}

export const META = 'topic string\npartition bigint\noffset bigint\n';

/** What became of each record: its row by column, nulls left out, as the local service shows it; or the error as `CODE: message`. */
export function rowsOf(raw: RawConfig, table: TableSchema, records: readonly ShortRecord[]): readonly unknown[] {
  return rowsOfBlock(raw, table, blockOf(records));
}

export function rowsOfBlock(raw: RawConfig, table: TableSchema, block: RecordBlock): readonly unknown[] {
  const format = rowFormat(maxcomputeConfig(raw), table, MAX_FIELD_BYTES);
  const encoder = new RowEncoder(table.columns, crc32cInTypeScript);
  const outcomes: unknown[] = [];
  for (let index = 0; index < block.count; index++) {
    const error = format.append(encoder, block, index);
    outcomes.push(error === undefined ? undefined : `${error.code}: ${error.message}`);
  }
  const rows = decoded(table, encoder.finish());
  return outcomes.map((outcome) => outcome ?? rows.shift());
}

/** Rows of a stream, by name of column. */
export function decoded({ columns }: TableSchema, stream: Buffer): unknown[] {
  const rows: unknown[] = [];
  const read = columns.map(({ name, nullable, ...column }) => {
    // Nothing is ever written to a type that nobody knows.
    const text = column.type.kind === 'other' || !('typeText' in column) ? 'string' : String(column.typeText);
    return { name, nullable, comment: '', type: readerType(text) };
  });
  readRecords(stream, { columns: read, maxFieldBytes: MAX_FIELD_BYTES }, (cells) => {
    const row = cells.map((cell, i) => [
      columns[i]?.name,
      cell === undefined ? undefined : (JSON.parse(cell) as unknown),
    ]);
    rows.push(Object.fromEntries(row.filter(([, cell]) => cell !== undefined)));
  });
  return rows;
}
