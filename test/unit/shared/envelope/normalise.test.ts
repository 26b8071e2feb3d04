import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEnvelope } from '../../../../shared/envelope/encode.ts';
import { EventError, type EventForm, normaliseEvent } from '../../../../shared/envelope/normalise.ts';
import { FatalError } from '../../../../shared/errors.ts';
import { recordsOf, type SinkRecord } from '../../../../shared/records.ts';
import { batchOfRecords, offsetsOf, SOME_TIMESTAMP } from '../../../helpers/records.ts';

/** A record as a trigger's `data` has it. */
function raw(offset: number, more: object = {}): Record<string, unknown> {
  const headers = { headers: [], isReadOnly: false };
  return { topic: 'orders', partition: 0, offset, timestamp: SOME_TIMESTAMP, headers, value: `v${offset}`, ...more };
}

function cloudEvent(offset: number, more: object = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: '8e215af8-ca18-4249-8645-f96c1026****',
    source: 'acs:alikafka',
    type: 'alikafka:Topic:Message',
    subject: 'acs:alikafka:alikafka_pre-cn-i7m2t7t1****:topic:orders',
    datacontenttype: 'application/json; charset=utf-8',
    time: '2022-06-23T02:49:51.589Z',
    aliyunaccountid: '164901546557****',
    data: raw(offset, more),
  };
}

function element(offset: number, more: object = {}): Record<string, unknown> {
  return {
    key: 'k',
    offset,
    overflowFlag: false,
    partition: 0,
    timestamp: SOME_TIMESTAMP,
    topic: 'orders',
    value: 'v',
    valueSize: 1,
    ...more,
  };
}

const FORMS: [EventForm, (offset: number, more?: object) => unknown][] = [
  ['envelope', element],
  ['cloudevents', cloudEvent],
  ['cloudevents-strings', (offset, more) => JSON.stringify(cloudEvent(offset, more))],
  ['raw', raw],
];

function recordsIn(event: Parameters<typeof normaliseEvent>[0]): SinkRecord[] {
  return normaliseEvent(event).batches.flatMap((batch) => [...recordsOf(batch)]);
}

