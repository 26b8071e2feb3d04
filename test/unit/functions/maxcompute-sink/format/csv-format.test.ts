import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { META, rowsOf, tableOf } from './rows-of.ts';

const CSV = { format: 'CSV', mode: 'VALUE' };
const TWO = tableOf(`a string\n${META}b string`);
const values = (...list: readonly (string | null)[]) => list.map((value, offset) => ({ offset, value }));

/** What the two columns hold, or the reason. */
function fields(raw: Record<string, unknown>, ...rows: readonly (string | null)[]): unknown[] {
  return rowsOf({ ...CSV, ...raw }, TWO, values(...rows)).map((row) => {
    if (typeof row === 'string') return row.replace(/^.*the CSV row /, '');
    const { a, b } = row as { a?: string; b?: string };
    return [a ?? null, b ?? null];
  });
}

describe('format CSV', () => {
  it.each([
    ['1,2', ['1', '2']],
    ['1,2\r\n', ['1', '2']],
    ['1,2\n', ['1', '2']],
    [',', ['', '']],
    ['"",', ['', '']],
    ['\\N,"\\N"', [null, '\\N']],
    ['"a,b","c""d"', ['a,b', 'c"d']],
    ['"""",x', ['"', 'x']],
    ['x,"""a"""', ['x', '"a"']],
    ['"line\nbreak",x', ['line\nbreak', 'x']],
    ['a"b,c', ['a"b', 'c']],
    [' a , b ', [' a ', ' b ']],
    ['é,\u{1f600}', ['é', '\u{1f600}']],
    [null, [null, null]],
  ])('reads %j as %j', (row, expected) => {
    expect(fields({}, row)).toEqual([expected]);
  });

  it.each([
    ['1', 'has 1 field, and the table 2 columns for them'],
    ['', 'has 1 field, and the table 2 columns for them'],
    ['1,2,3', 'has 3 fields, and the table 2 columns for them'],
    ['1,2\n3,4', 'is more than one row'],
    ['1,2\n\n', 'is more than one row'],
    ['1,"2', 'has a quote in field 2 that nothing closes'],
    ['"1"x,2', 'has something behind the closing quote of field 1'],
  ])('refuses %j: %s', (row, reason) => {
    expect(fields({}, row)).toEqual([reason]);
  });

  it('splits at the delimiter of the configuration', () => {
    expect(fields({ 'csv.delimiter': '\\t' }, 'a,b\tc')).toEqual([['a,b', 'c']]);
    expect(fields({ 'csv.delimiter': ';' }, 'a;"b;c"')).toEqual([['a', 'b;c']]);
  });

  it('fills the columns in the order of the table, but those of what Kafka knows', () => {
    const table = tableOf('offset bigint\na bigint\ninsert_time bigint\nb double\nday date');
    expect(rowsOf(CSV, table, values('7,-inf,2024-02-29', '8,1.5,2023-02-29'))).toEqual([
      { offset: '0', a: '7', insert_time: '1603779578478', b: '-Infinity', day: '2024-02-29' },
      expect.stringContaining('the column day is date: found a text that is no date'),
    ]);
  });

  it('reads what any writer of CSV writes', () => {
    const cell = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });
    const quoted = (text: string | null) => (text === null ? '\\N' : `"${text.replaceAll('"', '""')}"`);
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, (list) => {
        expect(fields({}, ...list.map((row) => row.map(quoted).join(',')))).toEqual(list);
      }),
    );
  });
});
