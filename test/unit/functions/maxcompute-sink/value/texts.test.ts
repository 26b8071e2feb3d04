import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromJsons, fromTexts } from './read-values.ts';

describe('texts', () => {
  it('of JSON are what it says, and its other values as they stand', () => {
    const jsons = ['"é\\u0041\\n"', '1.0', '12345678901234567890', 'true', '{"a": [1, 2.50]}', '[]', '""', 'null'];
    expect(fromJsons('string', jsons)).toEqual([
      'éA\n',
      '1.0',
      '12345678901234567890',
      'true',
      '{"a": [1, 2.50]}',
      '[]',
      '',
      null,
    ]);
  });

  it.each(['varchar(3)', 'char(3)'])('of %s have so many characters, and not bytes', (type) => {
    const long = 'found 4 characters, more than 3';
    expect(fromTexts(type, ['日本語', '日本語x', '\u{1f600}\u{1f600}\u{1f600}', 'abcd', ''])).toEqual([
      '日本語',
      long,
      '\u{1f600}\u{1f600}\u{1f600}',
      long,
      '',
    ]);
    expect(fromJsons(type, ['"\\u00e9"', '1234', '"abcd"'])).toEqual(['é', long, long]);
  });

  it('are the bytes of a BINARY column', () => {
    expect(fromTexts('binary', ['é'])).toEqual([{ base64: 'w6k=' }]);
    expect(fromJsons('binary', ['"\\u00e9"'])).toEqual([{ base64: 'w6k=' }]);
  });

  it('come out as they went in, escaped or not', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 10 }), (list) => {
        expect(fromTexts('string', list)).toEqual(list);
        const escaped = (one: string) =>
          JSON.stringify(one).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
        expect(fromJsons('string', list.map(escaped))).toEqual(list);
        expect(
          fromJsons(
            'string',
            list.map((one) => JSON.stringify(one)),
          ),
        ).toEqual(list);
      }),
    );
  });
});

describe('JSON columns', () => {
  it('hold JSON as it stands', () => {
    const jsons = ['{"a": 1.0}', '"x"', '12345678901234567890', '[null]', 'true'];
    expect(fromTexts('json', jsons)).toEqual(jsons);
    expect(fromJsons('json', jsons)).toEqual(jsons);
    expect(fromJsons('json', ['null'])).toEqual([null]);
  });

  it('take no text that is none', () => {
    expect(fromTexts('json', ['{a:1}', ''])).toEqual([
      'found a text that is no JSON: at byte 1: a name in quotes is expected',
      'found a text that is no JSON: at byte 0: it is empty',
    ]);
  });
});

describe('nested columns', () => {
  it('hold what JSON says, with all digits', () => {
    const array = '[ 9007199254740993 , null, "2" ]';
    expect(fromJsons('array<bigint>', [array, '[]'])).toEqual([['9007199254740993', null, '2'], []]);
    expect(fromTexts('array<bigint>', [` ${array} `])).toEqual([['9007199254740993', null, '2']]);
    expect(fromJsons('map<string,decimal(10,2)>', ['{"a":1.50,"b":null,"a":2}'])).toEqual([
      [
        ['a', '2'],
        ['b', null],
      ],
    ]);
    expect(fromJsons('map<bigint,string>', ['{"7":{"x":1}}'])).toEqual([[['7', '{"x":1}']]]);
    const struct = 'struct<x:int,y:array<struct<z:date>>>';
    expect(fromJsons(struct, ['{"Y":[{"z":"2024-01-02"},null],"x":1}', '{"more":null}'])).toEqual([
      { x: 1, y: [{ z: '2024-01-02' }, null] },
      { x: null, y: null },
    ]);
  });

  it.each([
    ['array<bigint>', '[1,"x"]', 'found an element 1 with a text that is no number'],
    ['array<bigint>', '{}', 'found a JSON object'],
    ['array<bigint>', '5', 'found a JSON number, true or false'],
    [
      'array<array<date>>',
      '[[],["x"]]',
      'found an element 1 with an element 0 with a text that is no date such as 2026-11-21',
    ],
    ['map<bigint,string>', '{"a":"b"}', 'found a key 0 with a text that is no number'],
    ['map<string,bigint>', '{"a":1,"b":true}', 'found a value 1 with true or false'],
    ['map<string,bigint>', '[]', 'found a JSON array'],
    ['struct<x:int>', '{"x":1,"z":2}', 'found an object with a member that struct<x:int> does not have'],
    ['struct<x:int>', '{"x":"z"}', 'found a member x with a text that is no number'],
    ['struct<x:int>', '[1]', 'found a JSON array'],
  ])('%s refuses %s', (type, json, found) => {
    expect(fromJsons(type, [json])).toEqual([found]);
  });

  it('take texts that are JSON only', () => {
    expect(fromTexts('array<bigint>', ['1,2', '7', 'null'])).toEqual([
      'found a text that is no JSON: at byte 1: something follows the value',
      'found a text that is neither object nor array',
      'found a text that is neither object nor array',
    ]);
  });
});
