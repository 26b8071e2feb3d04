import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { encodedOverflowBytes, encodedRecordBytes } from '../../../../shared/envelope/element-size.ts';
import {
  ENVELOPE_OVERHEAD_BYTES,
  type EnvelopeOptions,
  encodeEnvelope,
  PLAIN_ENVELOPE,
} from '../../../../shared/envelope/encode.ts';
import type { Overflow, RecordHeader } from '../../../../shared/records.ts';
import { batchOfRecords, blockOf, type ShortRecord } from '../../../helpers/records.ts';

/** The envelope of `records` of `orders-0`, as text. */
function envelope(records: ShortRecord[], options: Partial<EnvelopeOptions> = {}): string {
  return encodeEnvelope(batchOfRecords(records), { ...PLAIN_ENVELOPE, ...options }).toString();
}

describe('the envelope', () => {
  it('is byte for byte the documented sample', () => {
    const record = { offset: 4, timestamp: 1_603_779_578_478, key: '123', value: '1' };
    const batch = batchOfRecords([record], { topic: 'Test', partition: 0 });
    expect(encodeEnvelope(batch, PLAIN_ENVELOPE).toString()).toBe(
      '[{"key":"123","offset":4,"overflowFlag":false,"partition":0,"timestamp":1603779578478,"topic":"Test","value":"1","valueSize":1}]',
    );
  });

  it('has commas between elements and the same topic and partition in each', () => {
    expect(
      envelope([
        { offset: 1, timestamp: 7, value: 'a' },
        { offset: 3, timestamp: 8, value: 'b' },
      ]),
    ).toBe(
      '[{"offset":1,"overflowFlag":false,"partition":0,"timestamp":7,"topic":"orders","value":"a","valueSize":1},' +
        '{"offset":3,"overflowFlag":false,"partition":0,"timestamp":8,"topic":"orders","value":"b","valueSize":1}]',
    );
  });

  it('leaves a null key and value out and keeps empty ones', () => {
    expect(envelope([{ offset: 0, timestamp: 1, key: null, value: null }])).toBe(
      '[{"offset":0,"overflowFlag":false,"partition":0,"timestamp":1,"topic":"orders","valueSize":0}]',
    );
    expect(envelope([{ offset: 0, timestamp: 1, key: '', value: '' }])).toBe(
      '[{"key":"","offset":0,"overflowFlag":false,"partition":0,"timestamp":1,"topic":"orders","value":"","valueSize":0}]',
    );
  });

  it('counts valueSize in UTF-8 bytes of the original value', () => {
    expect(JSON.parse(envelope([{ offset: 0, value: '订单"' }]))[0]).toMatchObject({ value: '订单"', valueSize: 7 });
  });

  it('prints the first and the last offset there is, and the timestamp of a record that has none', () => {
    const [first, last] = JSON.parse(envelope([{ offset: 0, timestamp: -1 }, { offset: Number.MAX_SAFE_INTEGER }]));
    expect(first).toMatchObject({ offset: 0, timestamp: -1 });
    expect(last.offset).toBe(9_007_199_254_740_991);
  });

  it('carries bytes as base64 and says so, only for what is there', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x80]);
    const options = { keyEncoding: 'bytes', valueEncoding: 'bytes' } as const;
    const element = (text: string) => Object.keys(JSON.parse(text)[0]);
    expect(envelope([{ offset: 0, timestamp: 1, key: bytes, value: bytes }], options)).toBe(
      '[{"key":"/wCA","offset":0,"overflowFlag":false,"partition":0,"timestamp":1,"topic":"orders","value":"/wCA","valueSize":3,"keyEncoding":"base64","valueEncoding":"base64"}]',
    );
    expect(element(envelope([{ offset: 0, key: null, value: null }], options))).not.toContain('valueEncoding');
    expect(element(envelope([{ offset: 0, key: 'k', value: null }], options))).toContain('keyEncoding');
  });

  it('keeps headers as a list with order, repeats, null, empty and binary values', () => {
    const headers: RecordHeader[] = [
      { key: 'trace', value: Buffer.from('一') },
      { key: 'trace', value: Buffer.from([0xff]) },
      { key: 'none', value: null },
      { key: '', value: Buffer.alloc(0) },
    ];
    const [element, bare] = JSON.parse(envelope([{ offset: 0, headers }, { offset: 1 }], { headers: true }));
    expect(element.headers).toEqual([
      { key: 'trace', value: '一' },
      { key: 'trace', value: '/w==', valueEncoding: 'base64' },
      { key: 'none' },
      { key: '', value: '' },
    ]);
    expect(bare.headers).toEqual([]);
    expect(JSON.parse(envelope([{ offset: 0, headers }]))[0]).not.toHaveProperty('headers');
  });

  it('carries the timestamp type when asked', () => {
    const block = blockOf([1], { timestampType: 'LogAppendTime' });
    const text = encodeEnvelope(batchOf(block), { ...PLAIN_ENVELOPE, timestampType: true }).toString();
    expect(text.endsWith(',"valueSize":2,"timestampType":"LogAppendTime"}]')).toBe(true);
  });

  it('carries an overflowed record without its value, with its size and where the value is', () => {
    const overflow: Overflow = { valueSize: 272_687, valueRef: 'https://store/a"b' };
    expect(
      envelope([{ offset: 9, timestamp: 1, key: 'k', value: 'not sent', overflow }], { valueEncoding: 'bytes' }),
    ).toBe(
      '[{"key":"k","offset":9,"overflowFlag":true,"partition":0,"timestamp":1,"topic":"orders","valueSize":272687,"valueRef":"https://store/a\\"b"}]',
    );
  });

  it('measures an overflow before it is made', () => {
    const record = { offset: 9, key: 'k', value: 'x'.repeat(5000) };
    const overflow: Overflow = { valueSize: 5000, valueRef: 'ref' };
    const before = encodedOverflowBytes(blockOf([record]), 0, overflow, PLAIN_ENVELOPE);
    expect(before).toBe(encodedRecordBytes(blockOf([{ ...record, overflow }]), 0, PLAIN_ENVELOPE));
    expect(before).toBeLessThan(200);
  });

  it('does not confuse topic-partitions whose sizes are asked in turn', () => {
    const long = blockOf([{ offset: 1, value: null }], { topic: 'a-much-longer-topic', partition: 12 });
    const short = blockOf([{ offset: 1, value: null }], { topic: 't', partition: 1 });
    const sizes = [long, short, long].map((block) => encodedRecordBytes(block, 0, PLAIN_ENVELOPE));
    expect(sizes[0]).toBe(sizes[2]);
    expect((sizes[0] ?? 0) - (sizes[1] ?? 0)).toBe('a-much-longer-topic12'.length - 't1'.length);
  });

  it('equals its model and never exceeds the sizes told beforehand, for any records and options', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const content = fc.option(fc.oneof(text, fc.constantFrom('', '"', '{"a":"\\n"}')));
    const headers = fc.array(
      fc.record({
        key: fc.string({ unit: 'binary', maxLength: 5 }),
        value: fc.option(
          fc.oneof(
            text.map((t) => Buffer.from(t)),
            fc.constant(Buffer.from([0xfe, 0xff])),
          ),
        ),
      }),
      { maxLength: 3 },
    );
    const record = fc.record({
      gap: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 45 })),
      timestamp: fc.oneof(fc.integer({ min: -1, max: 2 ** 45 }), fc.constantFrom(0, 99_999_999, 100_000_000)),
      key: content,
      value: content,
      headers,
      overflow: fc.option(fc.record({ valueSize: fc.nat(), valueRef: text }), { nil: undefined, freq: 5 }),
    });
    const encoding = fc.constantFrom('string' as const, 'bytes' as const);
    const options = fc.record({
      keyEncoding: encoding,
      valueEncoding: encoding,
      headers: fc.boolean(),
      timestampType: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), options, (drafts, how) => {
        let offset = -1;
        const records = drafts.map(({ gap, overflow, ...rest }) => {
          offset += gap;
          return { ...rest, offset, ...(overflow !== undefined && { overflow }) };
        });
        const block = blockOf(records);
        const encoded = encodeEnvelope(batchOf(block), how);
        expect(JSON.parse(encoded.toString())).toEqual(records.map((one) => modelOf(one, how)));
        expect(encoded.equals(Buffer.from(JSON.stringify(JSON.parse(encoded.toString()))))).toBe(true);
        const told = records.reduce((sum, _, i) => sum + encodedRecordBytes(block, i, how), ENVELOPE_OVERHEAD_BYTES);
        expect(encoded.length).toBe(told - 1);
      }),
      { numRuns: 500 },
    );
  });
});

