import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvBody } from '../../../../../functions/oss-sink/body/csv-body.ts';
import { OUTPUT_FIELDS } from '../../../../../functions/oss-sink/fields.ts';
import { headersToJson } from '../../../../../shared/envelope/headers-json.ts';
import { recordsOf, type SinkRecord } from '../../../../../shared/records.ts';
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

/** A row as RFC 4180 has it, the simple way. */
function rowOf(record: SinkRecord, fields: readonly (typeof OUTPUT_FIELDS)[number][]): string {
  const cells = fields.map((field) => {
    const cell = {
      ...record,
      value: record.overflow === null ? record.value : null,
      overflowFlag: record.overflow !== null,
      headers: headersToJson(record.headers),
    }[field];
    if (cell === null) return '';
    const text = String(cell);
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${cells.join(',')}\r\n`;
}

const noBreath = () => undefined;

describe('csvBody', () => {
  it('writes a header, then a row a record', async () => {
    const { segments } = batchOfRecords([
      { offset: 1, key: 'k', value: 'plain', timestamp: 5 },
      { offset: 2, key: null, value: '', timestamp: 6 },
      { offset: 3, key: '', value: null, timestamp: 7 },
      { offset: 4, value: null, timestamp: 8, overflow: { valueSize: 99 } },
    ]);
    expect((await csvBody(true, noBreath)(segments)).toString()).toBe(
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

  it('writes the fields asked for, and headers as JSON', async () => {
    const { segments } = batchOfRecords([{ offset: 1, value: 'v', headers: [{ key: 'h', value: null }] }]);
    expect((await csvBody(false, noBreath, ['headers', 'value'])(segments)).toString()).toBe(
      '"[{""key"":""h""}]",v\r\n',
    );
  });

  it('is read back as it was, whatever the text', async () => {
    const cell = fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', '甲', ' '), maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), async (pairs) => {
        const { segments } = batchOfRecords(pairs.map(([key, value], offset) => ({ offset, key, value })));
        expect(readCsv((await csvBody(false, noBreath, ['key', 'value', 'offset'])(segments)).toString())).toEqual(
          pairs.map(([key, value], offset) => [key, value, String(offset)]),
        );
      }),
    );
  });

  it('is what its rules say, for any records and fields', async () => {
    const text = fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', '甲', ' '), maxLength: 40 }));
    const record = fc.record({
      key: text,
      value: text,
      timestamp: fc.integer({ min: -1, max: 4e12 }),
      overflow: fc.option(fc.record({ valueSize: fc.nat() }), { freq: 5, nil: undefined }),
      headers: fc.array(fc.record({ key: fc.string(), value: fc.constant(Buffer.from('a"]')) }), { maxLength: 2 }),
    });
    const records = fc.array(record, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.shuffledSubarray([...OUTPUT_FIELDS], { minLength: 1 }),
        fc.boolean(),
        async (list, fields, header) => {
          const batch = batchOfRecords(
            list.map(({ overflow, ...rest }, offset) => ({
              ...rest,
              offset,
              ...(overflow !== undefined && { overflow }),
            })),
            { topic: 'or,ders', partition: 3 },
          );
          const rows = Array.from(recordsOf(batch), (one) => rowOf(one, fields)).join('');
          const expected = header ? `${fields.join(',')}\r\n${rows}` : rows;
          expect((await csvBody(header, noBreath, fields)(batch.segments)).toString()).toBe(expected);
        },
      ),
    );
  });

  it('lets others have their turn', async () => {
    const batch = batchOfRecords(Array.from({ length: 1_000 }, (_, offset) => ({ offset, value: `v${offset}` })));
    let turns = 0;
    const content = await csvBody(false, async () => void turns++, ['value'])(batch.segments);
    expect(turns).toBe(4);
    expect(content.equals(await csvBody(false, noBreath, ['value'])(batch.segments))).toBe(true);
  });

  it('grows beyond what was reserved for it', async () => {
    const { segments } = batchOfRecords([{ offset: 0, key: null, value: '"'.repeat(5_000) }]);
    expect((await csvBody(false, noBreath, ['value'])(segments)).toString()).toBe(`"${'""'.repeat(5_000)}"\r\n`);
  });
});
