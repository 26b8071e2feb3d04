import { describe, expect, it } from 'vitest';
import { blockOf } from '../../../../helpers/records.ts';
import { META, rowsOf, rowsOfBlock, tableOf } from './rows-of.ts';

const TABLE = tableOf(`${META}key string\nvalue string`);

describe('format TEXT', () => {
  it('writes key and value as they are, with what Kafka knows of the record', () => {
    const block = blockOf(
      [
        { offset: 41, key: 'é', value: '1' },
        { offset: 42, key: '', value: '' },
        { offset: 43, key: null, value: null },
      ],
      { topic: 'sales', partition: 7 },
    );
    expect(rowsOfBlock({}, TABLE, block)).toEqual([
      { topic: 'sales', partition: '7', offset: '41', key: 'é', value: '1' },
      { topic: 'sales', partition: '7', offset: '42', key: '', value: '' },
      { topic: 'sales', partition: '7', offset: '43' },
    ]);
  });

  it('finds columns by name, in any order and spelling', () => {
    const table = tableOf('VALUE string\nunused double\nOffset bigint\nkey string');
    expect(rowsOf({}, table, [{ offset: 5, key: 'k', value: 'v' }])).toEqual([{ VALUE: 'v', Offset: '5', key: 'k' }]);
  });

  it.each([
    ['KEY', { key: 'k' }],
    ['VALUE', { value: 'v' }],
    ['DEFAULT', { key: 'k', value: 'v' }],
  ])('in mode %s writes %j', (mode, row) => {
    expect(rowsOf({ mode }, tableOf('key string\nvalue string'), [{ offset: 0, key: 'k', value: 'v' }])).toEqual([row]);
  });

  it('tells the time and the headers where the table has columns for them', () => {
    const headers = [{ key: 'a', value: Buffer.from('1') }];
    const records = [
      { offset: 0, timestamp: 1_700_000_000_123, headers },
      { offset: 1, timestamp: 1_700_000_000_123 },
    ];
    const row = { insert_time: '1700000000123', headers: '[{"key":"a","value":"1"}]', value: 'v0' };
    const table = tableOf('insert_time bigint\nheaders string\nvalue string');
    expect(rowsOf({ mode: 'VALUE' }, table, records)).toEqual([
      row,
      { insert_time: '1700000000123', headers: '[]', value: 'v1' },
    ]);
    const typed = tableOf('insert_time datetime\nheaders json\nvalue string');
    expect(rowsOf({ mode: 'VALUE' }, typed, records)[0]).toEqual({ ...row, insert_time: '2023-11-14T22:13:20.123Z' });
    const fine = tableOf('insert_time timestamp\nvalue string');
    expect(rowsOf({ mode: 'VALUE' }, fine, records)[0]).toMatchObject({
      insert_time: '2023-11-14T22:13:20.123000000Z',
    });
  });

  it('leaves the time out that a record does not have', () => {
    const table = tableOf('insert_time bigint\nvalue string');
    const byClock = { mode: 'VALUE', 'partition.source': 'write-time' };
    expect(rowsOf(byClock, table, [{ offset: 0, timestamp: -1 }])).toEqual([{ value: 'v0' }]);
  });

  it('reads texts for columns of other types, and says why one does not fit', () => {
    const table = tableOf('key bigint\nvalue decimal(10,2)');
    expect(
      rowsOf({}, table, [
        { offset: 0, key: '-9223372036854775807', value: '12.30' },
        { offset: 1, key: '1', value: 'secret' },
        { offset: 2, key: 'x', value: '1' },
        { offset: 3, key: '2', value: '3' },
      ]),
    ).toEqual([
      { key: '-9223372036854775807', value: '12.30' },
      'MAXCOMPUTE_BAD_VALUE: orders-0 at offset 1: the column value is decimal(10,2): found a text that is no number',
      'MAXCOMPUTE_BAD_VALUE: orders-0 at offset 2: the column key is bigint: found a text that is no number',
      { key: '2', value: '3' },
    ]);
  });

  it('refuses what is null where the table does not allow it', () => {
    const table = tableOf('key string not null\nvalue string');
    expect(rowsOf({}, table, [{ offset: 9, key: null }])).toEqual([
      'MAXCOMPUTE_NULL_VALUE: orders-0 at offset 9: the column key is NOT NULL: the record has nothing for it',
    ]);
  });

  it('refuses values that no field holds', () => {
    const value = 'x'.repeat(8 * 1024 * 1024);
    const [fits, tooLong] = rowsOf({ mode: 'VALUE' }, tableOf('value string'), [
      { offset: 0, value },
      { offset: 1, value: `${value}x` },
    ]);
    expect(fits).toEqual({ value });
    expect(tooLong).toContain(
      'MAXCOMPUTE_BAD_VALUE: orders-0 at offset 1: the column value is string: found 8388609 bytes',
    );
  });

  it('refuses a topic and headers that no field holds, and not the whole batch', () => {
    const table = tableOf('topic varchar(3)\nvalue string');
    const block = blockOf([0], { topic: 'tiere' });
    expect(rowsOfBlock({ mode: 'VALUE' }, table, block)).toEqual([
      'MAXCOMPUTE_BAD_VALUE: tiere-0 at offset 0: the column topic is varchar(3): found 5 characters, more than 3',
    ]);
    const value = Buffer.alloc(8 * 1024 * 1024, 'x');
    const found = rowsOf({ mode: 'VALUE' }, tableOf('headers string\nvalue string'), [
      { offset: 0, headers: [{ key: 'h', value }] },
      { offset: 1 },
    ]);
    expect(found).toEqual([
      expect.stringMatching(
        /^MAXCOMPUTE_BAD_VALUE: orders-0 at offset 0: the column headers is string: found 83886\d\d bytes/,
      ),
      { headers: '[]', value: 'v1' },
    ]);
  });

  it('refuses a record whose value was left behind, unless only keys are written', () => {
    const records = [{ offset: 3, key: 'k', value: null, overflow: { valueSize: 9 } }];
    expect(rowsOf({}, TABLE, records)).toEqual([
      expect.stringMatching(/^MAXCOMPUTE_VALUE_MISSING: orders-0 at offset 3/),
    ]);
    expect(rowsOf({ mode: 'KEY' }, tableOf('key string'), records)).toEqual([{ key: 'k' }]);
  });

  it('refuses a record that belongs to no partition', () => {
    const found = rowsOf({}, TABLE, [{ offset: 8, timestamp: -1 }, { offset: 9, timestamp: 1e15 }, { offset: 10 }]);
    expect(found).toEqual([
      'MAXCOMPUTE_NO_PARTITION: orders-0 at offset 8: the record belongs to no partition: found a record without a time',
      expect.stringContaining('found a record time that is not in the years 0000 to 9999'),
      expect.objectContaining({ offset: '10' }),
    ]);
  });
});

