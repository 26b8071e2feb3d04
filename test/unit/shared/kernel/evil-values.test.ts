import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { keyAt, type RecordBlock, valueAt } from '../../../../shared/records.ts';
import { kernels } from '../../../helpers/kernel/kernels.ts';
import {
  blockOf,
  expectedAdded,
  expectedOutcome,
  type KeyAndValue,
  templateOf,
  writeAll,
} from '../../../helpers/kernel/reference.ts';

const VALUE_ONLY = templateOf(['value-text']);
/** Room for any element of these tests. */
const TARGET_BYTES = 1_000_000;

/** Bytes at the borders of what the places of a UTF-8 character may hold. */
const BORDERS = [...Buffer.from('007f808f909fa0bfc0c1c2dfe0e1ecedeeeff0f1f3f4f5f8ff', 'hex')];

/** Both kernels measure what the reference says. */
function expectMeasured(block: RecordBlock): void {
  const expected = new Int32Array(2 * block.count);
  for (let i = 0; i < block.count; i++) {
    expected[2 * i] = expectedAdded(keyAt(block, i));
    expected[2 * i + 1] = expectedAdded(valueAt(block, i));
  }
  for (const kernel of kernels) {
    const added = new Int32Array(2 * block.count).fill(77);
    kernel.measure(block, 0, block.count, added);
    const wrong = added.findIndex((n, i) => n !== expected[i]);
    expect(wrong < 0 ? 'right' : `record ${wrong >> 1}: ${added[wrong]}, not ${expected[wrong]}`, kernel.name).toBe(
      'right',
    );
  }
}

/** Both kernels write what the reference says. */
function expectWritten(block: RecordBlock, targetBytes = TARGET_BYTES): void {
  const expected = expectedOutcome(VALUE_ONLY, block, targetBytes);
  for (const kernel of kernels) {
    const { bytes, notUtf8, full } = writeAll(kernel, VALUE_ONLY, block, targetBytes);
    expect(bytes.toString('latin1'), kernel.name).toBe(expected.bytes.toString('latin1'));
    expect({ notUtf8, full }, kernel.name).toEqual({ notUtf8: expected.notUtf8, full: expected.full });
  }
}

function valuesOnly(values: readonly Buffer[], gap = 0): RecordBlock {
  return blockOf(
    values.map((value): KeyAndValue => [null, value]),
    gap,
  );
}

function expectRight(values: readonly Buffer[]): void {
  const block = valuesOnly(values);
  expectMeasured(block);
  expectWritten(block);
}

