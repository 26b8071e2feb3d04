import { describe, expect, it } from 'vitest';
import { DocumentWriter } from '../../../../../functions/elasticsearch-sink/document/document-writer.ts';
import { OutputBuffer } from '../../../../../shared/envelope/output-buffer.ts';
import { jsonCheckers } from '../../../../helpers/kernel/json-checkers.ts';
import { blockOf, documentOf, PLAIN, pointers, RECORD_TIME } from './setup.ts';

const EXACT = '{"id":1234567890123456789,"price":1.0,"e":1E+2,"s":"\\u00e9\\/","dup":1,"dup":2, "n":-0}';

describe('a document', () => {
  it('is the value byte for byte where nothing must change', () => {
    for (const text of [EXACT, '{}', ' {"a" : [ ] } ', '{"名":"中"}']) expect(documentOf(text)).toBe(text);
  });

  it('stands on one line', () => {
    const pretty = '{\r\n  "a": [\n    1\n  ],\n  "b": "x\\ny"\n}\n';
    expect(documentOf(pretty)).toBe(pretty.replaceAll(/[\r\n]/g, ' '));
    const dropped = documentOf(pretty, { dropFields: pointers('/a/0'), metadata: ['offset'] });
    expect(dropped).not.toMatch(/[\r\n]/);
    expect(JSON.parse(dropped)).toEqual({ a: [], b: 'x\ny', kafka: { offset: 42 } });
  });

  it.each(['"text"', '1.0', 'true', 'null', '[1, 2]', ' 7 '])(
    'of %s, which is no object, has it in a field',
    (text) => {
      expect(documentOf(text)).toBe(`{"value":${text}}`);
      expect(documentOf(text, { wrapField: 'a"b' })).toBe(`{"a\\"b":${text}}`);
    },
  );

  it('stands in an update as its doc', () => {
    expect(documentOf('{"a":1}', {}, 'update')).toBe('{"doc":{"a":1}}');
    expect(documentOf('{"a":1}', {}, 'upsert')).toBe('{"doc":{"a":1},"doc_as_upsert":true}');
    expect(documentOf('[1]', { metadata: ['offset'] }, 'upsert')).toBe(
      '{"doc":{"value":[1],"kafka":{"offset":42}},"doc_as_upsert":true}',
    );
  });
});

describe('no document', () => {
  const place = 'orders-3 at offset 42';

  it('is made of what is no JSON: the message says where and why, and shows nothing of it', () => {
    expect(documentOf('{"secret":x}')).toBe(
      `VALUE_NOT_JSON ${place}: the value is no JSON: at byte 10: a value is expected`,
    );
    expect(documentOf('')).toBe(`VALUE_NOT_JSON ${place}: the value is no JSON: at byte 0: it is empty`);
    expect(documentOf(Buffer.from('{"a":"\xff"}', 'latin1'))).toBe(
      `VALUE_NOT_JSON ${place}: the value is no JSON: at byte 6: bytes that are no UTF-8`,
    );
  });

  it('is nested deeper than allowed', () => {
    expect(documentOf('{"a":[{}]}', { maxDepth: 3 })).toBe('{"a":[{}]}');
    expect(documentOf('{"a":[{}]}', { maxDepth: 2 })).toBe(
      `DOCUMENT_TOO_DEEP ${place}: the value is nested too deep: at byte 6: more than 2 objects and arrays in each other`,
    );
  });

  it('is larger than allowed, with all that is sent of it', () => {
    const value = `{"a":"${'x'.repeat(92)}"}`;
    expect(documentOf(value, { maxBytes: 100 })).toBe(value);
    expect(documentOf(value, { maxBytes: 99 })).toBe(
      `DOCUMENT_TOO_LARGE ${place}: the document has 100 bytes, more than 99`,
    );
    expect(documentOf(value, { maxBytes: 108 }, 'update')).toBe(`{"doc":${value}}`);
    expect(documentOf(value, { maxBytes: 107 }, 'update')).toMatch(
      /^DOCUMENT_TOO_LARGE .* has 108 bytes, more than 107$/,
    );
    const cut = { dropFields: pointers('/a') };
    expect(documentOf(value, { ...cut, maxBytes: 2 })).toBe('{}');
    expect(documentOf(value, { ...cut, maxBytes: 1 })).toMatch(/^DOCUMENT_TOO_LARGE .* has 2 bytes, more than 1$/);
  });

  it('is made of a record that came without its value', () => {
    expect(documentOf({ value: null, overflow: { valueSize: 9 } })).toMatch(
      /^DOCUMENT_VALUE_MISSING orders-3 at offset 42: /,
    );
  });

  it('is made of a tombstone: nobody may ask for it', () => {
    expect(() => documentOf({ value: null })).toThrow('tombstone');
  });

  it('says of the error where it belongs', () => {
    const output = new OutputBuffer(10);
    const error = new DocumentWriter(PLAIN).append(output, blockOf('{}', 'x'), 1, 'plain');
    expect(error?.context).toEqual({ topic: 'orders', partition: 3, offset: 43 });
  });
});

