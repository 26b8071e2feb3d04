import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonStringBytes, writeJsonString } from '../../../../shared/envelope/json-bytes.ts';

/** `text` encoded from the middle of a larger buffer into the middle of another, with guards on both sides. */
function encode(text: string, before = 3): Buffer {
  const utf8 = Buffer.from(text);
  const source = Buffer.concat([Buffer.alloc(before, 0x22), utf8, Buffer.alloc(9, 0x5c)]);
  const length = jsonStringBytes(source, before, before + utf8.length);
  const target = Buffer.alloc(length + 8, 0xee);
  const end = writeJsonString(target, 4, source, before, before + utf8.length);
  expect(end).toBe(4 + length);
  expect(target.subarray(0, 4).equals(Buffer.alloc(4, 0xee))).toBe(true);
  expect(target.subarray(end).equals(Buffer.alloc(4, 0xee))).toBe(true);
  return target.subarray(4, end);
}

describe('JSON strings as bytes', () => {
  it('equal JSON.stringify for every single byte of ASCII', () => {
    for (let code = 0; code < 128; code++) {
      const text = String.fromCharCode(code);
      expect(encode(text).toString(), `0x${code.toString(16)}`).toBe(JSON.stringify(text));
    }
  });

  it.each([
    ['empty', ''],
    ['quotes and backslashes only', '"\\"\\"\\"\\"'],
    ['separators that JSON leaves alone', '\u2028\u2029\u007f\u0080'],
    ['characters outside the basic plane', '𝒳😀𠀀'],
    ['Chinese text', '订单已发货，请注意查收。'],
    ['a long clean text', 'x'.repeat(5000)],
    ['a long clean prefix, then an escape', `${'x'.repeat(1000)}"${'y'.repeat(7)}`],
    ['a JSON document', JSON.stringify({ a: [1, 'two\n', { b: '\\"' }], c: '\u0001' }, null, 2)],
  ])('equal JSON.stringify for %s', (_name, text) => {
    expect(encode(text).toString()).toBe(JSON.stringify(text));
  });

  it('equal JSON.stringify for an escape at every position around the block sizes', () => {
    for (let length = 1; length <= 40; length++) {
      for (let at = 0; at < length; at++) {
        const text = `${'a'.repeat(at)}\u001f${'b'.repeat(length - at - 1)}`;
        expect(encode(text).toString()).toBe(JSON.stringify(text));
      }
    }
  });

  it('equal JSON.stringify for any well-formed text', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', 'a', '\u007f', '\u2028', '😀') }),
    );
    fc.assert(
      fc.property(anyText, fc.nat(16), (text, before) => {
        expect(encode(text, before).equals(Buffer.from(JSON.stringify(text)))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
