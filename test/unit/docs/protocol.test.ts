import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFunction } from '../../../functions/dispatcher/invokers/function-module.ts';
import { readAnswer } from '../../../functions/dispatcher/invokers/read-answer.ts';
import { matchOutcomes, parseAnswer } from '../../../shared/answer.ts';
import { type EnvelopeOptions, encodeEnvelope, PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import { normaliseEvent } from '../../../shared/envelope/normalise.ts';
import { batchOfRecords, type ShortRecord } from '../../helpers/records.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { examples, page, tableRows } from './pages.ts';

const text = page('docs/protocol.md');
const shown = examples(text);

function envelope(records: ShortRecord[], options: Partial<EnvelopeOptions> = {}, topic = 'orders'): string {
  return encodeEnvelope(batchOfRecords(records, { topic }), { ...PLAIN_ENVELOPE, ...options }).toString();
}

const REFERENCE =
  'https://my-bucket.oss-cn-hangzhou.aliyuncs.com/spillway-overflow/orders/0/00000000000000000011.value?x-oss-signature=...';
const HEADERS = [
  { key: 'trace', value: Buffer.from('abc') },
  { key: 'trace', value: Buffer.from([0xff]) },
  { key: 'empty', value: null },
];

/** What the encoder makes of the records that the page speaks of. */
const envelopes: Readonly<Record<string, string>> = {
  'one record': envelope([{ offset: 4, key: '123', value: '1' }], {}, 'Test'),
  'null and empty': envelope([
    { offset: 7, key: 'order-1', value: null },
    { offset: 8, key: '', value: '' },
  ]),
  bytes: envelope([{ offset: 9, key: 'order-1', value: Buffer.from([0xff, 0xfe, 0]) }], { valueEncoding: 'bytes' }),
  headers: envelope([{ offset: 10, key: 'order-1', value: 'v', headers: HEADERS }], {
    headers: true,
    timestampType: true,
  }),
  'overflow by claim check': envelope([
    { offset: 11, key: 'order-1', value: 'v', overflow: { valueSize: 9_437_184, valueRef: REFERENCE } },
  ]),
};

describe('docs/protocol.md', () => {
  it.each(Object.entries(envelopes))('shows the envelope "%s" as the encoder makes it', (name, made) => {
    expect(shown.get(name)).toBe(made);
  });

  it('has a row for every field, in the order of the envelope', () => {
    const fields = new Set(Object.values(envelopes).flatMap((made) => Object.keys(JSON.parse(made)[0])));
    const rows = tableRows(text.slice(0, text.indexOf('## The answer'))).map(([field]) => field);
    expect([...rows].sort()).toEqual([...fields, 'keyEncoding'].sort());
    for (const made of Object.values(envelopes)) {
      const order = Object.keys(JSON.parse(made)[0]).map((field) => rows.indexOf(field));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
  });

  it('shows answers that are read as it says', () => {
    const batch = batchOfRecords([7, 8, 9]);
    for (const name of ['outcomes', 'all written']) {
      const answer = parseAnswer(shown.get(name) ?? '');
      if (answer === undefined || 'fatal' in answer) throw new Error(`${name} is not an answer`);
      expect(matchOutcomes(batch, answer).allWritten).toBe(name === 'all written');
    }
    expect(parseAnswer(shown.get('fatal') ?? '')).toMatchObject({ fatal: { code: 'TABLE_MISSING' } });
  });

  it.each(['cloudevents', 'cloudevents-strings', 'raw'])('shows an event of the form %s that sinks accept', (form) => {
    const event = normaliseEvent(shown.get(`form ${form}`) ?? '');
    expect([event.form, event.batches.length, event.batches[0]?.firstOffset]).toEqual([form, 1, 7]);
  });

  it('shows a module that is called as it says', async () => {
    const file = join(await temporaryFolder(), 'fn.mjs');
    await writeFile(file, shown.get('module') ?? '');
    const batch = batchOfRecords([1, 2, 3]);
    const answer = await (await loadFunction(file))(encodeEnvelope(batch, PLAIN_ENVELOPE), {
      requestId: 'r',
      function: { name: 'fn.mjs', handler: 'handler', timeout: 60 },
    });
    expect(readAnswer(answer as object, batch, true)).toMatchObject({ all: 'written', count: 3 });
  });

  it('shows nothing that is not checked here', () => {
    const forms = ['cloudevents', 'cloudevents-strings', 'raw'].map((form) => `form ${form}`);
    const checked = [...Object.keys(envelopes), 'outcomes', 'all written', 'fatal', 'module', ...forms];
    expect([...shown.keys()].sort()).toEqual(checked.sort());
    expect([...text.matchAll(/^```/gm)]).toHaveLength(2 * checked.length);
  });
});
