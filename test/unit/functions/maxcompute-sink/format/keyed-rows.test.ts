import { describe, expect, it } from 'vitest';
import { rowFormat } from '../../../../../functions/maxcompute-sink/format/row-format.ts';
import { RowEncoder } from '../../../../../functions/maxcompute-sink/tunnel/row-encoder.ts';
import { RecordError } from '../../../../../shared/errors.ts';
import { crc32cInTypeScript } from '../../../../../shared/kafka/wire/crc32c.ts';
import { blockOf, type ShortRecord } from '../../../../helpers/records.ts';
import { maxcomputeConfig } from '../config-of.ts';
import { decoded, META, tableOf } from './rows-of.ts';

/** Keys and row of each record, or the error. */
function keyedRows(
  raw: Record<string, unknown>,
  columns: string,
  keys: readonly string[],
  records: readonly ShortRecord[],
) {
  const table = tableOf(columns);
  const keyed = rowFormat(maxcomputeConfig(raw), table).keyed(keys);
  const encoder = new RowEncoder(table.columns, crc32cInTypeScript);
  const block = blockOf(records);
  const outcomes = records.map((_, index) => {
    const found = keyed.keysOf(block, index);
    const error = keyed.fill(encoder, block, index);
    if (error === undefined) encoder.endRow();
    if (found instanceof RecordError || error !== undefined) {
      expect(found).toMatchObject({ code: error?.code, message: error?.message });
      return error?.code;
    }
    return found.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value));
  });
  return { keys: outcomes, rows: decoded(table, encoder.finish()) };
}

const FLATTEN = { format: 'FLATTEN', mode: 'VALUE' };

describe('rows of a table with a primary key', () => {
  it('have the key that the record has, and a tombstone nothing else', () => {
    const records = [
      { offset: 0, key: 'a', value: '1' },
      { offset: 1, key: 'a', value: null },
      { offset: 2, key: null, value: '2' },
      { offset: 3, key: null, value: null },
    ];
    expect(keyedRows({}, `${META}key string not null\nvalue string`, ['key'], records)).toEqual({
      keys: [['a'], ['a'], 'MAXCOMPUTE_NULL_VALUE', 'MAXCOMPUTE_NULL_VALUE'],
      rows: [{ topic: 'orders', partition: '0', offset: '0', key: 'a', value: '1' }, { key: 'a' }],
    });
  });

  it('answer keys in the order that is asked for, in columns that allow null too', () => {
    const { keys, rows } = keyedRows(
      FLATTEN,
      'a bigint\nb string\nc double',
      ['B', 'a'],
      [
        { offset: 0, value: '{"c":1.5,"b":"x","a":9007199254740993}' },
        { offset: 1, value: '{"a":1}' },
      ],
    );
    expect(keys).toEqual([['x', 9007199254740993n], 'MAXCOMPUTE_NULL_VALUE']);
    expect(rows).toEqual([{ a: '9007199254740993', b: 'x', c: 1.5 }]);
  });

  it('are deleted by what the key of a tombstone says', () => {
    const two = keyedRows(
      FLATTEN,
      'id bigint not null\nregion string not null\nname string',
      ['id', 'region'],
      [
        { offset: 0, key: '{"region":"eu","id":"7","more":1}', value: null },
        { offset: 1, key: '{"id":7}', value: null },
        { offset: 2, key: '7', value: null },
        { offset: 3, key: null, value: null },
      ],
    );
    expect(two.keys).toEqual([[7, 'eu'], 'MAXCOMPUTE_NULL_VALUE', 'MAXCOMPUTE_NOT_AN_OBJECT', 'MAXCOMPUTE_NULL_VALUE']);
    expect(two.rows).toEqual([{ id: '7', region: 'eu' }]);
    const one = keyedRows(
      FLATTEN,
      'id bigint not null\nname string',
      ['id'],
      [
        { offset: 0, key: '7', value: null },
        { offset: 1, key: '{"id":8}', value: null },
        { offset: 2, key: 'x', value: null },
      ],
    );
    expect(one.keys).toEqual([[7], [8], 'MAXCOMPUTE_BAD_VALUE']);
    expect(one.rows).toEqual([{ id: '7' }, { id: '8' }]);
  });

  it('are deleted by the text of the key with CSV, and by what Kafka knows where that is the key', () => {
    const csv = { format: 'CSV', mode: 'VALUE' };
    const text = keyedRows(
      csv,
      'id string not null\nname string',
      ['id'],
      [
        { offset: 0, key: 'k', value: 'k,n' },
        { offset: 1, key: 'k', value: null },
      ],
    );
    expect(text).toEqual({ keys: [['k'], ['k']], rows: [{ id: 'k', name: 'n' }, { id: 'k' }] });
    const meta = keyedRows(
      { mode: 'VALUE' },
      `${META}value string`,
      ['partition', 'offset'],
      [{ offset: 5, value: null }],
    );
    expect(meta).toEqual({ keys: [[0, 5]], rows: [{ partition: '0', offset: '5' }] });
  });

  it('need a configuration that writes their key', () => {
    const format = rowFormat(maxcomputeConfig({ mode: 'VALUE' }), tableOf('key string\nvalue string'));
    expect(() => format.keyed(['key'])).toThrow('its primary key has the column key, to which nothing is written');
  });
});
