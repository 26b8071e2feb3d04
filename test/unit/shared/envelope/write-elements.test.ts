import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ElementForm, ElementMember } from '../../../../shared/envelope/element-template.ts';
import { arrayOfElements, elementsOf } from '../../../../shared/envelope/write-elements.ts';
import { type BatchSegment, type RecordBlock, recordAt, type SinkRecord } from '../../../../shared/records.ts';
import { blockOf, type ShortRecord } from '../../../helpers/records.ts';
import { WatchedBuffers } from '../../../helpers/watched-buffers.ts';

const MEMBERS = [
  'key',
  'offset',
  'overflowFlag',
  'partition',
  'timestamp',
  'topic',
  'value',
  'valueSize',
  'keyEncoding',
  'valueEncoding',
  'headers',
  'timestampType',
  'valueRef',
] as const satisfies readonly ElementMember[];

/** What a member shows of a record, `undefined` where it is left out: the documented rules, the simple way. */
function shown(member: ElementMember, record: SinkRecord, form: ElementForm): unknown {
  const { key, overflow } = record;
  const value = overflow === null ? record.value : null;
  const isBase64 = (bytes: Buffer, encoding: string) => encoding === 'bytes' || !isUtf8(bytes);
  const content = (bytes: Buffer | null, encoding: string) =>
    bytes === null ? undefined : bytes.toString(isBase64(bytes, encoding) ? 'base64' : 'utf8');
  const encodingOf = (bytes: Buffer | null, encoding: string) =>
    bytes !== null && isBase64(bytes, encoding) ? 'base64' : undefined;
  switch (member) {
    case 'key':
      return content(key, form.keyEncoding);
    case 'value':
      return content(value, form.valueEncoding);
    case 'keyEncoding':
      return encodingOf(key, form.keyEncoding);
    case 'valueEncoding':
      return encodingOf(value, form.valueEncoding);
    case 'overflowFlag':
      return overflow !== null;
    case 'valueRef':
      return overflow?.valueRef;
    case 'headers':
      return record.headers.map((header) => {
        if (header.value === null) return { key: header.key };
        if (isUtf8(header.value)) return { key: header.key, value: header.value.toString() };
        return { key: header.key, value: header.value.toString('base64'), valueEncoding: 'base64' };
      });
    default:
      return record[member];
  }
}

function reference(form: ElementForm, records: readonly BatchSegment[]): string {
  let text = '';
  for (const { block, from, to } of records) {
    for (let i = from; i < to; i++) {
      const record = recordAt(block, i);
      const element = Object.fromEntries(form.members.map((member) => [member, shown(member, record, form)]));
      text += JSON.stringify(element) + form.end.toString();
    }
  }
  return text;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', 'a', '甲', '😀'), maxLength: 80 }),
  fc.constantFrom('', '"', '{"a":"\\n"}'),
);
const content = fc.option(
  fc.oneof(
    { weight: 6, arbitrary: text.map((chars) => Buffer.from(chars)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  ),
  { freq: 6 },
);
const record = fc.record({
  gap: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 })),
  timestamp: fc.integer({ min: -1, max: 2 ** 45 }),
  key: content,
  value: content,
  headers: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.record({ key: text, value: content }), { maxLength: 3 }) },
  ),
  overflow: fc.option(
    fc.oneof(fc.record({ valueSize: fc.nat() }), fc.record({ valueSize: fc.nat(), valueRef: text })),
    { nil: undefined, freq: 6 },
  ),
});
const block: fc.Arbitrary<RecordBlock> = fc
  .tuple(fc.array(record, { minLength: 1, maxLength: 8 }), fc.constantFrom('CreateTime', 'LogAppendTime'))
  .map(([drafts, timestampType]) => {
    let offset = -1;
    const records = drafts.map(({ gap, overflow, ...rest }): ShortRecord => {
      offset += gap;
      return { ...rest, offset, ...(overflow !== undefined && { overflow }) };
    });
    return blockOf(records, { topic: 'orders.甲"x', partition: 12, timestampType });
  });
