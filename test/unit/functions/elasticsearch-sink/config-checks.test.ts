import { describe, expect, it } from 'vitest';
import { sinkProblems } from './config-of.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
const SECRET = `\${env:S}`;
const HTTPS = { hosts: 'https://node:9200' };
const BY_KEY = { 'id.strategy': 'record-key' };
const STREAM = { 'target.type': 'data-stream' };

describe('settings that go together', () => {
  it.each([
    [{ username: 'u', password: SECRET }],
    [{ 'api.key': SECRET }],
    [{ 'bearer.token': SECRET }],
    [{ ...HTTPS, 'ssl.ca': PEM, 'ssl.certificate': PEM, 'ssl.key': SECRET, 'ssl.key.password': SECRET }],
    [{ ...HTTPS, 'ssl.truststore.location': 'ca.pem', 'ssl.keystore.location': 'client.pem' }],
    [{ 'index.create': 'sink', 'index.settings': '{"number_of_shards":3}', 'index.mappings': '{}' }],
    [{ 'target.type': 'alias', 'index.create': 'never' }],
    [{ 'target.type': 'alias', index: 'Orders' }],
    [{ ...STREAM, 'data.stream.timestamp': 'field:/time', 'id.strategy': 'server' }],
    [{ 'write.mode': 'create', 'id.strategy': 'server' }],
    [{ ...BY_KEY, 'write.mode': 'update' }],
    [{ ...BY_KEY, 'write.mode': 'delete', version: 'header:v' }],
    [{ ...BY_KEY, version: 'offset', 'version.partitions': '6' }],
    [{ 'id.strategy': 'field', 'id.field': '/id', version: 'offset', 'version.partitions': '1' }],
    [{ 'id.strategy': 'template', 'id.template': '{header:a}' }],
    [{ 'write.mode': 'create', pipeline: 'clean' }],
    [{ 'target.type': 'alias', routing: '{header:tenant}' }],
    [{ 'wrap.field': '@timestamp' }],
    [{ 'include.metadata': 'topic', 'metadata.field': '@timestamp' }],
    [{ 'include.metadata': 'topic', 'metadata.field': 'from' }],
    [{ index: 'logs-{timestamp:yyyy.MM.dd}-{lower:header:App}' }],
  ])('%j', (raw) => {
    expect(sinkProblems(raw)).toEqual([]);
  });
});

