import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allConvertible, CONVERTER_ALIASES, convertible } from '../../../shared/converter.ts';
import { blockOf, type Content } from '../../helpers/records.ts';

const NOT_UTF8 = Buffer.from([0x61, 0xff, 0x62]);

/** Verdict on a record between two others, which share its buffer. */
function verdict(key: Content, value: Content, keyConverter: 'string' | 'bytes', valueConverter: 'string' | 'bytes') {
  const neighbour = { key: NOT_UTF8, value: NOT_UTF8 };
  const block = blockOf([
    { offset: 0, ...neighbour },
    { offset: 1, key, value },
    { offset: 2, ...neighbour },
  ]);
  return convertible(block, 1, keyConverter, valueConverter);
}

describe('convertible', () => {
  it.each<[string, Content]>([
    ['null', null],
    ['empty', ''],
    ['plain ASCII', 'abc'],
    ['Chinese text', '订单'],
    ['a long ASCII text', 'x'.repeat(1000)],
    ['a long text that is not ASCII', '单'.repeat(1000)],
  ])('takes %s as a string', (_name, content) => {
    expect(verdict(content, content, 'string', 'string')).toBeUndefined();
  });

  it('names the side that is not UTF-8, the key first', () => {
    expect(verdict(NOT_UTF8, NOT_UTF8, 'string', 'string')).toMatchObject({
      stage: 'KEY_CONVERTER',
      code: 'KEY_NOT_UTF8',
    });
    expect(verdict('k', NOT_UTF8, 'string', 'string')).toMatchObject({
      stage: 'VALUE_CONVERTER',
      code: 'VALUE_NOT_UTF8',
    });
    expect(verdict(NOT_UTF8, 'v', 'bytes', 'string')).toBeUndefined();
    expect(verdict('k', NOT_UTF8, 'string', 'bytes')).toBeUndefined();
  });

  it.each([
    ['an overlong form', Buffer.from([0xc0, 0xaf])],
    ['half a surrogate pair', Buffer.from([0xed, 0xa0, 0x80])],
    ['a character cut at the end', Buffer.from('单').subarray(0, 2)],
    [
      'a long text with one bad byte',
      Buffer.concat([Buffer.alloc(500, 0x61), Buffer.from([0x80]), Buffer.alloc(500, 0x61)]),
    ],
  ])('refuses %s', (_name, bytes) => {
    expect(verdict(null, bytes, 'string', 'string')?.code).toBe('VALUE_NOT_UTF8');
  });

  it('agrees with the strict decoder for any bytes', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.string({ unit: 'binary', maxLength: 60 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        let isText = true;
        try {
          strict.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          isText = false;
        }
        expect(verdict(null, Buffer.from(bytes), 'string', 'string') === undefined).toBe(isText);
      }),
    );
  });
});

it("knows Kafka Connect's class names", () => {
  expect(CONVERTER_ALIASES['org.apache.kafka.connect.storage.StringConverter']).toBe('string');
  expect(CONVERTER_ALIASES['org.apache.kafka.connect.converters.ByteArrayConverter']).toBe('bytes');
});

describe('allConvertible', () => {
  it('agrees with the verdicts on single records, for any range of any block', () => {
    const converter = fc.constantFrom('string' as const, 'bytes' as const);
    const mostlyText = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(null, 'k', '订单') },
      fc.constantFrom(NOT_UTF8),
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: mostlyText, value: mostlyText }), { minLength: 1, maxLength: 30 }),
        converter,
        converter,
        fc.nat(),
        (records, keyConverter, valueConverter, skipped) => {
          const block = blockOf(records.map((record, offset) => ({ ...record, offset })));
          const from = skipped % records.length;
          const refused = records.some(
            (_, index) => index >= from && convertible(block, index, keyConverter, valueConverter) !== undefined,
          );
          expect(allConvertible(block, from, block.count, keyConverter, valueConverter)).toBe(!refused);
        },
      ),
    );
  });

  it('finds the last of thousands', () => {
    const records = Array.from({ length: 2_500 }, (_, offset) => ({
      offset,
      value: offset === 2_499 ? NOT_UTF8 : 'v',
    }));
    const block = blockOf(records);
    expect(allConvertible(block, 0, 2_500, 'string', 'string')).toBe(false);
    expect(allConvertible(block, 0, 2_499, 'string', 'string')).toBe(true);
  });
});
