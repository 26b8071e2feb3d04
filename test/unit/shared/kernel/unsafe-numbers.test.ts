/** A producer that writes nanoseconds, or anything else of 64 bits, gives timestamps that are no safe integers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordBlock } from '../../../../shared/records.ts';
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

/** `-(2 ** 64)` is the longest: a batch's timestamp and a record's distance from it are 64 bits each. */
const NUMBERS = [2 ** 53, 2 ** 53 + 2, 1e16, 1.7e18, 9.2e18, -9.2e18, 2 ** 63, -(2 ** 63), 2 ** 64, -(2 ** 64), -1];
const SAFE = 1_700_000_000_000;
const NUMBERS_ONLY = templateOf(['offset', 'timestamp'], '\n');
const TARGET_BYTES = 1_000_000;

/** Records with these timestamps, and with these offsets. */
function blockWith(timestamps: readonly number[], offsets = timestamps.map((_, i) => i)): RecordBlock {
  const records = timestamps.map((_, i): KeyAndValue => [Buffer.from(`k"${i}`), Buffer.from('{"a":1}'.repeat(i % 9))]);
  return { ...blockOf(records), offsets: Float64Array.from(offsets), timestamps: Float64Array.from(timestamps) };
}

function expectWritten(block: RecordBlock, targetBytes = TARGET_BYTES): void {
  for (const template of [NUMBERS_ONLY, ENVELOPE_LIKE, templateOf(['key-text', 'value-size'])]) {
    const expected = expectedOutcome(template, block, targetBytes);
    for (const kernel of kernels) {
      const { bytes, full } = writeAll(kernel, template, block, targetBytes);
      expect(bytes.toString(), kernel.name).toBe(expected.bytes.toString());
      expect(full, kernel.name).toEqual(expected.full);
    }
  }
}

describe('numbers beyond the safe integers', () => {
  it('have the digits that BigInt prints', () => {
    const block = blockWith(NUMBERS, NUMBERS.toReversed());
    const lines = NUMBERS.map((number, i) => `{"m0":${BigInt(NUMBERS.at(-1 - i) ?? 0)},"m1":${BigInt(number)}}\n`);
    for (const kernel of kernels) {
      expect(writeAll(kernel, NUMBERS_ONLY, block, 10_000).bytes.toString(), kernel.name).toBe(lines.join(''));
    }
  });

  it.each(NUMBERS)('%d gives the same bytes alone and in any company', (number) => {
    const numbers = [SAFE, number, number, SAFE + 1, number, SAFE + 2, SAFE + 3, number];
    const block = blockWith(numbers);
    expectWritten(block);
    for (const kernel of kernels) {
      // New, so that a single record is written before the kernel has ever seen it, and then again.
      const template = templateOf(['key-text', 'timestamp', 'value-text', 'offset']);
      const alone = () =>
        numbers.map((_, i) => {
          const target = Buffer.alloc(1_000);
          const { at, stopped } = kernel.write(template, block, i, i + 1, target, 0);
          expect(stopped).toBeUndefined();
          return target.toString('utf8', 0, at);
        });
      const before = alone();
      const together = writeAll(kernel, template, block, TARGET_BYTES).bytes.toString();
      expect(before.join(''), kernel.name).toBe(together);
      expect(alone(), kernel.name).toEqual(before);
    }
  });

  it('stand anywhere among many records', () => {
    const number = fc.oneof(
      { weight: 9, arbitrary: fc.constant(SAFE) },
      { weight: 1, arbitrary: fc.constantFrom(...NUMBERS) },
      { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(Number) },
    );
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 700, size: 'max' }),
        fc.boolean(),
        (numbers, areOffsets) => {
          expectWritten(areOffsets ? blockWith(numbers, numbers.toReversed()) : blockWith(numbers), 3_000);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('fill a target to its last byte, and are not cut where it ends before', () => {
    for (const template of [NUMBERS_ONLY, ENVELOPE_LIKE]) {
      for (const number of NUMBERS) {
        const block = blockWith([number, SAFE, number]);
        const lengths = [0, 1, 2].map((i) => Buffer.byteLength(expectedElement(template, block, i) ?? ''));
        const total = lengths.reduce((sum, length) => sum + length);
        for (const kernel of kernels) {
          for (let size = 0; size <= total + 30; size++) {
            const memory = Buffer.alloc(size + 50, 0xee);
            const { next, at, stopped } = kernel.write(template, block, 0, 3, memory.subarray(0, size), 0);
            let fitting = 0;
            let end = 0;
            for (; fitting < 3 && end + (lengths[fitting] ?? 0) <= size; fitting++) end += lengths[fitting] ?? 0;
            expect({ next, at, stopped }).toEqual({
              next: fitting,
              at: end,
              stopped: fitting < 3 ? 'full' : undefined,
            });
            expect(memory.subarray(size).equals(Buffer.alloc(50, 0xee))).toBe(true);
          }
        }
      }
    }
  });
});
