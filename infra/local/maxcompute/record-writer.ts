/** Writes record streams as downloads answer them, from rows on disk. */
import {
  type Cell,
  cellBytes,
  cellFloat,
  cellInteger,
  cellList,
  cellMillis,
  cellObject,
  cellSeconds,
  type RowCells,
} from './cell-value.ts';
import type { ColumnType } from './column-type.ts';
import { CRC_START, crcBytes, crcEnd, crcInt32 } from './crc32c.ts';
import type { Column } from './table-column.ts';

const DAY_MS = 86_400_000;
const END_OF_RECORD = 33_553_408;
const RECORD_COUNT = 33_554_430;
const STREAM_CHECKSUM = 33_554_431;

const isNull = (cell: Cell): boolean => cell === null || cell === undefined;

/** Gathers rows; `finish` answers the stream. */
export class RecordWriter {
  readonly #columns: readonly Column[];
  readonly #parts: Buffer[] = [];
  #crc = CRC_START;
  #streamCrc = CRC_START;
  #rows = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
  }

  add(row: RowCells): void {
    this.#crc = CRC_START;
    for (const [index, { name, type }] of this.#columns.entries()) {
      const cell = row[name];
      if (isNull(cell)) continue;
      this.#varint(BigInt(((index + 1) << 3) | wireTypeOf(type)));
      this.#crc = crcInt32(this.#crc, index + 1);
      this.#value(type, cell);
    }
    const crc = crcEnd(this.#crc);
    this.#varint(BigInt(END_OF_RECORD * 8));
    this.#varint(BigInt(crc));
    this.#streamCrc = crcInt32(this.#streamCrc, crc);
    this.#rows++;
  }

  finish(): Buffer {
    this.#varint(BigInt(RECORD_COUNT * 8));
    this.#varint(zigzag(BigInt(this.#rows)));
    this.#varint(BigInt(STREAM_CHECKSUM * 8));
    this.#varint(BigInt(crcEnd(this.#streamCrc)));
    return Buffer.concat(this.#parts);
  }

  #value(type: ColumnType, cell: Cell): void {
    const { kind } = type;
    switch (kind) {
      case 'tinyint':
      case 'smallint':
      case 'int':
      case 'bigint':
      case 'interval_year_month':
        this.#integer(cellInteger(kind, cell), 8);
        break;
      case 'date':
        this.#integer(BigInt(cellMillis(kind, cell) / DAY_MS), 8);
        break;
      case 'datetime':
        this.#integer(BigInt(cellMillis(kind, cell)), 8);
        break;
      case 'timestamp':
      case 'timestamp_ntz':
      case 'interval_day_time': {
        const [seconds, nanos] = cellSeconds(kind, cell);
        this.#integer(seconds, 8);
        this.#integer(nanos, 4);
        break;
      }
      case 'boolean':
        this.#checked(Buffer.from([cell === true ? 1 : 0]));
        break;
      case 'float':
        this.#checked(Buffer.from(new Float32Array([cellFloat(kind, cell)]).buffer));
        break;
      case 'double':
        this.#checked(Buffer.from(new Float64Array([cellFloat(kind, cell)]).buffer));
        break;
      case 'array':
        this.#elements(type.element, cellList(kind, cell));
        break;
      case 'map': {
        const pairs = cellList(kind, cell).map((pair) => cellList(kind, pair));
        for (const [index, part] of [type.key, type.value].entries()) {
          this.#elements(
            part,
            pairs.map((pair) => pair[index]),
          );
        }
        break;
      }
      case 'struct': {
        const members = cellObject(kind, cell);
        for (const member of type.members) this.#orNull(member.type, members[member.name]);
        break;
      }
      default: {
        const bytes = cellBytes(kind, cell);
        this.#varint(BigInt(bytes.length));
        this.#checked(bytes);
      }
    }
  }

  #elements(type: ColumnType, cells: readonly Cell[]): void {
    this.#varint(BigInt(cells.length));
    for (const cell of cells) this.#orNull(type, cell);
  }

  #orNull(type: ColumnType, cell: Cell): void {
    this.#varint(isNull(cell) ? 1n : 0n);
    if (!isNull(cell)) this.#value(type, cell);
  }

  #checked(bytes: Buffer): void {
    this.#crc = crcBytes(this.#crc, bytes, 0, bytes.length);
    this.#parts.push(bytes);
  }

  /** A zigzag varint that counts for the checksum with `size` bytes. */
  #integer(value: bigint, size: 4 | 8): void {
    const low = Number(BigInt.asIntN(32, value));
    this.#crc = crcInt32(this.#crc, low);
    if (size === 8) this.#crc = crcInt32(this.#crc, Number(BigInt.asIntN(32, value >> 32n)));
    this.#varint(zigzag(value));
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let left = value;
    for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
    bytes.push(Number(left));
    this.#parts.push(Buffer.from(bytes));
  }
}

const zigzag = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));

function wireTypeOf({ kind }: ColumnType): number {
  if (kind === 'double') return 1;
  if (kind === 'float') return 5;
  const isVarint = /^((tiny|small|big)?int|boolean|date|datetime|interval_year_month)$/.test(kind);
  return isVarint ? 0 : 2;
}