describe.each(FORMS)('an event of the form %s', (form, make) => {
  const expected = { topic: 'orders', partition: 0, offset: 7, timestamp: SOME_TIMESTAMP };

  it('is read alone and in an array, as bytes, text and object', () => {
    for (const content of [make(7), [make(7)]]) {
      const json = JSON.stringify(content);
      const events: (string | object)[] = [Buffer.from(json), new Uint8Array(Buffer.from(json)), json];
      if (typeof content === 'object') events.push(content as object);
      for (const event of events) {
        expect(normaliseEvent(event).form).toBe(form);
        expect(recordsIn(event)).toMatchObject([expected]);
      }
    }
  });

  it('gives a value that is text, an object, a list, null or absent', () => {
    const values = [
      { value: '订单' },
      { value: { b: 1, a: [] } },
      { value: [1] },
      { value: null },
      { value: undefined },
      { value: '' },
    ];
    const event = JSON.stringify(values.map((value, i) => make(i, value)));
    expect(recordsIn(event).map(({ value }) => value?.toString())).toEqual([
      '订单',
      '{"b":1,"a":[]}',
      '[1]',
      undefined,
      undefined,
      '',
    ]);
    expect(recordsIn(event)[0]?.valueSize).toBe(6);
  });

  it('gives a key that is text, empty, null or absent', () => {
    const keys = [{ key: 'k' }, { key: '' }, { key: null }, { key: undefined }];
    const event = JSON.stringify(keys.map((key, i) => make(i, key)));
    expect(recordsIn(event).map(({ key }) => key?.toString())).toEqual(['k', '', undefined, undefined]);
  });

  it('gives headers from a list, from a wrapper, and none', () => {
    const list = [{ key: 'h', value: 'x' }, { key: 'h', value: '/w==', valueEncoding: 'base64' }, { key: 'n' }];
    const forms = [
      { headers: list },
      { headers: { headers: list, isReadOnly: true } },
      { headers: undefined },
      { headers: null },
    ];
    const event = JSON.stringify(forms.map((headers, i) => make(i, headers)));
    const read = [
      { key: 'h', value: Buffer.from('x') },
      { key: 'h', value: Buffer.from([0xff]) },
      { key: 'n', value: null },
    ];
    expect(recordsIn(event).map(({ headers }) => headers)).toEqual([read, read, [], []]);
  });

  it("gives Kafka's own -1 for a timestamp that is missing", () => {
    expect(recordsIn(JSON.stringify(make(0, { timestamp: undefined })))[0]?.timestamp).toBe(-1);
  });

  it.each<[string, object]>([
    ['no topic', { topic: undefined }],
    ['an illegal topic', { topic: '../orders' }],
    ['a topic that is a number', { topic: 5 }],
    ['no partition', { partition: undefined }],
    ['a partition below 0', { partition: -1 }],
    ['no offset', { offset: undefined }],
    ['an offset that is text', { offset: '4' }],
    ['an offset below 0', { offset: -1 }],
    ['an offset past 2^53-1', { offset: 2 ** 53 }],
    ['a timestamp that is text', { timestamp: '2022-06-23' }],
    ['a key that is a number', { key: 1 }],
    ['a value that is a number', { value: 1 }],
    ['half a surrogate pair', { value: 'a\ud83d' }],
    ['an unknown encoding', { valueEncoding: 'hex' }],
    ['base64 that is none', { value: 'a b=', valueEncoding: 'base64' }],
    ['base64 cut short', { value: '/w', valueEncoding: 'base64' }],
    ['base64 that is an object', { value: {}, valueEncoding: 'base64' }],
    ['headers that are text', { headers: 'h' }],
    ['a header without key', { headers: [{ value: 'x' }] }],
    ['a header value that is a number', { headers: [{ key: 'h', value: 1 }] }],
    ['an unknown timestamp type', { timestampType: 'EventTime' }],
    ['a reference without overflow', { valueRef: 'https://x' }],
  ])('is refused with %s', (_name, more) => {
    const event = JSON.stringify([make(1), make(3, more)]);
    const refusal = expect.objectContaining({
      code: 'EVENT_INVALID',
      message: expect.stringMatching(/element 1.*what came is .*expected/s),
    });
    expect(() => normaliseEvent(event)).toThrow(EventError);
    expect(() => normaliseEvent(event)).toThrow(refusal);
  });
});

describe('our envelope', () => {
  it('brings back base64, overflow, reference, timestamp type', () => {
    const event = [
      element(1, {
        key: '/w==',
        keyEncoding: 'base64',
        value: '',
        valueEncoding: 'base64',
        timestampType: 'LogAppendTime',
      }),
      element(2, { value: undefined, overflowFlag: true, valueSize: 272_687, valueRef: 'https://store/x' }),
      element(3, { value: '1', overflowFlag: true, valueSize: 272_687 }),
    ];
    const records = recordsIn(event);
    expect(records).toMatchObject([
      { key: Buffer.from([0xff]), value: Buffer.alloc(0), timestampType: 'LogAppendTime', overflow: null },
      {
        value: null,
        valueSize: 272_687,
        overflow: { valueSize: 272_687, valueRef: 'https://store/x' },
        timestampType: 'CreateTime',
      },
      { value: null, valueSize: 272_687, overflow: { valueSize: 272_687 } },
    ]);
    expect(normaliseEvent(event).batches).toMatchObject([{ count: 3, firstOffset: 1, lastOffset: 3 }]);
  });

  it.each<[string, object]>([
    ['an overflow without size', { overflowFlag: true, valueSize: undefined }],
    ['a flag that is text', { overflowFlag: 'false' }],
    ['an empty reference', { overflowFlag: true, valueRef: '' }],
  ])('is refused with %s', (_name, more) => {
    expect(() => normaliseEvent([element(1, more)])).toThrow(EventError);
  });

  it('is read back exactly as it was encoded, for any records and options', () => {
    const content = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('')));
    const headers = fc.array(
      fc.record({ key: fc.string(), value: fc.option(fc.uint8Array({ maxLength: 8 }).map((b) => Buffer.from(b))) }),
      { maxLength: 3 },
    );
    const record = fc.record({ gap: fc.integer({ min: 1, max: 9 }), key: content, value: content, headers });
    const options = fc.record({
      keyEncoding: fc.constantFrom('string' as const, 'bytes' as const),
      valueEncoding: fc.constantFrom('string' as const, 'bytes' as const),
      headers: fc.constant(true),
      timestampType: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), options, (drafts, how) => {
        let offset = 0;
        const records = drafts.map(({ gap, ...rest }) => {
          offset += gap;
          return { ...rest, offset };
        });
        const batch = batchOfRecords(records);
        const read = normaliseEvent(encodeEnvelope(batch, how));
        expect(read.form).toBe('envelope');
        expect(read.batches.flatMap((b) => [...recordsOf(b)])).toEqual([...recordsOf(batch)]);
        expect(read.batches.map(({ encodedBytes }) => encodedBytes)).toEqual([batch.encodedBytes]);
      }),
    );
  });
});

