/** Reads record streams as the tunnel takes them, and believes nothing: order of fields, wire types, ranges, the checksum of each record,
 *  and the count and checksum at the end. Source: `protobuf` readers of the SDKs for Java and Python. */
import { isUtf8 } from 'node:buffer';
import { checkedDecimal, dateText, datetimeText, floatText, intervalText, timestampText } from './cell-text.ts';
import type { ColumnType } from './column-type.ts';
import { CRC_START, crcByte, crcBytes, crcEnd, crcInt32 } from './crc32c.ts';
import { malformedStream } from './errors.ts';
import type { Column } from './table-column.ts';

const END_OF_RECORD = 33_553_408;
const RECORD_COUNT = 33_554_430;
const STREAM_CHECKSUM = 33_554_431;

/** Least and most of the whole numbers below 64 bits. */
const RANGES = {
  tinyint: [-128, 127],
  smallint: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
  interval_year_month: [-119_999, 119_999],
} as const;

const INT64_LEAST = -(2n ** 63n);

/** What the stream is read for. */
export interface StreamRules {
  readonly columns: readonly Column[];
  /** Most bytes of a string or binary. */
  readonly maxFieldBytes: number;
}

/** A row: JSON text by column, `undefined` for NULL. The array is used again for the next row. */
export type Cells = readonly (string | undefined)[];

/** One pass over one stream. */
class RecordReader {
  readonly #bytes: Buffer;
  readonly #rules: StreamRules;
  #at = 0;
  #crc = CRC_START;
  /** The last varint, as two unsigned halves; after `#zigzag` two signed ones. */
  #low = 0;
  #high = 0;

  constructor(bytes: Buffer, rules: StreamRules) {
    this.#bytes = bytes;
    this.#rules = rules;
  }

