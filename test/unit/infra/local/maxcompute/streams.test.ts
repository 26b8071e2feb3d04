import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RowCells } from '../../../../../infra/local/maxcompute/cell-value.ts';
import { parseColumnType } from '../../../../../infra/local/maxcompute/column-type.ts';
import { readRecords } from '../../../../../infra/local/maxcompute/record-reader.ts';
import { RecordWriter } from '../../../../../infra/local/maxcompute/record-writer.ts';
import type { Column } from '../../../../../infra/local/maxcompute/table-column.ts';

function columnsOf(...types: readonly string[]): Column[] {
  return types.map((type, index) => ({
    name: `c${index + 1}`,
    type: parseColumnType(type),
    nullable: true,
    comment: '',
  }));
}

function read(stream: Buffer, columns: readonly Column[], maxFieldBytes = 1000): RowCells[] {
  const rows: RowCells[] = [];
  const count = readRecords(stream, { columns, maxFieldBytes }, (cells) => {
    rows.push(Object.fromEntries(columns.map(({ name }, index) => [name, JSON.parse(cells[index] ?? 'null')])));
  });
  expect(count).toBe(rows.length);
  return rows;
}

function write(rows: readonly RowCells[], columns: readonly Column[]): Buffer {
  const writer = new RecordWriter(columns);
  for (const row of rows) writer.add(row);
  return writer.finish();
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Written by pyodps' record writer, plain Python; an independent encoder gave the same. */
const THREE = columnsOf('bigint', 'string', 'string');
const ONE_ROW = hex('08 02 12 01 61 80c0ff7f ea91d2b205 f0ffff7f 02 f8ffff7f 97d6b6ae06');
const TWO_ROWS = hex('0802120161 80c0ff7f ea91d2b205 80c0ff7f 00 f0ffff7f 04 f8ffff7f c1e2828609');
/** By its compiled writer: checksums with their sign drawn out to ten bytes. */
const SIGNED = hex(
  '080212036f6e6580c0ff7fb8adc28effffffffff01080412077a77656920c3a980c0ff7f8bd2b7f604080680c0ff7f84ccd78afcffffffff01f0ffff7f06f8ffff7fb1b889e8fbffffffff01',
);

/** One column: what it has, its field, its checksum. Made by pyodps; those with a * after the rules of the SDK for Java. */
const FIELDS: readonly (readonly [type: string, cell: unknown, field: string, crc: string])[] = [
  ['bigint', '-1', '0801', 'a0b0faf20d'],
  ['bigint', '9223372036854775807', '08feffffffffffffffff01', 'd8c6a2e505'],
  ['bigint', '-9223372036854775807', '08fdffffffffffffffff01', 'b2ceec8e0d'],
  ['tinyint', -5, '0809', 'cdb48cfa0f'],
  ['smallint', 300, '08d804', '8bddd2e101'],
  ['int', -70_000, '08dfc508', 'a294d2d206'],
  ['boolean', true, '0801', '9ab5a2f808'],
  ['boolean', false, '0800', '99b38ceb07'],
  ['double', 1.5, '09000000000000f83f', 'bef2bfeb0a'],
  ['float', 1.5, '0d0000c03f', 'c58dc2f90a'],
  ['string', 'é', '0a02c3a9', '9ddbc39605'],
  ['string', '', '0a00', 'ffc28ba909'],
  ['binary', { base64: 'AP8=' }, '0a0200ff', 'c2899dab01'],
  ['varchar(10)', 'ab', '0a026162', 'f792e5de0a'],
  ['char(3)', 'ab', '0a026162', 'f792e5de0a'],
  ['decimal(10,2)', '12.30', '0a0531322e3330', '9987a1f402'],
  ['date', '2024-01-02', '0898b402', 'eae9bb8208'],
  ['datetime', '2024-01-02T03:04:05.678Z', '08dcec86829963', '94d18a8006'],
  ['timestamp', '2024-01-02T03:04:05.678901234Z', '0acaf49bd90ce4d7b98705', 'efc29dea08'],
  ['timestamp', '1969-12-31T23:59:59.500000000Z', '0a018094ebdc03', 'b8a0d18806'],
  ['json', '{"a": 1}', '0a087b2261223a20317d', 'f3bed5cb0f'],
  ['array<bigint>', ['1', null, '-2'], '0a03000201 0003', '97d0e4a70f'],
  ['map<string,bigint>', [['k', '7']], '0a0100016b01000e', '88f0e5e60e'],
  ['struct<x:int,y:string>', { x: 3, y: null }, '0a000601', '84ccd78a0c'],
  ['array<array<string>>', [['a'], []], '0a020001000161 0000', 'f893b8f60e'],
];

describe('a stream', () => {
  it('is read as other clients write it', () => {
    expect(read(ONE_ROW, THREE)).toEqual([{ c1: '1', c2: 'a', c3: null }]);
    expect(read(TWO_ROWS, THREE)).toEqual([
      { c1: '1', c2: 'a', c3: null },
      { c1: null, c2: null, c3: null },
    ]);
    expect(read(SIGNED, columnsOf('bigint', 'string'))).toEqual([
      { c1: '1', c2: 'one' },
      { c1: '2', c2: 'zwei é' },
      { c1: '3', c2: null },
    ]);
    expect(read(hex('f0ffff7f 00 f8ffff7f 00'), THREE)).toEqual([]);
  });

  it('is written as it was read', () => {
    expect(write(read(ONE_ROW, THREE), THREE)).toEqual(ONE_ROW);
    expect(write(read(TWO_ROWS, THREE), THREE)).toEqual(TWO_ROWS);
  });

  it.each(FIELDS)('has %s %j', (type, cell, field, crc) => {
    const columns = columnsOf(type);
    const stream = write([{ c1: cell }], columns);
    expect(stream.toString('hex')).toMatch(`${field.replace(' ', '')}80c0ff7f${crc}`);
    expect(read(stream, columns)).toEqual([{ c1: cell }]);
  });

  it('is refused when any bit of it is another, or its end is missing', () => {
    for (const [stream, columns] of [
      [ONE_ROW, THREE],
      [SIGNED, columnsOf('bigint', 'string')],
    ] as const) {
      for (let bit = 0; bit < stream.length * 8; bit++) {
        const changed = Buffer.from(stream);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => read(changed, columns), `bit ${bit}`).toThrow(
          expect.objectContaining({ code: 'MalformedDataStream', status: 400 }),
        );
      }
      for (let end = 0; end < stream.length; end++) {
        expect(() => read(stream.subarray(0, end), columns), `to byte ${end}`).toThrow('not well-formed');
      }
      expect(() => read(Buffer.concat([stream, Buffer.from([0])]), columns)).toThrow('1 bytes after its end');
    }
  });

  it('keeps what it is given, of any type', () => {
    const columns = columnsOf('bigint', 'double', 'string', 'binary', 'datetime', 'timestamp_ntz', 'interval_day_time');
    const cell = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
    const time = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    const nanos = fc.integer({ min: 0, max: 999_999_999 }).map((number) => String(number).padStart(9, '0'));
    const row = fc.record({
      c1: cell(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String)),
      c2: cell(fc.double({ noNaN: true, noDefaultInfinity: true })),
      c3: cell(fc.string({ unit: 'grapheme' })),
      c4: cell(fc.uint8Array().map((bytes) => ({ base64: Buffer.from(bytes).toString('base64') }))),
      c5: cell(time.map((date) => date.toISOString())),
      c6: cell(fc.tuple(time, nanos).map(([date, fraction]) => `${date.toISOString().slice(0, 20)}${fraction}`)),
      c7: cell(fc.tuple(fc.integer(), nanos).map(([seconds, fraction]) => `${seconds}.${fraction}`)),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const stream = write(rows, columns);
        expect(write(read(stream, columns), columns)).toEqual(stream);
        expect(read(stream, columns)).toEqual(rows);
      }),
    );
  });
});