type ModelRecord = {
  offset: number;
  timestamp: number;
  key: string | null;
  value: string | null;
  headers: { key: string; value: Buffer | null }[];
  overflow?: Overflow;
};

/** The element as architecture and documentation describe it, made the simple way. */
function modelOf({ offset, timestamp, key, value, headers, overflow }: ModelRecord, options: EnvelopeOptions): object {
  const sent = overflow === undefined ? value : null;
  const content = (it: string, how: 'string' | 'bytes') => (how === 'bytes' ? Buffer.from(it).toString('base64') : it);
  return {
    ...(key !== null && { key: content(key, options.keyEncoding) }),
    offset,
    overflowFlag: overflow !== undefined,
    partition: 0,
    timestamp,
    topic: 'orders',
    ...(sent !== null && { value: content(sent, options.valueEncoding) }),
    valueSize: overflow?.valueSize ?? Buffer.byteLength(value ?? ''),
    ...(key !== null && options.keyEncoding === 'bytes' && { keyEncoding: 'base64' }),
    ...(sent !== null && options.valueEncoding === 'bytes' && { valueEncoding: 'base64' }),
    ...(options.headers && {
      headers: headers.map((header) => {
        if (header.value === null) return { key: header.key };
        const binary = header.value.equals(Buffer.from([0xfe, 0xff]));
        if (binary) return { key: header.key, value: '/v8=', valueEncoding: 'base64' };
        return { key: header.key, value: header.value.toString() };
      }),
    }),
    ...(options.timestampType && { timestampType: 'CreateTime' }),
    ...(overflow?.valueRef !== undefined && { valueRef: overflow.valueRef }),
  };
}