describe('records of an event', () => {
  it('are grouped by topic-partition in order of first appearance', () => {
    const event = [raw(5, { partition: 1 }), raw(9), raw(3, { topic: 'other' }), raw(6, { partition: 1 }), raw(12)];
    const { batches } = normaliseEvent(event);
    expect(batches.map((batch) => [batch.topic, batch.partition, offsetsOf(batch)])).toEqual([
      ['orders', 1, [5, 6]],
      ['orders', 0, [9, 12]],
      ['other', 0, [3]],
    ]);
  });

  it('may be none', () => {
    for (const event of ['[]', Buffer.from(' [ ] '), []]) expect(normaliseEvent(event).batches).toEqual([]);
  });

  it.each([
    ['twice', [4, 4]],
    ['in descending order', [4, 3]],
  ])('are refused %s', (_name, given) => {
    expect(() => normaliseEvent(given.map((offset) => raw(offset)))).toThrow(
      /element 1 has offset \d of orders-0 after 4/,
    );
  });
});

describe('garbage', () => {
  it.each<[string, Buffer | string | object, string]>([
    ['nothing', Buffer.alloc(0), '0 bytes'],
    ['blanks', '  \n', 'a string of 3 characters'],
    ['text', 'hello', '"hello"'],
    ['JSON cut short', '[{"topic":"orders"', 'a string of 18 characters'],
    ['bytes that are not UTF-8', Buffer.from([0x5b, 0xff, 0x5d]), '3 bytes'],
    ['a number', '42', 'number 42'],
    ['null', 'null', 'null'],
    ['a boolean', 'true', 'boolean true'],
    ['a list of numbers', '[1,2]', 'number 1'],
    ['a list of nulls', '[null]', 'null'],
    ['a list in a list', '[[]]', 'an array of 0'],
    ['a list of plain strings', '["hello"]', '"hello"'],
    ['a JSON string of something else', JSON.stringify(['{"topic":"orders"}']), 'topic'],
    ['an empty object', {}, 'an object {}'],
    ['an event of another source', { specversion: '1.0', type: 'oss:Object', data: { bucket: 'b' } }, 'bucket'],
    ['a cloud event without data', { specversion: '1.0' }, 'specversion'],
  ])('is refused and shown: %s', (_name, event, shown) => {
    expect(() => normaliseEvent(event)).toThrow(EventError);
    expect(() => normaliseEvent(event)).toThrow(FatalError);
    expect(() => normaliseEvent(event)).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID', message: expect.stringContaining(shown) }),
    );
    expect(() => normaliseEvent(event)).toThrow(/^event refused: .+ expected one of/s);
  });

  it('never shows more than 80 characters of the payload', () => {
    for (const event of [
      's'.repeat(1e5),
      Buffer.from(`[${'s'.repeat(1e5)}`),
      [{ topic: 's'.repeat(1e5) }],
      `{"${'s'.repeat(1e5)}":1}`,
    ]) {
      expect(() => normaliseEvent(event)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/s{81}/) }),
      );
    }
  });

  it('is a mixture of forms', () => {
    for (const [first, makeFirst] of FORMS) {
      for (const [second, makeSecond] of FORMS) {
        const event = [makeFirst(1), makeSecond(2)];
        if (first === second) expect(normaliseEvent(event).form).toBe(first);
        else expect(() => normaliseEvent(event)).toThrow(`element 1 has the form ${second}, those before it ${first}`);
      }
    }
  });

  it('throws EventError and nothing else, for any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          expect(normaliseEvent(text).batches).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(EventError);
        }
      }),
    );
  });
});
