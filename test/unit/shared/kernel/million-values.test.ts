import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MemberSource } from '../../../../shared/kernel/kernel.ts';
import { kernels } from '../../../helpers/kernel/kernels.ts';
import { RandomContents } from '../../../helpers/kernel/random-contents.ts';
import {
  blockOf,
  ENVELOPE_LIKE,
  expectedAdded,
  expectedOutcome,
  type KeyAndValue,
  templateOf,
  writeAll,
} from '../../../helpers/kernel/reference.ts';

const VALUES = 1_000_000;
const RECORDS_A_BLOCK = 5_000;
const BLOCKS = VALUES / (2 * RECORDS_A_BLOCK);
/** The largest element: a value of 4 KB of controls. */
const LEAST_TARGET_BYTES = 60_000;

const SOURCES: readonly (MemberSource | 'constant')[] = [
  'key-text',
  'key-base64',
  'key-present',
  'value-text',
  'value-base64',
  'value-present',
  'offset',
  'timestamp',
  'value-size',
  'constant',
];

it('both kernels give what JSON.stringify gives, for a million random keys and values', { timeout: 300_000 }, () => {
  const seeds = fc.integer();
  fc.assert(
    fc.property(seeds, fc.boolean(), (seed, isEnvelope) => {
      const random = new RandomContents(seed);
      const records = Array.from({ length: RECORDS_A_BLOCK }, (): KeyAndValue => [random.next(), random.next()]);
      const block = blockOf(records, random.below(40));
      const sources = Array.from({ length: random.below(8) }, () => SOURCES[random.below(SOURCES.length)] ?? 'offset');
      const template = isEnvelope ? ENVELOPE_LIKE : templateOf(sources, ',\n'.slice(random.below(3)));
      const targetBytes = LEAST_TARGET_BYTES + random.below(400_000);
      const expected = expectedOutcome(template, block, targetBytes);
      const expectedSizes = Int32Array.from(records.flat(), expectedAdded);
      for (const kernel of kernels) {
        const added = new Int32Array(2 * block.count).fill(77);
        kernel.measure(block, 0, block.count, added);
        expect(Buffer.from(added.buffer).equals(Buffer.from(expectedSizes.buffer)), kernel.name).toBe(true);
        const { bytes, notUtf8, full } = writeAll(kernel, template, block, targetBytes);
        expect({ notUtf8, full }, kernel.name).toEqual({ notUtf8: expected.notUtf8, full: expected.full });
        expect(bytes.equals(expected.bytes), kernel.name).toBe(true);
      }
    }),
    { numRuns: BLOCKS, endOnFailure: true },
  );
});
