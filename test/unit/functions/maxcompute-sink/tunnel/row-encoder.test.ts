import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ColumnValue } from '../../../../../functions/maxcompute-sink/tunnel/column-value.ts';
import { RowEncoder } from '../../../../../functions/maxcompute-sink/tunnel/row-encoder.ts';
import { bodyBuffers } from '../../../../../shared/body-buffers.ts';
import { type Crc32c, crc32cInTypeScript, loadCrc32c } from '../../../../../shared/kafka/wire/crc32c.ts';
import { columnsOf, hex } from './columns.ts';

let crc32c: Crc32c;

beforeAll(async () => {
  crc32c = await loadCrc32c();
});

function encoded(types: readonly string[], ...rows: readonly (readonly ColumnValue[])[]): Buffer {
  const encoder = new RowEncoder(columnsOf(...types), crc32c);
  for (const row of rows) {
    for (const [column, value] of row.entries()) encoder.value(column, value);
    encoder.endRow();
  }
  return encoder.finish();
}

/** Bytes in front of the footer. */
function rowsOf(block: Buffer): Buffer {
  return block.subarray(0, block.indexOf(hex('f0ffff7f')));
}

describe('whole blocks', () => {
  const TYPES = ['bigint', 'string', 'string'];

  it('encodes a row and its footer', () => {
    expect(encoded(TYPES, [1, 'a', null]).toString('hex')).toBe(
      '080212016180c0ff7fea91d2b205f0ffff7f02f8ffff7f97d6b6ae06',
    );
  });

  it('encodes a row of nulls', () => {
    expect(encoded(TYPES, [1, 'a', null], [null, null, null])).toEqual(
      hex('0802120161 80c0ff7f ea91d2b205 80c0ff7f 00 f0ffff7f 04 f8ffff7f c1e2828609'),
    );
  });

  it('starts the sum anew with each row', () => {
    const rows = rowsOf(encoded(TYPES, [1, 'a', null], [2, 'b', 'c']));
    expect(rows.subarray(14)).toEqual(hex('08 04 12 01 62 1a 01 63 80 c0 ff 7f bb c1 b8 c9 08'));
  });

  it('encodes no rows', () => {
    expect(encoded(TYPES)).toEqual(hex('f0 ff ff 7f 00 f8 ff ff 7f 00'));
  });

  it('does the same without the native checksum', () => {
    const encoder = new RowEncoder(columnsOf('bigint', 'string'), crc32cInTypeScript);
    encoder.integer(0, 1);
    encoder.bytes(1, Buffer.from('xay'), 1, 2);
    encoder.endRow();
    expect(encoder.finish().toString('hex')).toBe('080212016180c0ff7fea91d2b205f0ffff7f02f8ffff7f97d6b6ae06');
  });
});

/** Made with pyodps 0.13.1; the timestamps as the Java SDK writes them. */
describe.each<[type: string, value: ColumnValue, field: string, sum: string]>([
  ['bigint', -1, '08 01', 'a0 b0 fa f2 0d'],
  ['bigint', 9223372036854775807n, '08 fe ff ff ff ff ff ff ff ff 01', 'd8 c6 a2 e5 05'],
  ['bigint', -9223372036854775807n, '08 fd ff ff ff ff ff ff ff ff 01', 'b2 ce ec 8e 0d'],
  ['tinyint', -5, '08 09', 'cd b4 8c fa 0f'],
  ['smallint', 300, '08 d8 04', '8b dd d2 e1 01'],
  ['int', -70000, '08 df c5 08', 'a2 94 d2 d2 06'],
  ['boolean', true, '08 01', '9a b5 a2 f8 08'],
  ['boolean', false, '08 00', '99 b3 8c eb 07'],
  ['double', 1.5, '09 00 00 00 00 00 00 f8 3f', 'be f2 bf eb 0a'],
  ['float', 1.5, '0d 00 00 c0 3f', 'c5 8d c2 f9 0a'],
  ['string', 'é', '0a 02 c3 a9', '9d db c3 96 05'],
  ['string', '', '0a 00', 'ff c2 8b a9 09'],
  ['binary', Buffer.from([0, 255]), '0a 02 00 ff', 'c2 89 9d ab 01'],
  ['varchar(10)', 'ab', '0a 02 61 62', 'f7 92 e5 de 0a'],
  ['char(3)', 'ab', '0a 02 61 62', 'f7 92 e5 de 0a'],
  ['decimal(10,2)', '12.30', '0a 05 31 32 2e 33 30', '99 87 a1 f4 02'],
  ['date', 19724, '08 98 b4 02', 'ea e9 bb 82 08'],
  ['datetime', Date.parse('2024-01-02T03:04:05.678Z'), '08 dc ec 86 82 99 63', '94 d1 8a 80 06'],
  [
    'timestamp',
    { seconds: Date.parse('2024-01-02T03:04:05Z') / 1000, nanos: 678901234 },
    '0a ca f4 9b d9 0c e4 d7 b9 87 05',
    'ef c2 9d ea 08',
  ],
  ['timestamp', { seconds: -1, nanos: 500000000 }, '0a 01 80 94 eb dc 03', 'b8 a0 d1 88 06'],
  ['json', '{"a": 1}', '0a 08 7b 22 61 22 3a 20 31 7d', 'f3 be d5 cb 0f'],
  ['array<bigint>', [1, null, -2], '0a 03 00 02 01 00 03', '97 d0 e4 a7 0f'],
  ['map<string,bigint>', { keys: ['k'], values: [7] }, '0a 01 00 01 6b 01 00 0e', '88 f0 e5 e6 0e'],
  ['struct<x:int,y:string>', [3, null], '0a 00 06 01', '84 cc d7 8a 0c'],
  ['array<array<string>>', [['a'], []], '0a 02 00 01 00 01 61 00 00', 'f8 93 b8 f6 0e'],
])('%s %o', (type, value, field, sum) => {
  it('is written as the SDKs write it', () => {
    expect(rowsOf(encoded([type], [value]))).toEqual(hex(`${field} 80 c0 ff 7f ${sum}`));
  });
});