describe('@timestamp', () => {
  const record = { kind: 'record-timestamp' } as const;
  const field = (text: string) => ({ kind: 'field', pointer: pointers(text)[0] ?? { text, steps: [] } }) as const;
  const stamp = '"@timestamp":"2026-11-21T10:15:30.007Z"';

  it('is record time, in place of what the value has', () => {
    expect(documentOf('{}', { time: record })).toBe(`{${stamp}}`);
    expect(documentOf(' { } ', { time: record })).toBe(` {${stamp}}`);
    expect(documentOf('{"a":1} ', { time: record })).toBe(`{"a":1,${stamp}}`);
    expect(documentOf('{"@timestamp":5,"a":1}', { time: record })).toBe(`{"a":1,${stamp}}`);
    expect(documentOf('{"\\u0040timestamp":5,"a":{"@timestamp":6}}', { time: record })).toBe(
      `{"a":{"@timestamp":6},${stamp}}`,
    );
    expect(documentOf('[1]', { time: record })).toBe(`{"value":[1],${stamp}}`);
  });

  it('is a field of the value, as it is written', () => {
    const options = { time: field('/meta/times/1') };
    expect(documentOf('{"meta":{"times":[0,1.50e3]}}', options)).toBe(
      '{"meta":{"times":[0,1.50e3]},"@timestamp":1.50e3}',
    );
    expect(documentOf('{"@timestamp":1,"meta":{"times":[0, "2026-11-21" ]}}', options)).toBe(
      '{"meta":{"times":[0, "2026-11-21" ]},"@timestamp":"2026-11-21"}',
    );
    const own = { time: field('/@timestamp') };
    expect(documentOf('{"@timestamp":1}', own)).toBe('{"@timestamp":1}');
  });

  it.each(['{}', '{"at":null}', '{"at":{}}', '{"at":true}', '[1]', '"x"', '{"a":{"at":1}}'])(
    'is missing in %s',
    (text) => {
      expect(documentOf(text, { time: field('/at') })).toBe(
        'DOCUMENT_TIME_MISSING orders-3 at offset 42: the value has no text or number at /at',
      );
    },
  );

  it.each([-1, 1.7e18, Number.NaN])('cannot be made of the record time %d', (timestamp) => {
    const value = Buffer.from('{"a":1}');
    expect(documentOf({ value, timestamp }, { time: record })).toMatch(
      /^DOCUMENT_TIME_MISSING orders-3 at offset 42: /,
    );
    expect(documentOf({ value, timestamp }, { time: field('/a') })).toBe('{"a":1,"@timestamp":1}');
  });
});

describe('many documents', () => {
  it('are those of each alone, with either check, in any order', () => {
    const values = Array.from({ length: 300 }, (_, i) =>
      i % 11 === 5
        ? '{"bad"'
        : i % 3 === 0
          ? `{"i":${i},"kafka":{"old":true}}`
          : i % 3 === 1
            ? `[${i}]`
            : `{\n"x":{"y":${i}}}`,
    );
    const options = { ...PLAIN, metadata: ['offset', 'timestamp'] as const, dropFields: pointers('/x/y') };
    const block = blockOf(...values);
    const expected = values.map((text, i) => {
      if (text === '{"bad"') return 'VALUE_NOT_JSON';
      const kafka = { offset: 42 + i, timestamp: RECORD_TIME };
      const body = i % 3 === 0 ? { i } : i % 3 === 1 ? { value: [i] } : { x: {} };
      return JSON.stringify({ ...body, kafka });
    });
    for (const checker of jsonCheckers) {
      const writer = new DocumentWriter(options, checker);
      const output = new OutputBuffer(0);
      const document = (i: number) => {
        output.length = 0;
        const error = writer.append(output, block, i, 'plain');
        return error?.code ?? output.result().toString().replaceAll(' ', '');
      };
      expect(values.map((_, i) => document(i))).toEqual(expected);
      const backwards = values.map((_, i) => values.length - 1 - i);
      expect(backwards.map(document)).toEqual(expected.toReversed());
      const other = blockOf('{"other":1}');
      expect(writer.append(output, other, 0, 'plain')).toBeUndefined();
      expect(document(7)).toBe(expected[7]);
    }
  });
});