/** Streams whose checksums are right and whose content is not. */
describe('a value', () => {
  const wide = (type: string, cell: unknown, as: string) => () =>
    read(write([{ c1: cell }], columnsOf(as)), columnsOf(type));

  it.each([
    ['tinyint', '128', 'bigint', '128 is no tinyint'],
    ['smallint', '-32769', 'bigint', '-32769 is no smallint'],
    ['int', '2147483648', 'bigint', '2147483648 is no int'],
    ['bigint', '-9223372036854775808', 'bigint', 'is no bigint'],
    ['boolean', '1', 'bigint', '2 is no boolean'],
    ['date', '2932897', 'bigint', 'outside of the years'],
    ['datetime', '-62167219200001', 'bigint', 'outside of the years'],
    ['bigint', 'a', 'string', 'wire type 2 for bigint'],
    ['decimal(10,2)', '1.234', 'string', 'does not fit into decimal(10,2)'],
    ['decimal(10,2)', '123456789', 'string', 'does not fit into decimal(10,2)'],
    ['decimal(10,2)', '1e3', 'string', 'is no decimal'],
    ['varchar(2)', '世界é', 'string', '3 characters'],
    ['char(1)', 'ab', 'string', '2 characters'],
    ['json', '{', 'string', 'is no JSON'],
    ['string', { base64: '/w==' }, 'binary', 'not UTF-8'],
    ['map<bigint,bigint>', [[null, '1']], 'map<bigint,bigint>', 'null'],
    ['string', 'x'.repeat(1001), 'string', '1001 bytes'],
  ])('of %s is refused: %j', (type, cell, as, message) => {
    expect(wide(type, cell, as)).toThrow(message);
    expect(wide(type, cell, as)).toThrow(expect.objectContaining({ code: 'MalformedDataStream' }));
  });

  it('is refused with nanoseconds that are a second or more, or less than nothing', () => {
    for (const nanos of ['1000000000', '-1']) {
      const type = 'struct<s:bigint,n:int>';
      const stream = write([{ c1: { s: '0', n: Number(nanos) } }], columnsOf(type));
      // A structure has a byte for NULL before each member: not a timestamp, and still refused.
      expect(() => read(stream, columnsOf('timestamp'))).toThrow('not well-formed');
    }
  });

  it('must be there where the column is NOT NULL', () => {
    const [column] = columnsOf('bigint');
    const required = [{ ...column, nullable: false } as Column];
    expect(() => read(write([{ c1: null }], required), required)).toThrow('NOT NULL');
  });

  it('must be of a column that the table has', () => {
    expect(() => read(ONE_ROW, columnsOf('bigint'))).toThrow('field 2 after field 1');
  });
});