it.each<[type: string, write: (encoder: RowEncoder) => void, value: ColumnValue]>([
  ['int', (encoder) => encoder.integer(0, 7), 7],
  ['boolean', (encoder) => encoder.boolean(0, true), true],
  ['float', (encoder) => encoder.float(0, 0.25), 0.25],
  ['double', (encoder) => encoder.double(0, -0.1), -0.1],
  ['string', (encoder) => encoder.text(0, 'zwölf'), 'zwölf'],
  ['binary', (encoder) => encoder.bytes(0, Buffer.from('0123'), 1, 3), Buffer.from('12')],
  ['interval_day_time', (encoder) => encoder.instant(0, 5, 6), { seconds: 5, nanos: 6 }],
])('the method for %s does what value() does', (type, write, value) => {
  const encoder = new RowEncoder(columnsOf(type), crc32c);
  write(encoder);
  encoder.endRow();
  expect(encoder.finish()).toEqual(encoded([type], [value]));
});

/** The sum of a row by the words of the format, over bytes put together the slow way. */
function sumOfText(...values: readonly string[]): number {
  const parts = values.flatMap((value, index) => {
    const number = Buffer.alloc(4);
    number.writeInt32LE(index + 1);
    return [number, Buffer.from(value)];
  });
  return crc32cInTypeScript(Buffer.concat(parts));
}

function varintAt(bytes: Buffer, start: number): number {
  let value = 0;
  for (let at = start, factor = 1; ; at++, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
}

function sumIn(block: Buffer): number {
  const rows = rowsOf(block);
  return varintAt(rows, rows.lastIndexOf(hex('80c0ff7f')) + 4);
}

describe('sums of rows of any size', () => {
  const sizes = [0, 1, 23, 24, 91, 92, 99, 100, 101, 2047, 2048, 4091, 4092, 4093, 70_000, 300_000];

  it.each(sizes)('is right with a value of %i bytes, alone and among others', (size) => {
    const long = 'é'.repeat(size >> 1) + 'x'.repeat(size & 1);
    expect(sumIn(encoded(['string'], [long]))).toBe(sumOfText(long));
    const row = ['short', long, 'between', long, ''];
    expect(
      sumIn(
        encoded(
          row.map(() => 'string'),
          row,
        ),
      ),
    ).toBe(sumOfText(...row));
  });

  it('is right whatever the lengths', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 5000, size: 'max' }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(texts, (row) => {
        const sent = row.map((text) => Buffer.from(text).toString());
        expect(
          sumIn(
            encoded(
              row.map(() => 'string'),
              row,
            ),
          ),
        ).toBe(sumOfText(...sent));
      }),
      { numRuns: 50 },
    );
  });
});