  /** Hands over row after row; answers their number. */
  read(onRow: (cells: Cells) => void): number {
    const { columns } = this.#rules;
    const cells: (string | undefined)[] = new Array(columns.length).fill(undefined);
    let rows = 0;
    let last = 0;
    let streamCrc = CRC_START;
    for (;;) {
      const [field, wireType] = this.#tag();
      if (field >= END_OF_RECORD && wireType !== 0) throw this.#malformed(`wire type ${wireType} of tag ${field}`);
      if (field === END_OF_RECORD) {
        const crc = crcEnd(this.#crc);
        this.#checksum();
        if (this.#low !== crc) throw this.#malformed(`row ${rows} has checksum ${this.#low}, expected ${crc}`);
        this.#checkNulls(cells, rows);
        onRow(cells);
        cells.fill(undefined);
        streamCrc = crcInt32(streamCrc, crc);
        this.#crc = CRC_START;
        last = 0;
        rows++;
      } else if (field === RECORD_COUNT) {
        if (last > 0) throw this.#malformed(`row ${rows} has no end`);
        this.#footer(rows, crcEnd(streamCrc));
        return rows;
      } else {
        const column = columns[field - 1];
        if (column === undefined || field <= last) throw this.#malformed(`field ${field} after field ${last}`);
        last = field;
        this.#crc = crcInt32(this.#crc, field);
        try {
          cells[field - 1] = this.#value(column.type, wireType);
        } catch (thrown) {
          if (!(thrown instanceof RangeError)) throw thrown;
          throw this.#malformed(`row ${rows}, column ${column.name}: ${thrown.message}`);
        }
      }
    }
  }

  #checkNulls(cells: Cells, row: number): void {
    const missing = this.#rules.columns.find(({ nullable }, index) => !nullable && cells[index] === undefined);
    if (missing) throw this.#malformed(`row ${row}: column ${missing.name} is NOT NULL and has no value`);
  }

  #footer(rows: number, crc: number): void {
    this.#zigzag();
    if (this.#number() !== rows) throw this.#malformed(`it says ${this.#number()} rows and has ${rows}`);
    const [field, wireType] = this.#tag();
    if (field !== STREAM_CHECKSUM || wireType !== 0) throw this.#malformed('the checksum at the end is missing');
    this.#checksum();
    if (this.#low !== crc) throw this.#malformed(`the stream has checksum ${this.#low}, expected ${crc}`);
    if (this.#at < this.#bytes.length) throw this.#malformed(`${this.#bytes.length - this.#at} bytes after its end`);
  }

  /** A top-level value as JSON text. */
  #value(type: ColumnType, wireType: number): string {
    const expected = wireTypeOf(type);
    if (wireType !== expected) throw new RangeError(`wire type ${wireType} for ${type.kind}, expected ${expected}`);
    return this.#nested(type);
  }

  #nested(type: ColumnType): string {
    switch (type.kind) {
      case 'tinyint':
      case 'smallint':
      case 'int':
      case 'interval_year_month': {
        const value = this.#int64();
        const [least, most] = RANGES[type.kind];
        if (value < least || value > most) throw new RangeError(`${value} is no ${type.kind}`);
        return String(value);
      }
      case 'bigint': {
        const value = this.#int64();
        if (value === INT64_LEAST) throw new RangeError(`${value} is no bigint`);
        return `"${value}"`;
      }
      case 'boolean': {
        this.#varint();
        if (this.#high !== 0 || this.#low > 1) throw new RangeError(`${this.#low} is no boolean`);
        this.#crc = crcByte(this.#crc, this.#low);
        return this.#low === 1 ? 'true' : 'false';
      }
      case 'date':
        return dateText(Number(this.#int64()));
      case 'datetime':
        return datetimeText(Number(this.#int64()));
      case 'float':
        return floatText(this.#bytes.readFloatLE(this.#fixed(4)));
      case 'double':
        return floatText(this.#bytes.readDoubleLE(this.#fixed(8)));
      case 'timestamp':
      case 'timestamp_ntz':
        return timestampText(type.kind, Number(this.#int64()), this.#nanos());
      case 'interval_day_time':
        return intervalText(this.#int64(), this.#nanos());
      case 'binary': {
        const [start, end] = this.#span();
        return `{"base64":"${this.#bytes.toString('base64', start, end)}"}`;
      }
      case 'string':
      case 'varchar':
      case 'char':
      case 'json':
      case 'decimal':
        return JSON.stringify(this.#text(type));
      case 'array':
        return `[${this.#elements(type.element).join(',')}]`;
      case 'map': {
        const keys = this.#elements(type.key);
        const values = this.#elements(type.value);
        if (keys.includes('null')) throw new RangeError('a key of the map is null');
        if (keys.length !== values.length) throw new RangeError(`${keys.length} keys and ${values.length} values`);
        return `[${keys.map((key, index) => `[${key},${values[index]}]`).join(',')}]`;
      }
      case 'struct': {
        const members = type.members.map((member) => `${JSON.stringify(member.name)}:${this.#orNull(member.type)}`);
        return `{${members.join(',')}}`;
      }
      default:
        throw new Error(`no such type: ${JSON.stringify(type satisfies never)}`);
    }
  }

  #text(type: ColumnType): string {
    const [start, end] = this.#span();
    // The service keeps any bytes; here, text that is not UTF-8 is a fault of the client.
    if (!isUtf8(this.#bytes.subarray(start, end))) throw new RangeError(`a ${type.kind} that is not UTF-8`);
    const text = this.#bytes.toString('utf8', start, end);
    if (type.kind === 'decimal') return checkedDecimal(text, type.precision, type.scale);
    if ((type.kind === 'varchar' || type.kind === 'char') && [...text].length > type.length) {
      throw new RangeError(`${[...text].length} characters in a ${type.kind}(${type.length})`);
    }
    if (type.kind === 'json') {
      try {
        JSON.parse(text);
      } catch {
        throw new RangeError('a json that is no JSON');
      }
    }
    return text;
  }

  #elements(type: ColumnType): string[] {
    this.#varint();
    // Each takes a byte at least.
    if (this.#high !== 0 || this.#low > this.#bytes.length - this.#at) throw new RangeError(`${this.#low} elements`);
    return Array.from({ length: this.#low }, () => this.#orNull(type));
  }

  #orNull(type: ColumnType): string {
    this.#varint();
    if (this.#high !== 0 || this.#low > 1) throw new RangeError(`${this.#low} where 0 or 1 tells of NULL`);
    return this.#low === 1 ? 'null' : this.#nested(type);
  }

  #tag(): readonly [field: number, wireType: number] {
    this.#varint();
    if (this.#high !== 0) throw this.#malformed('a tag of more than 32 bits');
    return [this.#low >>> 3, this.#low & 7];
  }

  /** Where the bytes of a string lie; they are in the checksum. */
  #span(): readonly [start: number, end: number] {
    this.#varint();
    const length = this.#high * 2 ** 32 + this.#low;
    if (length > this.#rules.maxFieldBytes)
      throw new RangeError(`${length} bytes, ${this.#rules.maxFieldBytes} is the most`);
    const start = this.#fixedAt(length);
    this.#crc = crcBytes(this.#crc, this.#bytes, start, start + length);
    return [start, start + length];
  }

  #fixed(length: number): number {
    const start = this.#fixedAt(length);
    this.#crc = crcBytes(this.#crc, this.#bytes, start, start + length);
    return start;
  }

  #fixedAt(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw this.#malformed('it ends inside of a value');
    this.#at = start + length;
    return start;
  }

  /** A signed 64-bit number, in the checksum. A number where it is exact. */
  #int64(): number | bigint {
    this.#zigzag();
    this.#crc = crcInt32(crcInt32(this.#crc, this.#low), this.#high);
    return this.#number();
  }

  #nanos(): number | bigint {
    this.#zigzag();
    this.#crc = crcInt32(this.#crc, this.#low);
    return this.#number();
  }

  #number(): number | bigint {
    const low = this.#low >>> 0;
    if (this.#high >= -(2 ** 20) && this.#high < 2 ** 20) return this.#high * 2 ** 32 + low;
    return (BigInt(this.#high) << 32n) | BigInt(low);
  }

  #zigzag(): void {
    this.#varint();
    const sign = -(this.#low & 1);
    const low = ((this.#low >>> 1) | (this.#high << 31)) ^ sign;
    this.#high = (this.#high >>> 1) ^ sign;
    this.#low = low;
  }

  /** 32 bits. pyodps sends them with their sign drawn out to 64, the others do not. */
  #checksum(): void {
    this.#varint();
    const isSigned = this.#high === 0xffff_ffff && this.#low >= 0x8000_0000;
    if (this.#high !== 0 && !isSigned) throw this.#malformed('a checksum of more than 32 bits');
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw this.#malformed('it ends inside of a number');
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high = bits >>> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (shift === 63 && bits > 1) break;
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw this.#malformed('a number of more than 64 bits');
  }

  #malformed(what: string): Error {
    return malformedStream(`${what} (byte ${Math.min(this.#at, this.#bytes.length)})`);
  }
}

function wireTypeOf({ kind }: ColumnType): 0 | 1 | 2 | 5 {
  switch (kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'datetime':
    case 'interval_year_month':
      return 0;
    case 'double':
      return 1;
    case 'float':
      return 5;
    default:
      return 2;
  }
}

/** Reads a whole stream, without its compression. Answers the number of rows, after `onRow` was told each.
 *  @throws MaxComputeError `MalformedDataStream` saying what is wrong and where */
export function readRecords(bytes: Buffer, rules: StreamRules, onRow: (cells: Cells) => void): number {
  return new RecordReader(bytes, rules).read(onRow);
}
