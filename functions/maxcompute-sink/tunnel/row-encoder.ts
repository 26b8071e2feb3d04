/** Rows as the tunnel takes them: protobuf primitives without messages, each row with the CRC-32C of its values, a count and a sum of all
 *  behind them. Source: aliyun-odps-python-sdk `odps/tunnel/io/writer.py`; timestamps before 1970 as aliyun-odps-java-sdk has them. */
import type { Crc32c } from '../../../shared/kafka/wire/crc32c.ts';
import type { ColumnType } from './column-type.ts';
import type { ColumnValue, Instant, MapValue } from './column-value.ts';
import { RowBuffer } from './row-buffer.ts';
import type { Column } from './table-schema.ts';
import { type Form, formOf, VARINT, WIRE_TYPES } from './wire-form.ts';

/** Field numbers above all columns. Source: aliyun-odps-python-sdk `odps/tunnel/wireconstants.py`. */
const END_OF_ROW = (33553408 << 3) | VARINT;
const ROW_COUNT = (33554430 << 3) | VARINT;
const CHECKSUM = (33554431 << 3) | VARINT;

/** Encodes the rows of one block. Columns are named by their place in the table, from 0; each at most once a row and in ascending order. A
 *  column that is not named is null. Types are those of the table and values must fit them: what is wrong with a value is found before.
 *  Not to be shared; nothing here waits.
 *  @throws RangeError for a wrong order, a method that is not that of the column's type, a number that is not whole where it must be, or an
 *  integer outside of 64 bits (the service does not take the least one). The row is then in pieces: `dropRow` */
export class RowEncoder {
  readonly #types: readonly ColumnType[];
  readonly #forms: readonly Form[];
  readonly #tags: Uint32Array;
  readonly #buffer: RowBuffer;
  #column = -1;
  #rows = 0;
  #checksum = 0;

  /** @param crc32c see `loadCrc32c` */
  constructor(columns: readonly Column[], crc32c: Crc32c) {
    this.#types = columns.map(({ type }) => type);
    this.#forms = this.#types.map(formOf);
    this.#tags = Uint32Array.from(this.#forms, (form, index) => ((index + 1) << 3) | WIRE_TYPES[form]);
    this.#buffer = new RowBuffer(crc32c);
  }

  /** Rows that are ended. */
  get rows(): number {
    return this.#rows;
  }

  /** Size of the ended rows and the one under way, without the footer. */
  get byteLength(): number {
    return this.#buffer.byteLength;
  }

  /** `tinyint` to `bigint`; `date` in days, `datetime` in epoch milliseconds, `interval_year_month` in months. */
  integer(column: number, value: number | bigint): void {
    this.#begin(column, 'integer');
    this.#buffer.integer(value);
  }

  boolean(column: number, value: boolean): void {
    this.#begin(column, 'boolean');
    this.#buffer.boolean(value);
  }

  float(column: number, value: number): void {
    this.#begin(column, 'float');
    this.#buffer.float(value);
  }

  double(column: number, value: number): void {
    this.#begin(column, 'double');
    this.#buffer.double(value);
  }

  /** `source` from `start` to before `end`: text of the types that are text (UTF-8, unchecked), JSON, a decimal's digits, a binary. */
  bytes(column: number, source: Uint8Array, start = 0, end = source.length): void {
    this.#begin(column, 'bytes');
    this.#buffer.bytes(source, start, end);
  }

  /** As `bytes`, of a string. A lone surrogate becomes U+FFFD. */
  text(column: number, value: string): void {
    this.#begin(column, 'bytes');
    this.#buffer.text(value);
  }

  /** `timestamp`, `timestamp_ntz`, `interval_day_time`; see `Instant`. */
  instant(column: number, seconds: number, nanos: number): void {
    this.#begin(column, 'instant');
    this.#buffer.instant(seconds, nanos);
  }

