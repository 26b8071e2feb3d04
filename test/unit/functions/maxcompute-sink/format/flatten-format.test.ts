import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { META, rowsOf, tableOf } from './rows-of.ts';

const FLATTEN = { format: 'FLATTEN', mode: 'VALUE' };
const values = (...list: readonly (string | null)[]) => list.map((value, offset) => ({ offset, value }));

describe('format FLATTEN', () => {
  it('writes members into the columns of their names, whatever their order and spelling', () => {
    const table = tableOf(`${META}id bigint\nname string\nprice decimal(38,18)\nnested string\nflag boolean`);
    const rows = rowsOf(
      FLATTEN,
      table,
      values(
        '{"id":9007199254740993,"name":"é\\n","price":0.100000000000000005,"nested":{"a": 1.0},"flag":true}',
        ' { "NAME" : null, "nested" : "x" , "ID": "12" } ',
        '{"n\\u0061me":"escaped"}',
        '{}',
      ),
    );
    const meta = (offset: number) => ({ topic: 'orders', partition: '0', offset: String(offset) });
    expect(rows).toEqual([
      {
        ...meta(0),
        id: '9007199254740993',
        name: 'é\n',
        price: '0.100000000000000005',
        nested: '{"a": 1.0}',
        flag: true,
      },
      { ...meta(1), id: '12', nested: 'x' },
      { ...meta(2), name: 'escaped' },
      meta(3),
    ]);
  });

  it('keeps what any JSON says, by type', () => {
    const table = tableOf(
      'big bigint\ndbl double\nname string\nj json\nlist array<bigint>\nm map<string,double>\nst struct<x:bigint,y:string>',
    );
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const big = fc.bigInt({ min: 1n - 2n ** 63n, max: 2n ** 63n - 1n });
    const dbl = fc.double({ noNaN: true, noDefaultInfinity: true });
    const map = fc.uniqueArray(fc.tuple(text, dbl), { selector: ([key]) => key });
    const space = fc.constantFrom('', ' ', '\n', '\t\r ');
    const number = (value: number) => (Object.is(value, -0) ? '-0' : String(value));
    const json = fc.json().filter((one) => one !== 'null');
    fc.assert(
      fc.property(big, dbl, text, json, fc.array(fc.option(big)), map, space, (n, d, name, j, list, m, gap) => {
        const members = {
          big: n,
          DBL: number(d),
          Name: JSON.stringify(name),
          j,
          list: `[${list.map(String)}]`,
          m: `{${m.map(([key, value]) => `${JSON.stringify(key)}:${number(value)}`)}}`,
          st: `{"Y":${JSON.stringify(name)},${gap}"x"${gap}:${n}}`,
        };
        const value = Object.entries(members).map(([key, one]) => `${gap}"${key}"${gap}:${gap}${one}${gap}`);
        expect(rowsOf(FLATTEN, table, values(`${gap}{${value}}${gap}`))).toEqual([
          {
            big: String(n),
            dbl: d,
            name,
            j,
            list: list.map((one) => (one === null ? null : String(one))),
            m,
            st: { x: String(n), y: name },
          },
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it('takes the last of members that share a name, null or not', () => {
    const table = tableOf('a bigint');
    expect(rowsOf(FLATTEN, table, values('{"a":1,"a":2}', '{"a":1,"a":null}', '{"a":1,"A":3}'))).toEqual([
      { a: '2' },
      {},
      { a: '3' },
    ]);
  });

  it('refuses a member without a column and names it', () => {
    const table = tableOf('a bigint\noffset bigint');
    expect(
      rowsOf(
        FLATTEN,
        table,
        values('{"a":1,"colour":2}', '{"offset":7}', '{"a b":1}', '{"a":2,"colour":null}', '{"a":4}'),
      ),
    ).toEqual([
      expect.stringMatching(
        /^MAXCOMPUTE_UNKNOWN_FIELD: orders-0 at offset 0: the member colour has no column of its name/,
      ),
      'MAXCOMPUTE_UNKNOWN_FIELD: orders-0 at offset 1: the member offset has the name of a column that holds what Kafka knows of the record; rename it, or leave such members out by maxcompute.flatten.unknown=ignore',
      expect.stringContaining('the member of 3 characters has no column of its name'),
      { a: '2', offset: '3' },
      { a: '4', offset: '4' },
    ]);
  });

  it('leaves such members out where that is asked for', () => {
    const table = tableOf('a bigint\noffset bigint');
    const raw = { ...FLATTEN, 'flatten.unknown': 'ignore' };
    expect(rowsOf(raw, table, values('{"colour":[1,{"a":3}],"a":1,"offset":9}'))).toEqual([{ a: '1', offset: '0' }]);
  });

  it('says of a value which column it does not fit, and why', () => {
    const table = tableOf('id bigint\nname string not null\ntags array<string>\ngeo geography');
    const found = rowsOf(
      FLATTEN,
      table,
      values(
        '{"id":1.5,"name":"a"}',
        '{"id":{},"name":"a"}',
        '{"id":1}',
        '{"name":"a","tags":[1,{"x":2},"z",null]}',
        '{"name":"a","tags":"no"}',
        '{"name":"a","geo":"POINT(1 1)"}',
        '{"name":"\\ud800"}',
      ),
    );
    expect(found).toEqual([
      'MAXCOMPUTE_BAD_VALUE: orders-0 at offset 0: the column id is bigint: found a number that is not whole',
      'MAXCOMPUTE_BAD_VALUE: orders-0 at offset 1: the column id is bigint: found a JSON object',
      expect.stringContaining('MAXCOMPUTE_NULL_VALUE: orders-0 at offset 2: the column name is NOT NULL'),
      { name: 'a', tags: ['1', '{"x":2}', 'z', null] },
      expect.stringContaining('the column tags is array<string>: found a text that is no JSON'),
      expect.stringContaining('the column geo is geography: found something, and its type cannot be written'),
      expect.stringContaining('found a text with half a surrogate pair'),
    ]);
  });

  it('refuses what is no JSON object', () => {
    expect(rowsOf(FLATTEN, tableOf('a bigint'), values('[1]', '1', '', '{"a":1', null))).toEqual([
      expect.stringContaining('MAXCOMPUTE_NOT_AN_OBJECT: orders-0 at offset 0: the value is JSON but no object'),
      expect.stringContaining('MAXCOMPUTE_NOT_AN_OBJECT'),
      expect.stringContaining('VALUE_NOT_JSON: orders-0 at offset 2: the value is no JSON: at byte 0: it is empty'),
      expect.stringContaining('VALUE_NOT_JSON: orders-0 at offset 3'),
      {},
    ]);
  });

  it('writes members of the key in mode KEY', () => {
    const records = [{ offset: 0, key: '{"id":3}', value: 'whatever' }];
    expect(rowsOf({ format: 'FLATTEN', mode: 'KEY' }, tableOf('id int'), records)).toEqual([{ id: 3 }]);
  });

  it('never says what a record holds', () => {
    const secret = 'hunter2';
    const table = tableOf('id bigint\nday date\nat datetime\namount decimal(4,2)\nmap map<bigint,bigint>\nok boolean');
    const found = rowsOf(
      FLATTEN,
      table,
      values(...['id', 'day', 'at', 'amount', 'map', 'ok'].map((name) => JSON.stringify({ [name]: secret }))),
    );
    expect(found).toHaveLength(6);
    for (const message of found) {
      expect(message).toContain('MAXCOMPUTE_BAD_VALUE');
      expect(message).not.toContain(secret);
    }
  });
});
