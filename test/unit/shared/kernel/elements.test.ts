import { describe, expect, it } from 'vitest';
import type { ElementTemplate, MemberSource } from '../../../../shared/kernel/kernel.ts';
import { kernels } from '../../../helpers/kernel/kernels.ts';
import {
  blockOf,
  ENVELOPE_LIKE,
  expectedElement,
  expectedOutcome,
  type KeyAndValue,
  templateOf,
  writeAll,
} from '../../../helpers/kernel/reference.ts';

const SOURCES: readonly MemberSource[] = [
  'key-text',
  'key-base64',
  'key-present',
  'value-text',
  'value-base64',
  'value-present',
  'offset',
  'timestamp',
  'value-size',
];

/** All ways to be there or not. */
const RECORDS: readonly KeyAndValue[] = [
  [null, null],
  [Buffer.alloc(0), Buffer.alloc(0)],
  [Buffer.from('k"1'), null],
  [null, Buffer.from('v\n1')],
  [Buffer.from('键'), Buffer.from('{"a":1}')],
];

function expectSame(template: ElementTemplate, records: readonly KeyAndValue[], targetBytes = 200_000): void {
  const block = blockOf(records, 3);
  const expected = expectedOutcome(template, block, targetBytes);
  for (const kernel of kernels) {
    const { bytes, notUtf8, full } = writeAll(kernel, template, block, targetBytes);
    expect(bytes.toString('latin1'), kernel.name).toBe(expected.bytes.toString('latin1'));
    expect({ notUtf8, full }, kernel.name).toEqual({ notUtf8: expected.notUtf8, full: expected.full });
  }
}

describe('elements', () => {
  it('have the members of their template with commas between those that are there', () => {
    const all = [undefined, 'constant', ...SOURCES] as const;
    const ends = ['', ',', '\n'];
    for (const [i, a] of all.entries()) {
      for (const [j, b] of all.entries()) {
        for (const c of all) {
          const sources = [a, b, c].filter((source) => source !== undefined);
          expectSame(templateOf(sources, ends[(i + j) % 3]), RECORDS, 2_000);
        }
      }
    }
  });

  it('have the numbers that String() prints', () => {
    const numbers = [0, 1, -1, 9, 10, 99_999_999, 100_000_000, 100_000_001, Number.MAX_SAFE_INTEGER];
    numbers.push(-numbers.length, Number.MIN_SAFE_INTEGER, 1_700_000_000_123);
    for (let power = 1; power <= 1e15; power *= 10) numbers.push(power - 1, power, power + 1, -power);
    // Quotients that come close to a whole number: where halving into eight digits could round up.
    for (let high = 1; high < 90_000_000; high = high * 3 + 1) numbers.push(high * 1e8 - 1, high * 1e8, high * 1e8 + 1);
    const records = numbers.map((): KeyAndValue => [null, null]);
    const offsets = Float64Array.from(numbers);
    const block = { ...blockOf(records), offsets, timestamps: offsets.toReversed() };
    const template = templateOf(['offset', 'timestamp'], '\n');
    for (const kernel of kernels) {
      const { bytes } = writeAll(kernel, template, block, 100_000);
      const lines = numbers.map((offset, i) => `{"m0":${offset},"m1":${numbers.at(-1 - i)}}\n`);
      expect(bytes.toString(), kernel.name).toBe(lines.join(''));
    }
  });

  it('have the base64 that Buffer gives, for all lengths and all pairs of bytes', () => {
    const lengths = Array.from({ length: 100 }, (_, n): KeyAndValue => {
      const bytes = Buffer.from(Array.from({ length: n }, (_byte, i) => (i * 37 + n) & 255));
      return [bytes, bytes.subarray(n >> 1)];
    });
    const pairs = Array.from({ length: 256 }, (_, first): KeyAndValue => {
      const bytes = Buffer.from(Array.from({ length: 512 }, (_byte, i) => (i % 2 === 0 ? first : i >> 1)));
      return [bytes, Buffer.alloc(70_000, bytes)];
    });
    const template = templateOf(['key-base64', 'value-base64']);
    expectSame(template, lengths);
    expectSame(template, pairs);
  });

  it('may be of a template too large to be staged', () => {
    const constant = Buffer.from(`"c":"${'x'.repeat(20_000)}"`);
    const template = { members: [...ENVELOPE_LIKE.members, { constant }], end: Buffer.from(',') };
    expectSame(template, RECORDS);
    expectSame(ENVELOPE_LIKE, RECORDS);
  });

  it('need not lie in the order of their records', () => {
    const block = blockOf(RECORDS, 3);
    const bytes = Buffer.concat([block.bytes, Buffer.alloc(60_000), block.bytes]);
    const shift = block.bytes.length + 60_000;
    const bounds = block.bounds.map((bound, i) => (bound >= 0 && i % 10 < 2 ? bound + shift : bound));
    const moved = { ...block, bytes, bounds };
    for (const kernel of kernels) {
      expect(writeAll(kernel, ENVELOPE_LIKE, moved, 10_000)).toEqual(writeAll(kernel, ENVELOPE_LIKE, block, 10_000));
    }
  });
});