  /** Any type; null is the same as not calling it. */
  value(column: number, value: ColumnValue): void {
    if (value === null) return;
    const type = this.#types[column];
    if (type === undefined) throw new RangeError(`no column ${column}`);
    this.#begin(column, this.#forms[column] ?? 'none');
    this.#any(type, value);
  }

  /** The row is complete. */
  endRow(): void {
    const sum = this.#buffer.rowSum();
    this.#buffer.varint(END_OF_ROW);
    this.#buffer.varint(sum);
    this.#checksum = this.#buffer.sumOf(this.#checksum, sum);
    this.#buffer.keepRow();
    this.#rows += 1;
    this.#column = -1;
  }

  /** Takes back what was added since the last row ended. */
  dropRow(): void {
    this.#buffer.dropRow();
    this.#column = -1;
  }

  /** The block: all ended rows and the footer. It belongs to the caller, who may give it back to `bodyBuffers`; the encoder is empty.
   *  @throws RangeError when a row is not ended */
  finish(): Buffer {
    if (this.#buffer.isRowOpen) throw new RangeError('a row is not ended');
    this.#buffer.varint(ROW_COUNT);
    this.#buffer.zigzag(this.#rows, 0);
    this.#buffer.varint(CHECKSUM);
    this.#buffer.varint(this.#checksum);
    const block = this.#buffer.take();
    this.#begunAnew();
    return block;
  }

  /** Throws everything away. */
  discard(): void {
    this.#buffer.discard();
    this.#begunAnew();
  }

  #begunAnew(): void {
    this.#rows = 0;
    this.#checksum = 0;
    this.#column = -1;
  }

  #begin(column: number, form: Form): void {
    if (this.#forms[column] !== form || form === 'none') throw new RangeError(`column ${column} does not take ${form}`);
    if (column <= this.#column) throw new RangeError(`column ${column} behind column ${this.#column}`);
    this.#column = column;
    this.#buffer.varint(this.#tags[column] as number);
    this.#buffer.sumInt32(column + 1);
  }

  /** One value of a type, without a tag. */
  #any(type: ColumnType, value: ColumnValue): void {
    const buffer = this.#buffer;
    const form = formOf(type);
    switch (form) {
      case 'integer':
        buffer.integer(value as number | bigint);
        break;
      case 'boolean':
        buffer.boolean(value as boolean);
        break;
      case 'float':
        buffer.float(value as number);
        break;
      case 'double':
        buffer.double(value as number);
        break;
      case 'bytes':
        if (typeof value === 'string') buffer.text(value);
        else buffer.bytes(value as Uint8Array, 0, (value as Uint8Array).length);
        break;
      case 'instant':
        buffer.instant((value as Instant).seconds, (value as Instant).nanos);
        break;
      case 'nested':
        this.#nested(type, value);
        break;
      case 'none':
        throw new RangeError(`nothing is written to ${type.kind}`);
      default:
        form satisfies never;
    }
  }

  #nested(type: ColumnType, value: ColumnValue): void {
    if (type.kind === 'array') this.#list(type.element, value as readonly ColumnValue[]);
    if (type.kind === 'map') {
      const { keys, values } = value as MapValue;
      if (keys.length !== values.length) throw new RangeError('a map has a value for each of its keys');
      this.#list(type.key, keys);
      this.#list(type.value, values);
    }
    if (type.kind === 'struct') {
      const members = value as readonly ColumnValue[];
      if (members.length !== type.members.length) throw new RangeError('a struct has a value for each of its members');
      for (const [index, member] of type.members.entries()) this.#element(member.type, members[index] ?? null);
    }
  }

  #list(type: ColumnType, elements: readonly ColumnValue[]): void {
    this.#buffer.varint(elements.length);
    for (const element of elements) this.#element(type, element);
  }

  #element(type: ColumnType, value: ColumnValue): void {
    this.#buffer.varint(value === null ? 1 : 0);
    if (value !== null) this.#any(type, value);
  }
}
