import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { countElements, encodedRecordBytes } from '../../../../shared/envelope/element-size.ts';
import { ENVELOPE_OVERHEAD_BYTES, encodeEnvelope, PLAIN_ENVELOPE } from '../../../../shared/envelope/encode.ts';
import { kernel } from '../../../../shared/kernel/load-kernel.ts';
import { blockOf } from '../../../helpers/records.ts';

const content = fc.option(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(fc.constantFrom('"', '\\', '\n', '\u0001', 'a'), { maxLength: 40 }).map((units) => units.join('')),
    fc.constantFrom('', 'x'.repeat(99), '单'.repeat(40)),
  ),
);
/** Timestamps of a producer that writes nanoseconds, or anything else of 64 bits. */
const UNSAFE = [2 ** 53, 2 ** 53 + 2, 1e16, 1.7e18, 9.2e18, -9.2e18, 2 ** 63, -(2 ** 63), 2 ** 64, -(2 ** 64)];
const header = fc.record({
  key: fc.string({ maxLength: 5 }),
  value: fc.option(fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes))),
});
const record = fc.record({
  key: content,
  value: content,
  timestamp: fc.oneof(
    fc.constantFrom(-1, 0, 9, 10, 999_999_999_999, 1_000_000_000_000),
    fc.integer({ min: -100 }),
    fc.constantFrom(...UNSAFE),
  ),
  headers: fc.array(header, { maxLength: 2 }),
});
const encoding = fc.constantFrom('string' as const, 'bytes' as const);
const options = fc.record({
  keyEncoding: encoding,
  valueEncoding: encoding,
  headers: fc.boolean(),
  timestampType: fc.boolean(),
});
/** The number of digits changes within a block. */
const first = fc.oneof(fc.constantFrom(0, 7, 95, 99_999_990, 2 ** 53 - 2_000), fc.nat());

describe('encodedRecordBytes', () => {
  it('answers what a record takes whose timestamp is no safe integer', () => {
    for (const timestamp of [...UNSAFE, -1]) {
      const records = [{ offset: 1, timestamp }, { offset: 2 }, { offset: 3, timestamp, overflow: { valueSize: 9 } }];
      const block = blockOf(records);
      const sizes = records.map((_, index) => encodedRecordBytes(block, index, PLAIN_ENVELOPE));
      const request = encodeEnvelope(batchOf(block), PLAIN_ENVELOPE);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(request.length - ENVELOPE_OVERHEAD_BYTES + 1);
      expect(request.toString().split(`"timestamp":${BigInt(timestamp)},`)).toHaveLength(3);
    }
  });

  it('answers what a record takes that travels without its value', () => {
    const overflow = fc.record(
      { valueSize: fc.nat(), valueRef: fc.string({ unit: 'binary', maxLength: 20 }) },
      { requiredKeys: ['valueSize'] },
    );
    fc.assert(
      fc.property(record, overflow, options, first, (one, without, envelope, offset) => {
        const block = blockOf([{ ...one, offset, value: null, overflow: without }]);
        const request = encodeEnvelope(batchOf(block), envelope);
        expect(encodedRecordBytes(block, 0, envelope)).toBe(request.length - ENVELOPE_OVERHEAD_BYTES + 1);
      }),
    );
  });
});

describe('countElements', () => {
  it('answers, for records of any block, what each takes in an envelope', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        options,
        first,
        fc.constantFrom('orders', '订单.eu'),
        fc.nat(),
        (records, envelope, firstOffset, topic, skipped) => {
          const block = blockOf(
            records.map((one, index) => ({ ...one, offset: firstOffset + index * 3 })),
            { topic, partition: 12 },
          );
          const from = skipped % records.length;
          const added = new Int32Array(2 * records.length);
          const sizes = new Float64Array(records.length);
          kernel.measure(block, from, block.count, added);
          countElements(block, from, block.count, envelope, added, sizes);
          for (let index = from; index < block.count; index++) {
            const request = encodeEnvelope(batchOf(block, index, index + 1), envelope);
            expect(sizes[index - from]).toBe(request.length - ENVELOPE_OVERHEAD_BYTES + 1);
            expect(encodedRecordBytes(block, index, envelope)).toBe(sizes[index - from]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
