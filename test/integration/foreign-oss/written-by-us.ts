/** Objects that our sink wrote, as other people's clients see them. */
import { expect } from 'vitest';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { createOssWriter } from '../../../functions/oss-sink/handler.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { aliOss } from '../../helpers/foreign/ali-oss-scenario.ts';
import { md5 } from '../../helpers/foreign/oss-scenario.ts';
import { type OssTarget, type Program, runProgram } from '../../helpers/foreign/program.ts';
import { batchOfRecords } from '../../helpers/records.ts';

const TIMESTAMP = 1_700_000_000_000;
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Chinese text, a key that is null, a tombstone, an offset that is missing, and what JSON and CSV have to escape. */
const TEXTS = [
  { offset: 10, key: 'k-1', value: '{"name":"张三","note":"a, b"}', timestamp: TIMESTAMP },
  { offset: 11, key: null, value: 'two\nlines', timestamp: TIMESTAMP },
  { offset: 13, key: 'k-1', value: null, timestamp: TIMESTAMP },
];

/** The envelope's elements as the documentation gives them. */
const ELEMENTS = TEXTS.map(({ offset, key, value, timestamp }) => ({
  ...(key === null ? {} : { key }),
  offset,
  overflowFlag: false,
  partition: 0,
  timestamp,
  topic: 'orders',
  ...(value === null ? {} : { value }),
  valueSize: Buffer.byteLength(value ?? ''),
}));
const ARRAY = JSON.stringify(ELEMENTS);
const LINES = ELEMENTS.map((element) => `${JSON.stringify(element)}\n`).join('');
const CSV = 'offset,key,value\r\n10,k-1,"{""name"":""张三"",""note"":""a, b""}"\r\n11,,"two\nlines"\r\n13,k-1,\r\n';
const RAW = Buffer.concat([EVERY_BYTE, Buffer.from('\n')]);

/** What is written, and what must be read. */
const OBJECTS = [
  { raw: { 'oss.format': 'jsonl' }, key: 'jsonl', type: 'application/x-ndjson', content: LINES },
  {
    raw: { 'oss.format': 'envelope', 'oss.compression': 'gzip' },
    key: 'json.gz',
    type: 'application/gzip',
    content: ARRAY,
  },
  {
    raw: { 'oss.format': 'envelope', 'oss.compression': 'zstd' },
    key: 'json.zst',
    type: 'application/zstd',
    content: ARRAY,
  },
  {
    raw: { 'oss.format': 'csv', 'oss.output.fields': 'offset,key,value' },
    key: 'csv',
    type: 'text/csv; charset=utf-8; header=present',
    content: CSV,
  },
  { raw: { 'oss.format': 'raw' }, key: 'bin', type: 'application/octet-stream', content: RAW },
];

/** The sink's folder, of letters that clients encode differently. */
const FOLDER = '数据 +1';

async function writeAll(target: OssTarget, prefix: string): Promise<void> {
  const secrets = secretResolver({}, () => {
    throw new Error('no files in this test');
  });
  for (const { raw } of OBJECTS) {
    const { config } = parseConfig(ossSink.keys, ossSink.checks, {
      'oss.endpoint': target.endpoint,
      'oss.region': target.region,
      'oss.bucket': target.bucket,
      'oss.access.key.id': target.accessKeyId,
      'oss.access.key.secret': target.accessKeySecret,
      'oss.object.prefix': `${prefix}/${FOLDER}`,
      ...raw,
    });
    const writer = createOssWriter(config, { clock: systemClock, secrets, role: () => undefined });
    const records = raw['oss.format'] === 'raw' ? [{ offset: 10, value: EVERY_BYTE }] : TEXTS;
    const context = { signal: new AbortController().signal, deadlineAt: Date.now() + 60_000 };
    const outcome = await writer.write(batchOfRecords(records), context);
    expect(outcome).toEqual({ all: 'written', count: records.length });
    await writer.close();
  }
}

/** Lets our sink write every format under `prefix` and a foreign program read them; asserts names, bytes, metadata and content as that
 *  client sees them. Resolves with its name and version. */
export async function expectReadBack(program: Program, target: OssTarget, prefix: string): Promise<[string, string]> {
  await writeAll(target, prefix);
  const { name, version, lines } = await runProgram(program, ['read-back', 'v4-path'], target, `${prefix}/`);
  const found = new Map(lines.map(({ key, ...line }) => [key, line]));
  const keys = OBJECTS.map(({ key }) => `${FOLDER}/orders/0/00000000000000000010.${key}`);
  expect([...found.keys()].sort()).toEqual([...keys].sort());
  for (const { raw, key, type, content } of OBJECTS) {
    const object = `${FOLDER}/orders/0/00000000000000000010.${key}`;
    const { content: base64, ...line } = found.get(object) ?? {};
    const isRaw = raw['oss.format'] === 'raw';
    const stored = (await aliOss(target, 'v4-path').get(`${prefix}/${object}`)).content as Buffer;
    expect
      .soft(Buffer.from(String(base64), 'base64').toString('latin1'), key)
      .toBe(Buffer.from(content).toString('latin1'));
    expect.soft(line, key).toEqual({
      contentType: type,
      metadata: {
        'spillway-first-offset': '10',
        'spillway-last-offset': isRaw ? '10' : '13',
        'spillway-records': isRaw ? '1' : '3',
        'spillway-bytes': String(Buffer.byteLength(content)),
      },
      storedMd5: md5(stored),
    });
  }
  return [name, version];
}