const segments = fc.array(
  fc.tuple(block, fc.nat(), fc.nat()).map(([one, a, b]): BatchSegment => {
    const from = a % one.count;
    return { block: one, from, to: from + 1 + (b % (one.count - from)) };
  }),
  { minLength: 1, maxLength: 3 },
);
const encoding = fc.constantFrom('string' as const, 'bytes' as const);
const forms: fc.Arbitrary<ElementForm> = fc.record({
  members: fc
    .shuffledSubarray([...MEMBERS])
    .map((members) =>
      members.filter(
        (member) =>
          (member !== 'keyEncoding' || members.includes('key')) &&
          (member !== 'valueEncoding' || members.includes('value')),
      ),
    ),
  keyEncoding: encoding,
  valueEncoding: encoding,
  end: fc.constantFrom(Buffer.from('\n'), Buffer.from(',')),
});

describe('elements', () => {
  it('equal JSON.stringify, for any records, members and encodings', () => {
    fc.assert(
      fc.property(forms, segments, (form, records) => {
        expect(elementsOf(form, records).toString()).toBe(reference(form, records));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are the same in any company', () => {
    fc.assert(
      fc.property(forms, segments, (form, records) => {
        const alone = records.flatMap(({ block: one, from, to }) =>
          Array.from({ length: to - from }, (_, i) =>
            elementsOf(form, [{ block: one, from: from + i, to: from + i + 1 }]),
          ),
        );
        expect(elementsOf(form, records).equals(Buffer.concat(alone))).toBe(true);
      }),
    );
  });

  const form: ElementForm = {
    members: ['key', 'offset', 'value', 'valueEncoding'],
    keyEncoding: 'string',
    valueEncoding: 'string',
    end: Buffer.from(','),
  };
  const whole = (one: RecordBlock): BatchSegment[] => [{ block: one, from: 0, to: one.count }];

  it('make an array, closed in place of the last comma', () => {
    expect(arrayOfElements(form, whole(blockOf([1, { offset: 2, key: 'k' }]))).toString()).toBe(
      '[{"offset":1,"value":"v1"},{"key":"k","offset":2,"value":"v2"}]',
    );
    expect(() => arrayOfElements(form, [])).toThrow(RangeError);
  });

  it('show no encoding of what they do not show', () => {
    const binary = whole(blockOf([{ offset: 1, key: Buffer.from([0xff]), value: 'v' }]));
    expect(elementsOf({ ...form, members: ['offset', 'value'] }, binary).toString()).toBe('{"offset":1,"value":"v"},');
  });

  it('grow into larger buffers, and give back those that they outgrew', () => {
    const worst = Array.from({ length: 50 }, (_, offset) => ({
      offset,
      value: offset % 7 === 3 ? Buffer.alloc(300, 0xff) : '\u0001'.repeat(1_000),
      headers: offset % 5 === 2 ? [{ key: 'h', value: Buffer.alloc(20_000, 'x') }] : [],
    }));
    const growing: ElementForm = { ...form, members: ['key', 'headers', 'offset', 'value', 'valueEncoding'] };
    const records = whole(blockOf(worst));
    const buffers = new WatchedBuffers();
    const body = elementsOf(growing, records, buffers);
    expect(buffers.taken.length).toBeGreaterThan(1);
    expect(buffers.outgrown()).toBe(buffers.taken.length - 1);
    expect(body.buffer).toBe(buffers.taken.at(-1)?.buffer);
    expect(body.toString()).toBe(reference(growing, records));
  });

  it('do not grow for JSON, text of any script or base64', () => {
    const json = JSON.stringify({ id: 'a-1', name: 'Max', list: [1, 2, 'three'], nested: { ok: true, text: '订单' } });
    for (const value of [json.repeat(20), '订单已发货'.repeat(50), Buffer.alloc(1_000, 0xff), '', null]) {
      const records = whole(
        blockOf(Array.from({ length: 100 }, (_, offset) => ({ offset, value, key: `k${offset}` }))),
      );
      for (const valueEncoding of ['string', 'bytes'] as const) {
        const buffers = new WatchedBuffers();
        elementsOf({ ...form, members: [...MEMBERS], valueEncoding }, records, buffers);
        expect(buffers.taken).toHaveLength(1);
      }
    }
  });
});
