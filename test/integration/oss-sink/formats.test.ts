import { gunzipSync } from 'node:zlib';
import { decompress as zstdDecompress } from '@mongodb-js/zstd';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import { batchOfRecords } from '../../helpers/records.ts';
import { type OssSetup, setupOss, writeContext } from './oss-setup.ts';

const T = 1_700_000_000_000;
const RECORDS = [
  { offset: 10, key: 'k-1', value: '{"name":"张三","note":"a, \\"b\\""}', timestamp: T },
  { offset: 11, key: null, value: 'two\nlines', timestamp: T },
  { offset: 13, key: 'k-1', value: null, timestamp: T },
  { offset: 14, key: '', value: '', timestamp: T },
];
const BATCH = batchOfRecords(RECORDS);
const ENVELOPE = encodeEnvelope(BATCH, PLAIN_ENVELOPE).toString();

const lengthFrame = (value: string | null) => {
  const bytes = Buffer.from(value ?? '');
  const frame = Buffer.alloc(4);
  frame.writeInt32BE(value === null ? -1 : bytes.length);
  return Buffer.concat([frame, bytes]).toString('latin1');
};

/** Every format, with what its objects must hold. */
const FORMATS = [
  { raw: { 'oss.format': 'envelope' }, extension: '.json', type: 'application/json', content: ENVELOPE },
  {
    raw: { 'oss.format': 'envelope', 'oss.output.fields': 'offset,value' },
    extension: '.json',
    type: 'application/json',
    content: JSON.stringify(RECORDS.map(({ offset, value }) => (value === null ? { offset } : { offset, value }))),
  },
  {
    raw: { 'oss.format': 'jsonl' },
    extension: '.jsonl',
    type: 'application/x-ndjson',
    content: (JSON.parse(ENVELOPE) as object[]).map((element) => `${JSON.stringify(element)}\n`).join(''),
  },
  {
    raw: { 'oss.format': 'csv', 'oss.output.fields': 'offset,key,value' },
    extension: '.csv',
    type: 'text/csv; charset=utf-8; header=present',
    content:
      'offset,key,value\r\n10,k-1,"{""name"":""张三"",""note"":""a, \\""b\\""""}"\r\n11,,"two\nlines"\r\n13,k-1,\r\n14,"",""\r\n',
  },
  {
    raw: { 'oss.format': 'raw' },
    extension: '.bin',
    type: 'application/octet-stream',
    content: `${RECORDS.map(({ value }) => value ?? '').join('\n')}\n`,
  },
  {
    raw: { 'oss.format': 'raw', 'oss.raw.framing': 'length' },
    extension: '.bin',
    type: 'application/octet-stream',
    content: Buffer.from(RECORDS.map(({ value }) => lengthFrame(value)).join(''), 'latin1').toString(),
  },
];

const COMPRESSIONS = [
  { compression: 'none', suffix: '', type: undefined, undo: async (body: Buffer) => body },
  { compression: 'gzip', suffix: '.gz', type: 'application/gzip', undo: async (body: Buffer) => gunzipSync(body) },
  { compression: 'zstd', suffix: '.zst', type: 'application/zstd', undo: zstdDecompress },
];

describe('every format with every compression, read back by another client', () => {
  let oss: OssSetup;
  beforeAll(async () => {
    oss = await setupOss();
  });
  afterAll(() => oss.close());

  const cases = FORMATS.flatMap((format) => COMPRESSIONS.map((compression) => ({ format, compression })));

  it.each(cases)('$format.raw, $compression.compression', async ({ format, compression }) => {
    const prefix = `case-${cases.findIndex((one) => one.format === format && one.compression === compression)}`;
    const writer = oss.writer({
      ...format.raw,
      'oss.compression': compression.compression,
      'oss.object.prefix': prefix,
    });
    expect(await writer.write(BATCH, writeContext())).toEqual({ all: 'written', count: 4 });
    expect(await writer.write(BATCH, writeContext())).toEqual({ all: 'written', count: 4 });

    const objects = (await oss.objects()).filter(({ name }) => name.startsWith(`${prefix}/`));
    expect(objects.map(({ name }) => name)).toEqual([
      `${prefix}/orders/0/00000000000000000010${format.extension}${compression.suffix}`,
    ]);
    const [object] = objects;
    if (object === undefined) throw new Error('no object');
    expect((await compression.undo(object.body)).toString()).toBe(format.content);
    expect(object.headers['content-type']).toBe(compression.type ?? format.type);
    expect(object.headers['content-encoding']).toBeUndefined();
    expect(object.headers).toMatchObject({
      'x-oss-meta-spillway-first-offset': '10',
      'x-oss-meta-spillway-last-offset': '14',
      'x-oss-meta-spillway-records': '4',
    });
  });
});

describe('raw', () => {
  it('keeps bytes that are no text', async () => {
    const oss = await setupOss();
    try {
      const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await oss.writer({ 'oss.format': 'raw' }).write(batchOfRecords([{ offset: 0, value }]), writeContext());
      expect((await oss.objects())[0]?.body.equals(Buffer.concat([value, Buffer.from('\n')]))).toBe(true);
    } finally {
      await oss.close();
    }
  });
});
