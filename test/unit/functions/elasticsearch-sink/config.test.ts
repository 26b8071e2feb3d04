import { describe, expect, it } from 'vitest';
import { elasticsearchSink } from '../../../../functions/elasticsearch-sink/config.ts';
import { checkedConnector, elasticsearchConfig, sinkProblems } from './config-of.ts';

describe('keys of the Elasticsearch sink', () => {
  it('need hosts and an index, and have defaults for the rest', () => {
    expect(elasticsearchConfig()).toMatchObject({
      'elasticsearch.compression': 'none',
      'elasticsearch.target.type': 'index',
      'elasticsearch.index.create': 'server',
      'elasticsearch.write.mode': 'index',
      'elasticsearch.id.strategy': 'offset',
      'elasticsearch.version': 'none',
      'elasticsearch.wrap.field': 'value',
      'elasticsearch.bulk.size': 1_000,
      'elasticsearch.bulk.bytes': 5 * 1024 * 1024,
      'elasticsearch.max.in.flight.requests': 5,
      'elasticsearch.ssl.endpoint.identification.algorithm': 'https',
    });
    const { problems } = checkedConnector({ 'elasticsearch.hosts': undefined, 'elasticsearch.index': undefined });
    expect(problems.map(({ key }) => key)).toEqual(['elasticsearch.hosts', 'elasticsearch.index']);
  });

  it('create documents in a data stream, where nothing else is said', () => {
    expect(elasticsearchConfig({ 'target.type': 'data-stream' })['elasticsearch.write.mode']).toBe('create');
  });

  it('take several hosts, with paths', () => {
    const hosts = elasticsearchConfig({ hosts: 'https://a:9200, https://proxy/search' })['elasticsearch.hosts'];
    expect(hosts).toEqual(['https://a:9200', 'https://proxy/search']);
  });

  it.each(['node:9200', 'ftp://node', 'https://node?x=1', 'https://node#x', 'https://'])(
    'refuse the host %s',
    (host) => {
      expect(sinkProblems({ hosts: `http://fine:9200,${host}` })).toEqual([
        expect.stringContaining('elasticsearch.hosts'),
      ]);
    },
  );

  it('never show a host that holds a password', () => {
    const [problem, ...others] = sinkProblems({ hosts: 'https://elastic:hunter2@node:9200' });
    expect(problem).toContain('keys of their own');
    expect(problem).not.toContain('hunter2');
    expect(others).toEqual([]);
  });

  it.each([
    ['index', 'orders-{day}', 'unknown placeholder {day}'],
    ['index', 'orders-{timestamp:YYYY}', 'no part of a time'],
    ['routing', '{value:customer}', 'JSON Pointer'],
    ['pipeline', '{header:}', 'name of a header'],
    ['id.field', 'customer.id', 'JSON Pointer'],
    ['version', 'timestamp', 'record-timestamp'],
    ['version', 'field:id', 'field:/POINTER'],
    ['version', 'header:', 'header:NAME'],
    ['version.partitions', '0', 'from 1'],
    ['time.zone', 'Asia/Shanghia', 'IANA'],
    ['write.mode', 'insert', 'index, create, upsert, update, delete'],
    ['id.strategy', 'key', 'record-key'],
    ['target.type', 'datastream', 'data-stream'],
    ['index.create', 'auto', 'server, sink, never'],
    ['index.settings', '[1]', 'a JSON object'],
    ['index.mappings', '{"a":', 'a JSON object'],
    ['drop.fields', 'password', 'JSON Pointer'],
    ['include.metadata', 'topic,value', 'topic, partition, offset'],
    ['metadata.field', '_id', 'no _ at its beginning'],
    ['wrap.field', 'a.b', 'without dots'],
    ['data.stream.timestamp', 'now', 'record-timestamp'],
    ['document.max.depth', '1001', 'from 1 to 1000'],
    ['compression', 'zstd', 'none, gzip'],
    ['ssl.ca', 'x', 'PEM'],
    ['ssl.endpoint.identification.algorithm', 'full', 'https'],
  ])('refuse %s=%s', (key, value, words) => {
    const problems = sinkProblems({ [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`elasticsearch.${key}: `);
    expect(problems[0]).toContain(words);
  });
});

describe('what the dispatcher learns', () => {
  const connectorOf = (raw: Record<string, unknown>) => checkedConnector(raw).parsed?.connector;

  it.each([
    [{}, 4, 'ignore'],
    [{ 'elasticsearch.id.strategy': 'server' }, 4, 'ignore'],
    [{ 'elasticsearch.version': 'offset', 'elasticsearch.version.partitions': 3 }, 4, 'ignore'],
    [{ 'elasticsearch.id.strategy': 'record-key' }, 1, 'delete'],
    [{ 'elasticsearch.id.strategy': 'record-key', 'elasticsearch.version': 'record-timestamp' }, 1, 'delete'],
    [
      {
        'elasticsearch.id.strategy': 'record-key',
        'elasticsearch.version': 'offset',
        'elasticsearch.version.partitions': 3,
      },
      1,
      'delete',
    ],
    [{ 'elasticsearch.id.strategy': 'record-key', 'elasticsearch.target.type': 'data-stream' }, 1, 'ignore'],
    [{ 'elasticsearch.id.strategy': 'field', 'elasticsearch.id.field': '/id' }, 1, 'ignore'],
  ])('of %j is %i batches in flight, and that tombstones are under %s', (raw, batches, nullValues) => {
    expect(connectorOf(raw)).toMatchObject({
      'max.in.flight.batches': batches,
      'behavior.on.null.values': nullValues,
      'batch.size': 1_000,
      'batch.bytes': 5 * 1024 * 1024,
      'linger.ms': 1_000,
      'delivery.guarantee': 'at-least-once',
    });
  });

  it('may be overridden', () => {
    expect(connectorOf({ 'max.in.flight.batches': 2, 'behavior.on.null.values': 'error-topic' })).toMatchObject({
      'max.in.flight.batches': 2,
      'behavior.on.null.values': 'error-topic',
    });
  });

  it('is that a tombstone is never written', () => {
    expect(checkedConnector({ 'behavior.on.null.values': 'write' }).problems).toMatchObject([
      { key: 'behavior.on.null.values', message: expect.stringContaining('ignore, delete, error-topic') },
    ]);
  });

  it.each([
    [{}, 'bytes'],
    [{ 'id.strategy': 'record-key' }, 'string'],
    [{ index: 'orders-{lower:key}' }, 'string'],
    [{ routing: '{key}' }, 'string'],
    [{ 'include.metadata': 'topic,key' }, 'string'],
    [{ 'include.metadata': 'topic' }, 'bytes'],
  ])('of %j is that keys are %s', (raw, converter) => {
    expect(elasticsearchSink.keyConverter(elasticsearchConfig(raw))).toBe(converter);
  });

  it('is that values must be text where they are looked at', () => {
    const deleting = { 'write.mode': 'delete', 'id.strategy': 'record-key' };
    expect(elasticsearchSink.valueConverter(elasticsearchConfig())).toBe('string');
    expect(elasticsearchSink.valueConverter(elasticsearchConfig(deleting))).toBe('bytes');
    expect(elasticsearchSink.valueConverter(elasticsearchConfig({ ...deleting, routing: '{value:/a}' }))).toBe(
      'string',
    );
  });
});