describe('format BINARY', () => {
  it('writes any bytes', () => {
    const bytes = Buffer.from([0, 255, 254]);
    const table = tableOf('key binary\nvalue binary');
    expect(rowsOf({ format: 'BINARY' }, table, [{ offset: 0, key: bytes, value: bytes }])).toEqual([
      { key: { base64: 'AP/+' }, value: { base64: 'AP/+' } },
    ]);
  });

  it('writes text into a STRING column, and nothing else', () => {
    const table = tableOf('key string\nvalue binary');
    expect(
      rowsOf({ format: 'BINARY' }, table, [
        { offset: 0, key: 'é', value: 'v' },
        { offset: 1, key: Buffer.from([255]), value: 'v' },
      ]),
    ).toEqual([{ key: 'é', value: { base64: 'dg==' } }, expect.stringMatching(/^KEY_NOT_UTF8: orders-0 at offset 1/)]);
  });
});

describe('format JSON', () => {
  const JSON_VALUE = { format: 'JSON', mode: 'VALUE' };

  it('takes null for none where the column takes what the JSON says', () => {
    const values = ['[1]', ' null '].map((value, offset) => ({ offset, value }));
    expect(rowsOf(JSON_VALUE, tableOf('value array<bigint>'), values)).toEqual([{ value: ['1'] }, {}]);
    expect(rowsOf(JSON_VALUE, tableOf('value array<bigint> not null'), values)).toEqual([
      { value: ['1'] },
      expect.stringContaining('MAXCOMPUTE_NULL_VALUE: orders-0 at offset 1: the column value is NOT NULL'),
    ]);
    expect(rowsOf(JSON_VALUE, tableOf('value json not null'), values)[1]).toEqual({ value: ' null ' });
  });

  it.each(['json', 'string'])('writes values as they stand into a column of type %s', (type) => {
    const values = ['{"a": 12345678901234567890}', '1.0', '"x"', 'null', ' [1] '];
    const rows = rowsOf(
      JSON_VALUE,
      tableOf(`value ${type}`),
      values.map((value, offset) => ({ offset, value })),
    );
    expect(rows).toEqual(values.map((value) => ({ value })));
  });

  it('refuses what is none, and says where', () => {
    const rows = rowsOf(JSON_VALUE, tableOf('value string'), [
      { offset: 0, value: '{"a":}' },
      { offset: 1, value: null },
      { offset: 2, value: '{}' },
    ]);
    expect(rows).toEqual([
      'VALUE_NOT_JSON: orders-0 at offset 0: the value is no JSON: at byte 5: a value is expected',
      {},
      { value: '{}' },
    ]);
  });

  it('writes keys likewise', () => {
    const rows = rowsOf({ format: 'JSON', mode: 'KEY' }, tableOf('key json'), [
      { offset: 0, key: '{"id":1}' },
      { offset: 1, key: 'x' },
    ]);
    expect(rows).toEqual([
      { key: '{"id":1}' },
      expect.stringMatching(/^KEY_NOT_JSON: .*the key is no JSON: at byte 0/),
    ]);
  });

  it('reads them for nested columns', () => {
    const rows = rowsOf(JSON_VALUE, tableOf('value array<bigint>'), [
      { offset: 0, value: ' [1, null, 9007199254740993] ' },
      { offset: 1, value: 'null' },
      { offset: 2, value: '{}' },
    ]);
    expect(rows).toEqual([
      { value: ['1', null, '9007199254740993'] },
      {},
      expect.stringContaining('found a JSON object'),
    ]);
  });
});
