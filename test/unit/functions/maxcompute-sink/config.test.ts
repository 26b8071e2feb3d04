import { describe, expect, it } from 'vitest';
import { maxcomputeSink } from '../../../../functions/maxcompute-sink/config.ts';
import { checkedConnector, maxcomputeConfig, sinkProblems } from './config-of.ts';

const SECRET = '${env:S}';

describe('keys of the MaxCompute sink', () => {
  it('need an endpoint, a project and a table, and have defaults for the rest', () => {
    expect(maxcomputeConfig()).toMatchObject({
      'maxcompute.format': 'TEXT',
      'maxcompute.mode': 'DEFAULT',
      'maxcompute.csv.delimiter': ',',
      'maxcompute.flatten.unknown': 'errant',
      'maxcompute.write.mode': 'auto',
      'maxcompute.compression': 'deflate',
      'maxcompute.create.table': 'none',
      'maxcompute.create.partition': true,
      'maxcompute.partition.columns': ['pt={window}'],
      'maxcompute.partition.source': 'record-time',
      'maxcompute.partition.window': 'HOUR',
      'maxcompute.partition.format': 'MM-dd-yyyy',
      'maxcompute.time.zone': 'Asia/Shanghai',
    });
    const missing = {
      'maxcompute.endpoint': undefined,
      'maxcompute.project': undefined,
      'maxcompute.table': undefined,
    };
    expect(checkedConnector(missing).problems.map(({ key }) => key)).toEqual(Object.keys(missing));
  });

  it('are read as the managed connector spells them', () => {
    const config = maxcomputeConfig({
      format: 'csv',
      mode: 'value',
      'partition.window': 'day',
      'csv.delimiter': '\\t',
    });
    expect(config).toMatchObject({
      'maxcompute.format': 'CSV',
      'maxcompute.mode': 'VALUE',
      'maxcompute.partition.window': 'DAY',
      'maxcompute.csv.delimiter': '\t',
    });
  });

  it.each([
    ['endpoint', 'ftp://x', 'an http or https address'],
    ['endpoint', 'https://x/api?y=1', 'without query or user'],
    ['endpoint', 'https://dt.cn-hangzhou.maxcompute.aliyun.com', 'with its path, such as'],
    ['endpoint', 'service.cn-hangzhou.maxcompute.aliyun.com/', 'with its path, such as'],
    ['tunnel.endpoint', 'https://user:pw@x', 'without query or user'],
    ['project', 'a-b', 'letters, digits'],
    ['table', 'a.b', 'letters, digits'],
    ['schema', 'a b', 'letters, digits'],
    ['region', 'hangzhou', 'cn-hangzhou'],
    ['format', 'AVRO', 'TEXT, BINARY, CSV, JSON, FLATTEN'],
    ['mode', 'BOTH', 'DEFAULT, KEY, VALUE'],
    ['write.mode', 'insert', 'auto, append, upsert, stream'],
    ['compression', 'gzip', 'deflate, zstd, none'],
    ['partition.window', 'WEEK', 'DAY, HOUR, MINUTE'],
    ['partition.format', 'dd-MM-yyyy', 'MM-dd-yyyy, yyyy-MM-dd'],
    ['partition.source', 'clock', 'record-time, write-time, field'],
    ['partition.columns', 'pt', 'does not begin with a column and ='],
    ['partition.columns', 'pt={hour}', 'unknown placeholder {hour}'],
    ['partition.columns', 'pt={timestamp:YYYY}', 'no part of a time'],
    [
      'partition.columns',
      'pt={timestamp:yyyy/MM}',
      'or none; `yyyy/MM` has other characters than letters, digits, spaces',
    ],
    ['partition.columns', 'pt={field:region}', 'JSON Pointer'],
    ['partition.columns', 'pt=', 'a value for the partition column pt'],
    ['partition.columns', 'pt=a/b', 'a value of letters, digits, spaces'],
    ['partition.columns', 'p-t={window}', 'does not begin with a column'],
    [
      'time.zone',
      'Asia/Shanghia',
      'expected an IANA time zone such as UTC, Asia/Shanghai or Europe/Berlin, got "Asia/Shanghia"',
    ],
  ])('refuse %s=%s', (key, value, words) => {
    const problems = sinkProblems({ [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`maxcompute.${key}: `);
    expect(problems[0]).toContain(words);
  });

  it.each([',,', '"', 'a', '7', '\\', '\n', 'é', ''])('refuse the delimiter %j', (delimiter) => {
    expect(sinkProblems({ format: 'CSV', mode: 'VALUE', 'csv.delimiter': delimiter })).toEqual([
      expect.stringContaining('maxcompute.csv.delimiter: expected one ASCII character'),
    ]);
  });

  it.each([';', '|', '\t', ' ', '_', '~'])('take the delimiter %j', (delimiter) => {
    const raw = { format: 'CSV', mode: 'VALUE', 'csv.delimiter': delimiter };
    expect(maxcomputeConfig(raw)['maxcompute.csv.delimiter']).toBe(delimiter);
  });
});

describe('what the dispatcher learns', () => {
  const connectorOf = (raw: Record<string, unknown>) => {
    const { parsed, problems } = checkedConnector(raw);
    expect(problems).toEqual([]);
    return parsed?.connector;
  };

  it('are batches that suit upload sessions', () => {
    expect(connectorOf({})).toMatchObject({
      'batch.size': 100_000,
      'batch.bytes': 32 * 1024 * 1024,
      'invoke.max.bytes': 64 * 1024 * 1024,
      'linger.ms': 60_000,
      'max.in.flight.batches': 1,
      'behavior.on.null.values': 'write',
      'delivery.guarantee': 'exactly-once',
      'invoke.target': 'in-process',
    });
  });

  it('is that streams are at least once', () => {
    const stream = { 'maxcompute.write.mode': 'stream' };
    expect(connectorOf(stream)).toMatchObject({ 'delivery.guarantee': 'at-least-once' });
    const { problems } = checkedConnector({ ...stream, 'delivery.guarantee': 'exactly-once' });
    expect(problems).toMatchObject([
      { key: 'delivery.guarantee', message: expect.stringContaining('maxcompute.write.mode=stream') },
    ]);
  });

  it('is that a sink over a wire is at least once', () => {
    const http = { 'invoke.target': 'http', 'invoke.http.url': 'http://127.0.0.1:9000/' };
    expect(connectorOf(http)).toMatchObject({ 'delivery.guarantee': 'at-least-once' });
    expect(checkedConnector({ ...http, 'delivery.guarantee': 'exactly-once' }).problems).toMatchObject([
      { key: 'delivery.guarantee', message: expect.stringContaining('invoke.target') },
    ]);
  });

  it('is that tombstones delete where rows have keys', () => {
    expect(connectorOf({ 'maxcompute.write.mode': 'upsert' })).toMatchObject({ 'behavior.on.null.values': 'delete' });
  });

  it.each([
    [{}, 'string', 'string'],
    [{ format: 'BINARY' }, 'bytes', 'bytes'],
    [{ mode: 'KEY' }, 'string', 'bytes'],
    [{ format: 'JSON', mode: 'VALUE' }, 'bytes', 'string'],
  ])('is which of key and value must be text: %j', (raw, key, value) => {
    expect(maxcomputeSink.keyConverter(maxcomputeConfig(raw))).toBe(key);
    expect(maxcomputeSink.valueConverter(maxcomputeConfig(raw))).toBe(value);
  });

  it('is the window, where the partition depends on the record', () => {
    expect(maxcomputeSink.windowOf?.(maxcomputeConfig())).toBeDefined();
    expect(maxcomputeSink.windowOf?.(maxcomputeConfig({ 'partition.source': 'write-time' }))).toBeUndefined();
  });
});

describe('settings that do not go together', () => {
  it.each([
    [{ format: 'CSV' }, 'mode: DEFAULT writes key and value, and CSV'],
    [{ format: 'JSON' }, 'mode: DEFAULT writes key and value, and JSON'],
    [{ format: 'FLATTEN' }, 'mode: DEFAULT writes key and value, and FLATTEN'],
    [{ 'csv.delimiter': ';' }, 'csv.delimiter: has no meaning with maxcompute.format=TEXT'],
    [{ 'flatten.unknown': 'ignore' }, 'flatten.unknown: has no meaning with maxcompute.format=TEXT'],
    [{ format: 'CSV', mode: 'VALUE', 'create.table': 'create' }, 'create.table: create is not possible'],
    [{ 'write.mode': 'upsert', 'create.table': 'create' }, 'create.table: creates tables without a primary key'],
    [{ 'access.id': SECRET }, 'access.key: is missing'],
    [{ 'access.key': SECRET }, 'access.id: is missing'],
    [{ 'security.token': SECRET }, 'security.token: is of no use'],
    [{ 'partition.columns': 'none,pt={window}' }, 'partition.columns: none stands beside columns'],
    [{ 'partition.columns': 'pt={window},PT={topic}' }, 'partition.columns: names the column pt twice'],
    [
      { 'partition.columns': 'a={window},b={topic},c={topic},d={topic},e={topic},f={topic},g={topic}' },
      'partition.columns: names 7 columns; a table has 6 levels',
    ],
    [{ 'partition.source': 'field' }, 'partition.field: is required with maxcompute.partition.source=field'],
    [{ 'partition.field': '/at' }, 'partition.field: has no meaning with maxcompute.partition.source=record-time'],
    [
      { 'partition.columns': 'pt={topic}', 'partition.source': 'write-time' },
      'partition.source: is write-time, but no partition column tells a time',
    ],
  ])('%j', (raw, words) => {
    expect(sinkProblems(raw)).toEqual([expect.stringContaining(`maxcompute.${words}`)]);
  });

  it.each([
    [{ 'behavior.on.null.values': 'delete' }, 'behavior.on.null.values', 'delete needs maxcompute.write.mode=upsert'],
    [
      { 'behavior.on.null.values': 'write', 'maxcompute.write.mode': 'upsert' },
      'behavior.on.null.values',
      'write is not possible',
    ],
    [{ 'max.in.flight.batches': 2 }, 'max.in.flight.batches', 'use 1, or append'],
    [{ 'overflow.policy': 'flag' }, 'overflow.policy', '8 MiB at most'],
    [
      { 'overflow.claim.check.bucket': 'big', 'overflow.claim.check.region': 'cn-hangzhou' },
      'overflow.policy',
      'use error-topic',
    ],
  ])('with those of all connectors: %j', (raw, key, words) => {
    const { problems } = checkedConnector(raw);
    expect(problems).toMatchObject([{ key, message: expect.stringContaining(words) }]);
  });
});

describe('settings that do', () => {
  it.each([
    [{ format: 'CSV', mode: 'VALUE', 'csv.delimiter': '|' }],
    [{ format: 'JSON', mode: 'KEY', 'create.table': 'create' }],
    [{ format: 'FLATTEN', mode: 'VALUE', 'flatten.unknown': 'ignore' }],
    [{ 'access.id': SECRET, 'access.key': SECRET, 'security.token': SECRET }],
    [{ 'partition.columns': 'none' }],
    [
      {
        'partition.columns': 'ds={timestamp:yyyyMMdd}, hh={timestamp:HH}, region={field:/a~1b}, t={topic}-{partition}',
      },
    ],
    [{ 'partition.source': 'field', 'partition.field': '/at' }],
    [{ endpoint: 'http://127.0.0.1:8080/api', 'tunnel.endpoint': 'http://127.0.0.1:8080' }],
  ])('%j', (raw) => {
    expect(sinkProblems(raw)).toEqual([]);
  });

  it.each([
    [{ 'max.in.flight.batches': 2, 'maxcompute.write.mode': 'append' }],
    [{ 'behavior.on.null.values': 'ignore', 'maxcompute.write.mode': 'upsert' }],
    [{ 'delivery.guarantee': 'at-least-once' }],
  ])('with those of all connectors: %j', (raw) => {
    expect(checkedConnector(raw).problems).toEqual([]);
  });
});