describe('both kernels, by the reference,', () => {
  it('treat every byte alike at every place of every length up to 70, at every alignment', { timeout: 300_000 }, () => {
    for (let length = 1; length <= 70; length++) {
      // A record and the next are an odd number of bytes apart: 32 of them in a row have 32 alignments.
      const key = length % 2 === 0 ? Buffer.from('k') : null;
      const records: KeyAndValue[] = [];
      const timesEach = Math.max(32, length);
      for (let byte = 0; byte < 256; byte++) {
        for (let i = 0; i < timesEach; i++) {
          const value = Buffer.alloc(length, 0x61);
          value[i % length] = byte;
          records.push([key, value]);
        }
      }
      expectMeasured(blockOf(records));
      // From 0x80 on none of them is UTF-8, and each would stop the writing.
      expectWritten(blockOf(records.slice(0, 130 * timesEach)));
    }
  });

  it('tell UTF-8 from what is none for all four-byte sequences of bytes at the borders', { timeout: 300_000 }, () => {
    for (const [i, first] of BORDERS.entries()) {
      const values: Buffer[] = [];
      for (const second of BORDERS) {
        for (const third of BORDERS) {
          for (const fourth of BORDERS) {
            // At all distances from a border of 16 bytes, with and without something behind.
            const value = Buffer.alloc(12 + ((values.length * 7 + i) % 21), 0x62);
            value.set([first, second, third, fourth], Math.min(value.length - 4, 8 + (values.length % 13)));
            values.push(value);
          }
        }
      }
      expectMeasured(valuesOnly(values));
    }
  });

  it('take every character of Unicode, and refuse it cut off', { timeout: 300_000 }, () => {
    const values: Buffer[] = [];
    for (let code = 0x80; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
      const isSurrogate = code >= 0xd800 && code <= 0xdfff;
      if (isSurrogate) continue;
      const character = Buffer.from(String.fromCodePoint(code));
      const before = Buffer.alloc(code % 33, 0x63);
      values.push(Buffer.concat([before, character]), Buffer.concat([before, character.subarray(0, -1)]));
    }
    expectRight(values);
  });

  it.each([
    ['surrogates', 'eda080', 'edbfbf', 'eda080edb080'],
    ['overlong forms', 'c080', 'c1bf', 'e08080', 'e09fbf', 'f0808080', 'f08fbfbf'],
    ['beyond the last character', 'f4908080', 'f5808080', 'f8888080', 'ff', 'fe'],
    ['lone continuation bytes', '80', 'bf', '8080', 'e4b8adbf', '6180'],
    ['cut off', 'c3', 'e4', 'e4b8', 'f0', 'f09f', 'f09f98'],
  ])('refuse %s at every place', (_name, ...sequences) => {
    const values = sequences.flatMap((hex) =>
      Array.from({ length: 40 }, (_, before) =>
        Buffer.concat([Buffer.alloc(before, 0x64), Buffer.from(hex, 'hex'), Buffer.alloc(before % 3, 0x65)]),
      ),
    );
    for (const value of values) expect(isUtf8(value)).toBe(false);
    expectRight(values);
  });

  it.each([
    ['nothing', ''],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['controls with a letter', '\b\t\n\f\r'],
    ['controls without', '\u0000\u0001\u000b\u000e\u001f'],
    ['all controls', String.fromCharCode(...Array.from({ length: 32 }, (_, i) => i))],
    ['what is not escaped', '/\u007f\u0080\u2028\u2029'],
    ['Chinese text', '订单已发货，请注意查收。'],
    ['emoji', '😀👩‍👩‍👧‍👦🇨🇳'],
    ['a JSON document', '{"a":[1,"two\\n",{"b":"\\\\\\""}],"c":"\\u0001"}\n'],
  ])('escape runs of %s of any length', (_name, unit) => {
    expectRight(Array.from({ length: 150 }, (_, times) => Buffer.from(unit.repeat(times))));
  });

  it('write records of any size, beyond what is staged at once too', () => {
    for (const length of [16_383, 16_384, 49_151, 49_152, 49_153, 98_304, 100_000, 300_001]) {
      for (const unit of ['x', '"', '\u0001', '查', '{"name":"a b c"},\n']) {
        const large = Buffer.from(unit.repeat(Math.ceil(length / Buffer.byteLength(unit)))).subarray(0, length);
        const broken = Buffer.from(large);
        broken[length - 1] = 0x80;
        const values = [Buffer.from('before'), large, broken, large, Buffer.from('after')];
        const block = valuesOnly(values, 5);
        expectMeasured(block);
        expectWritten(block, 6 * length + 100);
      }
    }
  });

  it('do not mind what was there before', () => {
    const noise = Buffer.alloc(100_000, '"\xf0\x01', 'latin1');
    for (let length = 0; length < 64; length++) {
      expectMeasured(valuesOnly([noise]));
      expectRight([Buffer.alloc(length, 'a"b')]);
    }
  });

  it('check any range of bytes', () => {
    const bytes = Buffer.from('ab中\u{1f600}"');
    for (let start = 0; start <= bytes.length; start++) {
      for (let end = start; end <= bytes.length; end++) {
        for (const kernel of kernels) {
          expect(kernel.isUtf8(bytes, start, end)).toBe(isUtf8(bytes.subarray(start, end)));
        }
      }
    }
  });
});