describe('integers', () => {
  it('are the same as numbers and as bigints', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(encoded(['bigint'], [value])).toEqual(encoded(['bigint'], [BigInt(value)]));
      }),
    );
  });

  it('come back from their zigzag', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (value) => {
        const rows = rowsOf(encoded(['bigint'], [value]));
        let zigzag = 0n;
        let shift = 0n;
        for (let at = 1; ; at++, shift += 7n) {
          const byte = rows[at] ?? 0;
          zigzag |= BigInt(byte & 0x7f) << shift;
          if (byte < 0x80) break;
        }
        expect((zigzag >> 1n) ^ -(zigzag & 1n)).toBe(value);
      }),
    );
  });

  it.each([2 ** 53, 0.5, Number.NaN, -(2n ** 63n), 2n ** 63n])('refuses %s', (value) => {
    const encoder = new RowEncoder(columnsOf('bigint'), crc32c);
    expect(() => encoder.integer(0, value)).toThrow(RangeError);
  });
});

describe('rows under way', () => {
  it('takes back what was added since the last row', () => {
    const encoder = new RowEncoder(columnsOf('string', 'bigint'), crc32c);
    encoder.text(0, 'first');
    encoder.endRow();
    const { byteLength } = encoder;
    encoder.text(0, 'x'.repeat(100_000));
    expect(encoder.byteLength).toBeGreaterThan(byteLength + 100_000);
    encoder.dropRow();
    expect(encoder).toMatchObject({ rows: 1, byteLength });
    encoder.integer(1, 5);
    encoder.endRow();
    expect(encoder.finish()).toEqual(encoded(['string', 'bigint'], ['first'], [null, 5]));
  });

  it('goes on after a value that could not be written', () => {
    const encoder = new RowEncoder(columnsOf('bigint'), crc32c);
    expect(() => encoder.integer(0, 0.5)).toThrow('safe integer');
    encoder.dropRow();
    encoder.integer(0, 1);
    encoder.endRow();
    expect(encoder.finish()).toEqual(encoded(['bigint'], [1]));
  });

  it('is empty after a block, and a block stays as it is', () => {
    const encoder = new RowEncoder(columnsOf('string'), crc32c);
    encoder.text(0, 'one');
    encoder.endRow();
    const first = encoder.finish();
    const copy = Buffer.from(first);
    expect(encoder).toMatchObject({ rows: 0, byteLength: 0 });
    encoder.text(0, 'two');
    encoder.endRow();
    expect(encoder.finish()).toEqual(encoded(['string'], ['two']));
    expect(first).toEqual(copy);
  });

  it('throws away what it holds', () => {
    const encoder = new RowEncoder(columnsOf('string'), crc32c);
    encoder.text(0, 'one');
    encoder.endRow();
    encoder.text(0, 'half');
    encoder.discard();
    expect(encoder.finish()).toEqual(encoded(['string']));
  });

  it('uses large buffers again', () => {
    const encoder = new RowEncoder(columnsOf('string'), crc32c);
    encoder.text(0, 'x'.repeat(1_000_000));
    encoder.endRow();
    const block = encoder.finish();
    const { freeBytes } = bodyBuffers;
    bodyBuffers.giveBack(block);
    expect(bodyBuffers.freeBytes).toBeGreaterThan(freeBytes);
  });

  it.each<[string, (encoder: RowEncoder) => unknown]>([
    ['a column twice', (encoder) => [encoder.integer(1, 1), encoder.integer(1, 1)]],
    ['a column behind a later one', (encoder) => [encoder.integer(1, 1), encoder.text(0, '')]],
    ['a method of another type', (encoder) => encoder.integer(0, 1)],
    ['a column that is not there', (encoder) => encoder.value(3, 1)],
    ['a type that nobody knows', (encoder) => encoder.value(2, 'x')],
    ['bytes outside of their source', (encoder) => encoder.bytes(0, Buffer.alloc(3), 1, 4)],
    ['a block with half a row', (encoder) => [encoder.integer(1, 1), encoder.finish()]],
  ])('refuses %s', (_, write) => {
    const encoder = new RowEncoder(columnsOf('string', 'bigint', 'vector(3)'), crc32c);
    expect(() => write(encoder)).toThrow(RangeError);
  });

  it.each<[string, string, ColumnValue]>([
    ['nanos that are none', 'timestamp', { seconds: 0, nanos: -1 }],
    ['seconds that are not whole', 'timestamp', { seconds: 0.5, nanos: 0 }],
    ['a struct without all of its members', 'struct<x:int,y:int>', [1]],
    ['a map with a key too many', 'map<string,int>', { keys: ['a', 'b'], values: [1] }],
  ])('refuses %s', (_, type, value) => {
    expect(() => encoded([type], [value])).toThrow(RangeError);
  });
});
