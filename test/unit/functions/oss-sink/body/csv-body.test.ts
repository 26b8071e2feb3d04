import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvBody } from '../../../../../functions/oss-sink/body/csv-body.ts';
import { batchOfRecords } from '../../../../helpers/records.ts';

/** Reads RFC 4180; an unquoted empty field is null. */
function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    let field: string | null;
    if (text[at] === '"') {
      field = '';
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++;
        field += text[at];
      }
      at++;
    } else {
      const end = /[,\r]/.exec(text.slice(at))?.index ?? text.length;
      field = end === 0 ? null : text.slice(at, at + end);
      at += end;
    }
    row.push(field);
    if (text[at] === ',') at++;
    else {
      expect(text.slice(at, at + 2)).toBe('\r\n');
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('csvBody', () => {
  it('writes a header, then a row a record', () => {
    const { segments } = batchOfRecords([
      { offset: 1, key: 'k', value: 'plain', timestamp: 5 },
      { offset: 2, key: null, value: '', timestamp: 6 },
      { offset: 3, key: '', value: null, timestamp: 7 },
      { offset: 4, value: null, timestamp: 8, overflow: { valueSize: 99 } },
    ]);
    expect(csvBody(segments, true).toString()).toBe(
      [
        'key,offset,overflowFlag,partition,timestamp,topic,value,valueSize',
        'k,1,false,0,5,orders,plain,5',
        ',2,false,0,6,orders,"",0',
        '"",3,false,0,7,orders,,0',
        ',4,true,0,8,orders,,99',
        '',
      ].join('\r\n'),
    );
  });

  it('writes the fields asked for, and headers as JSON', () => {
    const { segments } = batchOfRecords([{ offset: 1, value: 'v', headers: [{ key: 'h', value: null }] }]);
    expect(csvBody(segments, false, ['headers', 'value']).toString()).toBe('"[{""key"":""h""}]",v\r\n');
  });

  it('is read back as it was, whatever the text', () => {
    const cell = fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', '甲', ' '), maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), (pairs) => {
        const { segments } = batchOfRecords(pairs.map(([key, value], offset) => ({ offset, key, value })));
        expect(readCsv(csvBody(segments, false, ['key', 'value', 'offset']).toString())).toEqual(
          pairs.map(([key, value], offset) => [key, value, String(offset)]),
        );
      }),
    );
  });
});
