import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeBody, jsonlBody } from '../../../../../functions/oss-sink/body/json-body.ts';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../../../shared/envelope/encode.ts';
import { batchOfRecords, type ShortRecord } from '../../../../helpers/records.ts';

const text = fc.option(fc.string({ unit: 'binary', maxLength: 20 }), { freq: 5 });
const records: fc.Arbitrary<readonly ShortRecord[]> = fc
  .array(
    fc.record({
      key: text,
      value: text,
      timestamp: fc.integer({ min: -1, max: 4e12 }),
      overflow: fc.option(fc.record({ valueSize: fc.nat() }), { freq: 9, nil: undefined }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) =>
    list.map(({ overflow, ...record }, offset) => ({
      ...record,
      offset: offset * 3,
      ...(overflow === undefined ? {} : { overflow, value: null }),
    })),
  );

describe('JSON bodies', () => {
  it('are, with the default fields, the bytes of the envelope', () => {
    fc.assert(
      fc.property(records, (list) => {
        const batch = batchOfRecords(list);
        const expected = encodeEnvelope(batch, PLAIN_ENVELOPE).toString();
        expect(envelopeBody()(batch.segments).toString()).toBe(expected);
      }),
    );
  });

  it('are one element a line, each line ended', () => {
    fc.assert(
      fc.property(records, (list) => {
        const { segments } = batchOfRecords(list);
        const body = jsonlBody()(segments).toString();
        expect(body.endsWith('\n')).toBe(true);
        const lines = body.split('\n').slice(0, -1);
        expect(`[${lines.join(',')}]`).toBe(envelopeBody()(segments).toString());
      }),
    );
  });

  it('show the fields asked for, in their order, without those a record has not', () => {
    const { segments } = batchOfRecords([
      { offset: 7, key: 'k', value: '{"a":"甲"}', headers: [{ key: 'h', value: Buffer.from('x') }] },
      { offset: 8, key: null, value: null },
    ]);
    expect(jsonlBody(['value', 'offset', 'key', 'headers'])(segments).toString()).toBe(
      '{"value":"{\\"a\\":\\"甲\\"}","offset":7,"key":"k","headers":[{"key":"h","value":"x"}]}\n{"offset":8,"headers":[]}\n',
    );
    expect(envelopeBody(['value'])(segments).toString()).toBe('[{"value":"{\\"a\\":\\"甲\\"}"},{}]');
  });

  it('carry bytes that are not UTF-8 as base64 and say so, record by record', () => {
    const { segments } = batchOfRecords([
      { offset: 0, key: Buffer.from([0xff]), value: Buffer.from([0xc3, 0x28]) },
      { offset: 1, key: 'k', value: 'v' },
    ]);
    const [binary, plain] = JSON.parse(envelopeBody()(segments).toString());
    expect(binary).toMatchObject({
      key: '/w==',
      value: 'wyg=',
      keyEncoding: 'base64',
      valueEncoding: 'base64',
      valueSize: 2,
    });
    expect(plain).toMatchObject({ key: 'k', value: 'v' });
    expect(plain).not.toHaveProperty('valueEncoding');
  });

  it('grow beyond what was reserved for them', () => {
    const worst = '\u0001'.repeat(5_000);
    const { segments } = batchOfRecords([{ offset: 0, value: worst }]);
    expect(JSON.parse(jsonlBody()(segments).toString()).value).toBe(worst);
  });
});
