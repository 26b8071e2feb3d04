import { describe, expect, it } from 'vitest';
import { namingOf, ossSink } from '../../../../functions/oss-sink/config.ts';
import { checkConfig, parseConfig } from '../../../../shared/config/parse.ts';
import { blockOf, offsets } from '../../../helpers/records.ts';

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

describe('the check of uploads', () => {
  it.each([
    [{}, 'none'],
    [{ 'oss.endpoint': 'oss-cn-hangzhou.aliyuncs.com' }, 'none'],
    [{ 'oss.endpoint': 'https://oss-cn-hangzhou-internal.aliyuncs.com' }, 'none'],
    [{ 'oss.endpoint': 'http://oss-cn-hangzhou-internal.aliyuncs.com' }, 'md5'],
    [{ 'oss.upload.check': 'md5' }, 'md5'],
    [{ 'oss.endpoint': 'http://127.0.0.1:9000', 'oss.upload.check': 'none' }, 'none'],
  ])('of %j is %s', (raw, expected) => {
    expect(configOf(raw)['oss.upload.check']).toBe(expected);
  });

  it('is one of two', () => {
    expect(problemsOf({ 'oss.upload.check': 'crc64' })).toMatchObject([{ key: 'oss.upload.check' }]);
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

describe('rotation', () => {
  const at = (iso: string) => Date.parse(iso);

  it('is off by default', () => {
    expect(ossSink.periodOf?.(configOf({}))).toBeUndefined();
  });

  it('by the clock has periods of the time zone, quarter hours and clock changes included', () => {
    const days = (zone: string, ...times: string[]) => {
      const raw = { 'oss.rotate.schedule.interval.ms': '86400000', 'oss.time.zone': zone };
      const periodOf = ossSink.periodOf?.(configOf(raw));
      return times.map((time) => periodOf?.(at(time)));
    };
    const [before = 0, after] = days('Asia/Shanghai', '2024-05-01T15:59:59.999Z', '2024-05-01T16:00:00Z');
    expect(after).toBe(before + 1);
    const [early = 0, late] = days('Asia/Kathmandu', '2024-05-01T18:14:59Z', '2024-05-01T18:15:00Z');
    expect(late).toBe(early + 1);
    // The day of 25 hours is one day.
    const [first, last, next] = days(
      'Europe/Berlin',
      '2024-10-26T22:00:00Z',
      '2024-10-27T22:59:59Z',
      '2024-10-27T23:00:00Z',
    );
    expect(last).toBe(first);
    expect(next).not.toBe(first);
  });

  it('by record time is part of the window, beside the template', () => {
    const raw = { 'oss.rotate.interval.ms': '600000', 'oss.object.key.template': '{topic}/{partition}/{key}/{offset}' };
    const windowOf = ossSink.windowOf?.(configOf(raw));
    const block = blockOf([
      { offset: 0, key: 'a', timestamp: at('2024-05-01T10:00:00Z') },
      { offset: 1, key: 'a', timestamp: at('2024-05-01T10:10:00Z') },
      { offset: 2, key: 'a', timestamp: at('2024-05-01T10:09:59.999Z') },
      { offset: 3, key: 'b', timestamp: at('2024-05-01T10:00:00Z') },
      { offset: 4, key: 'a', timestamp: 9e15 },
    ]);
    const [a, next, late, other, offCalendar] = offsets(0, 5).map((i) => windowOf?.(block, i));
    expect(late).toBe(a);
    expect(new Set([a, next, other, offCalendar]).size).toBe(4);
    expect(ossSink.windowOf?.(configOf({ 'oss.rotate.interval.ms': '600000' }))?.(block, 2)).toBeDefined();
  });

  it.each(['oss.rotate.interval.ms', 'oss.rotate.schedule.interval.ms'])(
    'refuses a %s that makes tiny files',
    (key) => {
      expect(problemsOf({ [key]: '999' })).toMatchObject([
        { key, message: expect.stringContaining('1000 ms or more') },
      ]);
      expect(problemsOf({ [key]: '0' })).toMatchObject([{ key }]);
      expect(problemsOf({ [key]: '-1' })).toEqual([]);
      expect(problemsOf({ [key]: '1000' })).toEqual([]);
    },
  );
});