describe('settings that do not', () => {
  it.each([
    [{ username: 'u' }, 'password: is missing'],
    [{ password: SECRET }, 'username: is missing'],
    [{ username: 'u', password: SECRET, 'api.key': SECRET }, 'api.key: only one way'],
    [{ 'api.key': SECRET, 'bearer.token': SECRET }, 'bearer.token: only one way'],
    [{ 'ssl.ca': PEM }, 'ssl.ca: has no meaning: no address'],
    [{ ...HTTPS, 'ssl.ca': PEM, 'ssl.truststore.location': 'ca.pem' }, 'ssl.truststore.location: give either'],
    [{ ...HTTPS, 'ssl.certificate': PEM }, 'ssl.key: is missing'],
    [{ ...HTTPS, 'ssl.key': SECRET }, 'ssl.certificate: is missing'],
    [{ ...HTTPS, 'ssl.key.password': SECRET }, 'ssl.key.password: has no meaning'],
    [{ ...STREAM, 'index.create': 'sink' }, 'index.create: sink creates plain indices only; a data stream'],
    [{ 'target.type': 'alias', 'index.create': 'sink' }, 'index.create: sink creates plain indices only; an alias'],
    [{ 'index.settings': '{}' }, 'index.settings: has no meaning with elasticsearch.index.create=server'],
    [{ 'index.create': 'never', 'index.mappings': '{}' }, 'index.mappings: has no meaning'],
    [{ ...STREAM, 'write.mode': 'index' }, 'write.mode: is index, but a data stream'],
    [{ 'id.strategy': 'server', 'write.mode': 'upsert' }, 'id.strategy: server makes new documents only'],
    [{ 'write.mode': 'update' }, 'id.strategy: offset gives each record an id of its own'],
    [{ 'write.mode': 'delete' }, 'id.strategy: offset gives each record an id of its own'],
    [{ 'id.strategy': 'field' }, 'id.field: is required'],
    [{ 'id.field': '/id' }, 'id.field: has no meaning with elasticsearch.id.strategy=offset'],
    [{ 'id.strategy': 'template' }, 'id.template: is required'],
    [{ ...BY_KEY, 'id.template': '{key}' }, 'id.template: has no meaning'],
    [{ 'id.strategy': 'template', 'id.template': 'same' }, 'id.template: is the same for all records'],
    [
      { ...BY_KEY, 'write.mode': 'upsert', pipeline: 'p' },
      'pipeline: has no meaning with elasticsearch.write.mode=upsert',
    ],
    [
      { ...BY_KEY, 'write.mode': 'create', version: 'header:v' },
      'version: is not possible with elasticsearch.write.mode=create',
    ],
    [{ ...BY_KEY, 'write.mode': 'upsert', version: 'header:v' }, 'version: is not possible'],
    [{ ...STREAM, version: 'record-timestamp' }, 'version: is not possible with elasticsearch.write.mode=create'],
    [
      { 'id.strategy': 'server', version: 'header:v' },
      'version: is not possible with elasticsearch.id.strategy=server',
    ],
    [{ ...BY_KEY, version: 'offset' }, 'version.partitions: is required'],
    [{ ...BY_KEY, 'version.partitions': '3' }, 'version.partitions: is only for elasticsearch.version=offset'],
    [
      { 'id.strategy': 'field', 'id.field': '/id', version: 'offset', 'version.partitions': '2' },
      'version: offset compares inside a partition only',
    ],
    [{ 'data.stream.timestamp': 'record-timestamp' }, 'data.stream.timestamp: has no meaning'],
    [
      { ...STREAM, 'data.stream.timestamp': 'field:/@timestamp', 'drop.fields': '/a,/@timestamp' },
      'drop.fields: drops /@timestamp',
    ],
    [{ 'metadata.field': 'from' }, 'metadata.field: has no meaning without'],
    [{ 'include.metadata': 'key', 'metadata.field': 'value' }, 'metadata.field: is also elasticsearch.wrap.field'],
    [{ ...BY_KEY, 'write.mode': 'delete', 'drop.fields': '/a' }, 'drop.fields: has no meaning'],
    [{ ...BY_KEY, 'write.mode': 'delete', 'include.metadata': 'key' }, 'include.metadata: has no meaning'],
    [{ ...STREAM, 'wrap.field': '@timestamp' }, 'wrap.field: is @timestamp, the time'],
    [
      { ...STREAM, 'include.metadata': 'key', 'metadata.field': '@timestamp' },
      'metadata.field: is @timestamp, the time',
    ],
    [{ 'include.metadata': 'key', 'wrap.field': 'kafka' }, 'metadata.field: is also elasticsearch.wrap.field'],
    [{ ...STREAM, routing: '{key}' }, 'routing: is not possible with elasticsearch.target.type=data-stream'],
    [{ index: 'Orders' }, 'index: every name contains capitals'],
    [{ index: '_orders' }, 'index: every name begins with'],
    [{ index: 'logs-{timestamp:yyyy/MM}' }, 'index: every name contains one of'],
    [{ index: 'logs {topic}' }, 'index: every name contains one of'],
  ])('%j', (raw, problem) => {
    const problems = sinkProblems(raw);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`elasticsearch.${problem}`);
  });

  it('are all told at once', () => {
    expect(
      sinkProblems({ username: 'u', 'id.field': '/id', index: 'Orders', ...STREAM, version: 'header:v' }),
    ).toHaveLength(4);
  });
});
