import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examine, findPlain, type IntakeRules, NOT_PLAIN } from '../../../../functions/dispatcher/intake.ts';
import { BlockBuilder } from '../../../../shared/envelope/block-builder.ts';
import { encodedRecordBytes } from '../../../../shared/envelope/element-size.ts';
import { PLAIN_ENVELOPE } from '../../../../shared/envelope/encode.ts';
import { NULL_VALUES } from '../../../../shared/null-values.ts';
import { blockOf } from '../../../helpers/records.ts';

const RULES: IntakeRules = {
  keyConverter: 'string',
  valueConverter: 'string',
  nullValues: 'write',
  overflowPolicy: 'error-topic',
  invokeMaxBytes: 1_000,
  envelope: PLAIN_ENVELOPE,
};

function one(key: Buffer | null, value: Buffer | null) {
  const builder = new BlockBuilder({ topic: 'orders', partition: 0 });
  builder.add({ offset: 7, timestamp: 0, key, value });
  return builder.build();
}

describe('examine', () => {
  it('answers the encoded bytes of a plain record', () => {
    const block = one(Buffer.from('k'), Buffer.from('value "quoted"'));
    expect(examine(block, 0, RULES)).toBe(encodedRecordBytes(block, 0, PLAIN_ENVELOPE));
  });

  it('makes a value that is not UTF-8 errant, unless values are bytes', () => {
    const block = one(null, Buffer.from([0xff]));
    expect(examine(block, 0, RULES)).toMatchObject({ errant: { code: 'VALUE_NOT_UTF8', stage: 'VALUE_CONVERTER' } });
    const bytes: IntakeRules = {
      ...RULES,
      valueConverter: 'bytes',
      envelope: { ...PLAIN_ENVELOPE, valueEncoding: 'bytes' },
    };
    expect(examine(block, 0, bytes)).toBeTypeOf('number');
  });

  it.each([
    ['write', expect.any(Number)],
    ['delete', expect.any(Number)],
    ['ignore', 'dropped'],
    ['error-topic', { errant: expect.objectContaining({ code: 'NULL_VALUE' }) }],
  ] as const)('treats a tombstone under behavior.on.null.values=%s', (nullValues, verdict) => {
    expect(examine(one(Buffer.from('k'), null), 0, { ...RULES, nullValues })).toEqual(verdict);
  });

  it.each(NULL_VALUES)('takes a record whose value travels apart for no tombstone under %s', (nullValues) => {
    const apart = blockOf([{ offset: 7, key: 'k', value: null, overflow: { valueSize: 5_000 } }]);
    expect(examine(apart, 0, { ...RULES, nullValues })).toBeTypeOf('number');
    expect(examine(apart, 0, { ...RULES, nullValues, invokeMaxBytes: 10 })).toMatchObject({
      errant: { code: 'KEY_TOO_LARGE' },
    });
  });

  it('admits a record that fills a request to the last byte, and not one byte more', () => {
    const block = one(null, Buffer.alloc(500, 'x'));
    const exact = encodedRecordBytes(block, 0, PLAIN_ENVELOPE) + 2;
    expect(examine(block, 0, { ...RULES, invokeMaxBytes: exact })).toBe(exact - 2);
    expect(examine(block, 0, { ...RULES, invokeMaxBytes: exact - 1 })).toMatchObject({
      errant: { code: 'RECORD_TOO_LARGE' },
    });
  });

  it('measures the encoded record, not the raw one', () => {
    // 300 raw bytes that become 1,800 encoded ones.
    const block = one(null, Buffer.alloc(300, 0x01));
    expect(examine(block, 0, RULES)).toMatchObject({ errant: { code: 'RECORD_TOO_LARGE' } });
  });

  it('lets an oversize record travel alone under flag, with the size of its value', () => {
    expect(examine(one(null, Buffer.alloc(5_000)), 0, { ...RULES, overflowPolicy: 'flag' })).toMatchObject({
      alone: { valueSize: 5_000 },
      claimCheck: false,
    });
  });

  it('counts the whole value under claim-check: it is held until it is stored', () => {
    const verdict = examine(one(null, Buffer.alloc(20_000)), 0, {
      ...RULES,
      overflowPolicy: 'claim-check',
      invokeMaxBytes: 10_000,
    });
    expect(verdict).toMatchObject({ claimCheck: true });
    expect((verdict as { encodedBytes: number }).encodedBytes).toBeGreaterThan(20_000);
  });

  it.each(['flag', 'claim-check'] as const)('makes a key past the limit errant under %s', (overflowPolicy) => {
    const block = one(Buffer.alloc(2_000, 'k'), Buffer.alloc(10_000));
    expect(examine(block, 0, { ...RULES, overflowPolicy })).toMatchObject({ errant: { code: 'KEY_TOO_LARGE' } });
  });

  it('makes a tombstone with a key past the limit errant', () => {
    expect(examine(one(Buffer.alloc(2_000, 'k'), null), 0, RULES)).toMatchObject({ errant: { code: 'KEY_TOO_LARGE' } });
  });
});

describe('findPlain', () => {
  const content = fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
    fc.constantFrom(null, Buffer.from([0x61, 0xff]), '"'.repeat(300), 'x'.repeat(990)),
  );
  const converter = fc.constantFrom('string' as const, 'bytes' as const);
  const rules = fc.record({
    keyConverter: converter,
    valueConverter: converter,
    nullValues: fc.constantFrom(...NULL_VALUES),
    overflowPolicy: fc.constantFrom('claim-check' as const, 'error-topic' as const, 'flag' as const),
    invokeMaxBytes: fc.integer({ min: 100, max: 1_200 }),
    // Not of necessity what the converters are.
    envelope: fc.record({
      keyEncoding: converter,
      valueEncoding: converter,
      headers: fc.boolean(),
      timestampType: fc.boolean(),
    }),
  });
  const record = fc.record({ key: content, value: content, overflows: fc.integer({ min: 0, max: 9 }) });

  it('answers what examine answers of each record, or that it is not plain', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), rules, fc.nat(), (records, chosen, skipped) => {
        const block = blockOf(
          records.map(({ overflows, ...rest }, index) => ({
            ...rest,
            offset: 95 + index,
            ...(overflows === 0 && { value: null, overflow: { valueSize: 5_000 } }),
          })),
        );
        const { keyEncoding, valueEncoding } = chosen.envelope;
        const isUsual = chosen.keyConverter === keyEncoding && chosen.valueConverter === valueEncoding;
        const from = skipped % block.count;
        const encodedBytes = new Float64Array(block.count);
        findPlain(block, from, block.count, chosen, encodedBytes);
        for (let index = from; index < block.count; index++) {
          const verdict = examine(block, index, chosen);
          const found = encodedBytes[index - from];
          if (found !== NOT_PLAIN) expect(found).toBe(verdict);
          // What is plain must be found, or all would be as slow as the exceptions; an overflow is one.
          else if (isUsual && block.overflows?.has(index) !== true) expect(verdict).not.toBeTypeOf('number');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
