/** Content of records into one column. Texts go from the record's bytes to those of the row, and become no string in between. */
import type { ColumnType } from '../tunnel/column-type.ts';
import { BadValue } from '../value/bad-value.ts';
import { isPlainString } from '../value/json-text.ts';
import { fromJson } from '../value/json-value.ts';
import { tooLong, type ValueReader, type ValueRules, valueReader } from '../value/value-reader.ts';
import type { RowFields } from './row-fields.ts';

const QUOTE = 0x22;

export class ColumnWriter {
  readonly #reader: ValueReader;
  readonly #isText: boolean;
  readonly #mostCharacters: number;
  readonly #maxBytes: number;

  constructor(type: ColumnType, reader: ValueReader, { maxFieldBytes }: ValueRules) {
    this.#reader = reader;
    this.#isText = ['string', 'binary', 'varchar', 'char'].includes(type.kind);
    this.#mostCharacters = type.kind === 'varchar' || type.kind === 'char' ? type.length : Number.POSITIVE_INFINITY;
    this.#maxBytes = maxFieldBytes;
  }

  /** Writes what a text says. Where it does not fit, nothing is written and the reason answered. */
  text(fields: RowFields, column: number, bytes: Buffer, start: number, end: number): BadValue | undefined {
    if (this.#isText) return this.asItIs(fields, column, bytes, start, end);
    const value = this.#reader.fromText(bytes, start, end);
    if (value instanceof BadValue) return value;
    fields.value(column, value);
    return undefined;
  }

  /** As `text`, where what stands there is known to fit the type and is written as it is. */
  asItIs(fields: RowFields, column: number, bytes: Buffer, start: number, end: number): BadValue | undefined {
    const problem = tooLong(bytes, start, end, this.#maxBytes, this.#mostCharacters);
    if (problem === undefined) fields.bytes(column, bytes, start, end);
    return problem;
  }

  /** As `text`, of a value of JSON that is not null, without white space around it. */
  json(fields: RowFields, column: number, bytes: Buffer, start: number, end: number): BadValue | undefined {
    if (this.#isText) {
      if (bytes[start] !== QUOTE) return this.text(fields, column, bytes, start, end);
      if (isPlainString(bytes, start + 1, end - 1)) return this.text(fields, column, bytes, start + 1, end - 1);
    }
    const value = fromJson(this.#reader, bytes, start, end);
    if (value instanceof BadValue) return value;
    fields.value(column, value);
    return undefined;
  }
}

/** The writer of a column; `undefined` where nothing can be written to its type. */
export function columnWriter(type: ColumnType, rules: ValueRules): ColumnWriter | undefined {
  const reader = valueReader(type, rules);
  return reader && new ColumnWriter(type, reader, rules);
}