describe('a target', () => {
  it('may end anywhere: what fits is written, and nothing after it', () => {
    const records: KeyAndValue[] = [...RECORDS, [Buffer.from('"\u0001'), Buffer.from('plain')]];
    const block = blockOf(records);
    const lengths = records.map((_, i) => Buffer.byteLength(expectedElement(ENVELOPE_LIKE, block, i) ?? ''));
    const total = lengths.reduce((sum, length) => sum + length);
    for (const kernel of kernels) {
      for (let size = 0; size <= total + 5; size++) {
        const memory = Buffer.alloc(size + 50, 0xee);
        const { next, at, stopped } = kernel.write(ENVELOPE_LIKE, block, 0, 6, memory.subarray(0, size + 7), 7);
        let fitting = 0;
        let end = 7;
        for (; fitting < 6 && end + (lengths[fitting] ?? 0) <= size + 7; fitting++) end += lengths[fitting] ?? 0;
        expect({ next, at, stopped }).toEqual({ next: fitting, at: end, stopped: fitting < 6 ? 'full' : undefined });
        expect(memory.subarray(0, 7).equals(Buffer.alloc(7, 0xee))).toBe(true);
        expect(memory.subarray(size + 7).equals(Buffer.alloc(43, 0xee))).toBe(true);
      }
    }
  });

  it('may be smaller than what is staged, and larger than what comes out at once', () => {
    const value = Buffer.from('{"name":"a","list":[1,2]}'.repeat(20));
    const records = Array.from({ length: 2_000 }, (): KeyAndValue => [Buffer.from('key'), value]);
    for (const bytes of [1_000, 10_000, 98_303, 98_304, 98_305, 3_000_000]) expectSame(ENVELOPE_LIKE, records, bytes);
  });

  it('is not asked for where a text is not UTF-8: that is said first, and before the record counts', () => {
    const records: KeyAndValue[] = [
      [Buffer.from('k'), Buffer.from('v')],
      [Buffer.from('k'), Buffer.from([0x76, 0xff])],
    ];
    for (const value of [records[1]?.[1] ?? null, Buffer.alloc(200_000, 0xff)]) {
      const block = blockOf([...records.slice(0, 1), [null, value]]);
      const first = Buffer.byteLength(expectedElement(ENVELOPE_LIKE, block, 0) ?? '');
      for (const kernel of kernels) {
        for (const size of [first, first + 20, 2_000_000]) {
          const written = kernel.write(ENVELOPE_LIKE, block, 0, 2, Buffer.alloc(size), 0);
          expect(written).toEqual({ next: 1, at: first, stopped: 'not-utf8' });
        }
        const encoded = templateOf(['key-text', 'value-base64']);
        expect(kernel.write(encoded, block, 1, 2, Buffer.alloc(400_000), 0).stopped).toBeUndefined();
      }
    }
  });

  it('gets nothing of no records', () => {
    for (const kernel of kernels) {
      const written = kernel.write(ENVELOPE_LIKE, blockOf(RECORDS), 2, 2, Buffer.alloc(9), 4);
      expect(written).toEqual({ next: 2, at: 4, stopped: undefined });
    }
  });
});
