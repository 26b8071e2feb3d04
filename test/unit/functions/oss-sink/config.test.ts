import { describe, expect, it } from 'vitest';
import { namingOf, ossSink } from '../../../../functions/oss-sink/config.ts';
import { checkConfig, parseConfig } from '../../../../shared/config/parse.ts';
import { blockOf } from '../../../helpers/records.ts';

const GOOD = { 'oss.bucket': 'example-bucket', 'oss.region': 'cn-hangzhou' };

const problemsOf = (raw: Record<string, unknown>) =>
  checkConfig(ossSink.keys, ossSink.checks, { ...GOOD, ...raw }).problems;
const configOf = (raw: Record<string, unknown>) =>
  parseConfig(ossSink.keys, ossSink.checks, { ...GOOD, ...raw }).config;

describe('keys of the OSS sink', () => {
  it('need a bucket and a region, and have defaults for the rest', () => {
    expect(configOf({})).toMatchObject({
      'oss.object.key.template': '{topic}/{partition}/{offset}',
      'oss.time.zone': 'UTC',
      'oss.format': 'envelope',
      'oss.compression': 'none',
      'oss.csv.header': true,
      'oss.raw.framing': 'newline',
    });
  });

  it.each(['ab', 'Big-Bucket', '-bucket', 'bucket-', 'buck_et', 'b'.repeat(64)])(
    'refuse the bucket name %s',
    (bucket) => {
      expect(problemsOf({ 'oss.bucket': bucket })).toMatchObject([{ key: 'oss.bucket' }]);
    },
  );

  it.each(['ftp://x', 'https://host/path', 'https://user:pw@host', 'https://host?q', 'not a host'])(
    'refuse the endpoint %s',
    (endpoint) => {
      expect(problemsOf({ 'oss.endpoint': endpoint })).toMatchObject([{ key: 'oss.endpoint' }]);
    },
  );

  it.each([
    [{ 'oss.object.key.template': '{topic}/{partition}' }, 'oss.object.key.template', '{offset} missing'],
    [{ 'oss.object.key.template': '{topic}/{partition}/{offset}/{day}' }, 'oss.object.key.template', '{day}'],
    [{ 'oss.object.key.template': '/{topic}/{partition}/{offset}' }, 'oss.object.key.template', 'slash'],
    [{ 'oss.object.prefix': '/logs' }, 'oss.object.prefix', 'slash'],
    [{ 'oss.object.prefix': 'a/../b' }, 'oss.object.prefix', 'dots'],
    [{ 'oss.time.zone': 'Asia/Shanghia' }, 'oss.time.zone', 'IANA'],
    [{ 'oss.format': 'parquet' }, 'oss.format', 'envelope, jsonl, csv, raw'],
    [{ 'oss.compression': 'snappy' }, 'oss.compression', 'none, gzip, zstd'],
    [{ 'oss.output.fields': 'key,valeu' }, 'oss.output.fields', 'key, offset'],
    [{ 'oss.format': 'raw', 'oss.output.fields': 'value' }, 'oss.output.fields', 'oss.format=raw'],
    [{ 'oss.raw.framing': 'length' }, 'oss.raw.framing', 'oss.format=envelope'],
    [{ 'oss.access.key.id': '${env:A}' }, 'oss.access.key.secret', 'belong together'],
    [{ 'oss.access.key.secret': '${env:A}' }, 'oss.access.key.id', 'belong together'],
    [{ 'oss.security.token': '${env:A}' }, 'oss.security.token', 'oss.access.key.id'],
    [{ 'oss.region': 'hangzhou' }, 'oss.region', 'cn-hangzhou'],
    [{ 'oss.endpoint': 'oss-cn-beijing.aliyuncs.com' }, 'oss.region', 'cn-beijing'],
  ])('refuse %j at %s', (raw, key, words) => {
    const problems = problemsOf(raw);
    expect(problems).toMatchObject([{ key }]);
    expect(problems[0]?.message).toContain(words);
  });

  it('refuse an address that names no region', () => {
    const check = (raw: Record<string, unknown>) =>
      checkConfig(ossSink.keys, ossSink.checks, { 'oss.bucket': 'example-bucket', ...raw }).problems;
    expect(check({})).toMatchObject([{ key: 'oss.region' }]);
    expect(check({ 'oss.endpoint': 'http://127.0.0.1:9000' })).toMatchObject([{ key: 'oss.region' }]);
    expect(check({ 'oss.endpoint': 'https://oss-cn-beijing-internal.aliyuncs.com' })).toEqual([]);
  });

  it('say everything wrong at once', () => {
    const problems = problemsOf({
      'oss.bucket': 'X',
      'oss.time.zone': '?',
      'oss.format': 'raw',
      'oss.output.fields': 'key',
    });
    expect(problems.map(({ key }) => key).sort()).toEqual(['oss.bucket', 'oss.output.fields', 'oss.time.zone']);
  });
});

describe('what the dispatcher learns', () => {
  it('is that raw values need not be text', () => {
    expect(ossSink.valueConverter(configOf({ 'oss.format': 'raw' }))).toBe('bytes');
    expect(ossSink.valueConverter(configOf({ 'oss.format': 'jsonl' }))).toBe('string');
  });

  it('is the window, in the configured time zone', () => {
    const config = configOf({
      'oss.object.key.template': '{topic}/{timestamp:yyyy/MM/dd}/{partition}/{offset}',
      'oss.time.zone': 'Asia/Shanghai',
    });
    const block = blockOf([{ offset: 0, timestamp: Date.UTC(2024, 0, 1, 16) }]);
    expect(ossSink.windowOf?.(config)?.(block, 0)).toBe('2024/01/02');
    expect(ossSink.windowOf?.(configOf({}))).toBeUndefined();
  });

  it.each([
    ['envelope', 'none', '.json'],
    ['jsonl', 'gzip', '.jsonl.gz'],
    ['csv', 'zstd', '.csv.zst'],
    ['raw', 'none', '.bin'],
  ])('is that %s with %s ends in %s', (format, compression, extension) => {
    const config = configOf({ 'oss.format': format, 'oss.compression': compression });
    expect(namingOf(config).nameOf(blockOf([0]), 0)).toBe(`orders/0/${'0'.repeat(20)}${extension}`);
  });
});
