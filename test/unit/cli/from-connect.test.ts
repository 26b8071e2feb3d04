import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorText, fromConnect, reportText } from '../../../cli/commands/from-connect.ts';
import { validateRaw } from '../../../cli/commands/validate.ts';
import { readConnectorFile } from '../../../cli/connector-file.ts';
import { ANY_SINK_KEYS, ANY_SINK_PREFIXES } from '../../../cli/from-connect/any-sink.ts';
import type { KeyRule } from '../../../cli/from-connect/table.ts';
import { timePath } from '../../../cli/from-connect/time-path.ts';
import { TABLES, translate } from '../../../cli/from-connect/translate.ts';
import { SINKS } from '../../../cli/sinks.ts';
import { connectorKeys } from '../../../shared/config/connector-keys.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/connect-configs');
const secrets = { resolve: () => 'secret' };
const files = readdirSync(FOLDER);

/** Every literal secret of the fixtures. */
const SECRETS = [
  'AKIAIOSFODNN7EXAMPLE',
  'wJalrXUtnFEMI',
  'hunter2',
  'api-user',
  'sk-live-1234',
  'sk-live-5678',
  'LTAI5tExampleOfAKey',
  'correct-horse',
  'battery-staple',
  'eyJhbGciOiJub25lIn0',
];

function of(file: string) {
  return fromConnect(join(FOLDER, file), SINKS, secrets).translation;
}

function keysOf(remarks: readonly { readonly key: string }[]): string[] {
  return remarks.map(({ key }) => key);
}

describe('a Kafka Connect configuration', () => {
  it('of the Confluent S3 sink becomes an oss-sink', () => {
    const { source, connector, noCounterpart, changed, fillIn } = of('confluent-s3-hourly.json');
    expect(source).toBe('Confluent S3 sink');
    expect(connector).toEqual({
      name: 's3sink-orders-prod',
      'connector.class': 'oss-sink',
      'consumer.group.id': 'connect-S3Sink_Orders.prod',
      topics: 'orders,payments',
      'tasks.max': '4',
      'consumer.start.offset': 'latest',
      'key.converter': 'string',
      'value.converter': 'string',
      'errors.policy': 'continue',
      'errors.deadletterqueue.topic.name': 'dlq-s3-orders',
      'runtime.error.topic.name': 'dlq-s3-orders',
      'behavior.on.null.values': 'ignore',
      'batch.size': '5000',
      'linger.ms': '300000',
      'oss.bucket': 'acme-events-prod',
      'oss.access.key.id': '${env:OSS_ACCESS_KEY_ID}',
      'oss.access.key.secret': '${env:OSS_ACCESS_KEY_SECRET}',
      'oss.object.prefix': 'raw/kafka',
      'oss.object.key.template':
        '{topic}/year={timestamp:yyyy}/month={timestamp:MM}/day={timestamp:dd}/hour={timestamp:HH}/{topic}+{partition}+{offset}',
      'oss.time.zone': 'Europe/Berlin',
      'oss.rotate.interval.ms': '600000',
      'oss.rotate.schedule.interval.ms': '300000',
      'oss.format': 'jsonl',
      'oss.compression': 'gzip',
      'oss.output.fields': 'key,offset,overflowFlag,partition,timestamp,topic,value,valueSize,headers',
    });
    expect(keysOf(noCounterpart)).toEqual(
      expect.arrayContaining([
        'transforms',
        'transforms.mask.fields',
        's3.ssea.name',
        'timestamp.field',
        'some.plugin.setting',
      ]),
    );
    expect(keysOf(changed)).toEqual(
      expect.arrayContaining(['flush.size', 'rotate.interval.ms', 'format.class', 'name']),
    );
    expect(keysOf(fillIn)).toEqual(['oss.access.key.id', 'oss.access.key.secret', 'oss.region']);
  });

  it('that cannot be told whole says so, and still gives what it can', () => {
    const { connector, noCounterpart, fillIn } = of('confluent-s3-minimal.properties');
    expect(connector).toMatchObject({
      'batch.size': '3',
      'oss.object.key.template': expect.stringContaining('partition='),
    });
    expect(connector).not.toHaveProperty('oss.format');
    expect(keysOf(noCounterpart)).toEqual(
      expect.arrayContaining(['format.class', 'partitioner.class', 'value.converter']),
    );
    expect(keysOf(fillIn)).toEqual(['oss.access.key.id', 'oss.region']);
  });

  it('of the Aiven S3 sink becomes an oss-sink', () => {
    expect(of('aiven-s3.properties').connector).toMatchObject({
      'topics.regex': 'logs\\..*',
      'oss.object.key.template': 'archive/v1-{topic}/{timestamp:yyyy}/{timestamp:MM}/{partition}-{offset}',
      'oss.format': 'jsonl',
      'oss.output.fields': 'key,value,offset,timestamp,headers',
      'oss.compression': 'zstd',
      'batch.size': '2500',
      'retry.backoff.max.ms': '10000',
    });
    const bare = of('aiven-s3-bare.json');
    expect(bare.connector).toMatchObject({ 'oss.format': 'raw', 'value.converter': 'bytes', 'errors.policy': 'stop' });
    expect(bare.connector).not.toHaveProperty('oss.bucket');
    expect(keysOf(bare.fillIn)).toContain('oss.bucket');
    expect(keysOf(bare.noCounterpart)).toEqual(
      expect.arrayContaining(['aws.sts.role.arn', 'file.name.template', 'file.compression.type']),
    );
  });

  it('takes the defaults of its own connector and not ours', () => {
    const aiven = { name: 'a', topics: 't', 'aws.s3.bucket.name': 'bucket' };
    const { connector } = translate({
      ...aiven,
      'connector.class': 'io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector',
    });
    expect(connector).toMatchObject({
      'tasks.max': '1',
      'errors.policy': 'stop',
      'consumer.start.offset': 'earliest',
      'oss.compression': 'gzip',
      'oss.format': 'csv',
      'oss.csv.header': 'false',
      'oss.output.fields': 'value',
      'oss.object.key.template': '{topic}-{partition}-{offset}',
    });
    const http = { name: 'h', topics: 't', 'http.url': 'http://127.0.0.1/' };
    expect(
      translate({ ...http, 'connector.class': 'io.aiven.kafka.connect.http.HttpSinkConnector' }).connector,
    ).toMatchObject({
      'batch.size': '1',
      retries: '1',
      'invoke.timeout.ms': '30000',
    });
  });

  it('of the HTTP sinks becomes an fc-sink at a URL', () => {
    const confluent = of('confluent-http.json');
    expect(confluent.connector).toMatchObject({
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': 'https://api.example.com/v1/messages?format=full',
      'invoke.http.authorization': '${env:HTTP_AUTHORIZATION}',
      'batch.size': '50',
      retries: '5',
      'behavior.on.null.values': 'write',
    });
    expect(confluent.noCounterpart).toContainEqual({ key: 'headers', message: expect.stringContaining('x-api-key') });
    expect(of('aiven-http.json').connector).toMatchObject({
      'invoke.http.url': 'http://httpmockserver:1080/in',
      'invoke.http.authorization': 'Bearer ${file:/etc/connect/secrets.properties:token}',
      'invoke.timeout.ms': '15000',
      'batch.size': '200',
      'errors.policy': 'continue',
    });
  });

  it('of the sink to Function Compute becomes an fc-sink there', () => {
    const { source, connector, noCounterpart } = of('alibaba-fc.json');
    expect(source).toBe('Alibaba Cloud Function Compute sink');
    expect(connector).toMatchObject({
      'connector.class': 'fc-sink',
      'invoke.target': 'fc',
      'invoke.mode': 'sync',
      'invoke.max.bytes': '1048576',
      'batch.size': '20',
      'fc.api.version': '2.0',
      'fc.endpoint': 'http://1000000000000000.cn-hangzhou.fc.aliyuncs.com',
      'fc.service.name': 'kafka-service',
      'fc.function.name': 'orders',
      'fc.qualifier': 'LATEST',
      'fc.access.key.id': '${env:FC_ACCESS_KEY_ID}',
      'fc.role.arn': 'acs:ram::1000000000000000:role/AliyunKafkaConnectorRole',
      'runtime.error.topic.name': 'connect-error-orders',
    });
    expect(keysOf(noCounterpart)).toContain('runtime.error.topic.bootstrap.servers');
    expect(fromConnect(join(FOLDER, 'alibaba-fc.json'), SINKS, secrets).validation.problems).toEqual([]);
  });

  it('whose URL has placeholders must be filled in', () => {
    const { connector, fillIn } = translate({
      'connector.class': 'io.confluent.connect.http.HttpSinkConnector',
      'http.api.url': 'https://example.com/${topic}',
    });
    expect(connector).not.toHaveProperty('invoke.http.url');
    expect(keysOf(fillIn)).toEqual(expect.arrayContaining(['name', 'invoke.http.url']));
  });

  it('of another connector is refused with those that are known', () => {
    expect(() => translate({ 'connector.class': 'io.debezium.connector.mysql.MySqlConnector' })).toThrow(
      /Confluent S3 sink.*Aiven HTTP sink/,
    );
    expect(() => translate({})).toThrow('connector.class');
  });

  it('given to validate without --from-connect is told of it', () => {
    const raw = { 'connector.class': 'io.confluent.connect.s3.S3SinkConnector' };
    expect(validateRaw('f', raw, SINKS, secrets).problems[0]?.message).toContain('--from-connect');
  });

  it.each(files)('%s shows no secret, on either stream, in either form', (file) => {
    const answer = fromConnect(join(FOLDER, file), SINKS, secrets);
    const text = readFileSync(join(FOLDER, file), 'utf8');
    for (const asJson of [true, false]) {
      const shown = connectorText(answer, asJson) + reportText(answer, asJson);
      for (const secret of SECRETS) expect(shown, secret).not.toContain(secret);
    }
    expect(
      file.startsWith('aiven-http') ||
        file.includes('bare') ||
        file.includes('minimal') ||
        SECRETS.some((s) => text.includes(s)),
    ).toBe(true);
  });

  it.each(files)('%s: every key is told or accounted for', (file) => {
    const { connector, noCounterpart, changed, fillIn, needless } = of(file);
    const told = new Set([...keysOf(noCounterpart), ...keysOf(changed), ...keysOf(needless)]);
    const text = [...Object.values(connector), ...fillIn.map(({ message }) => message)].join('\n');
    const silent = Object.entries(readConnectorFile(join(FOLDER, file))).filter(
      ([key, value]) =>
        !told.has(key) && !text.includes(key) && !text.toLowerCase().includes(String(value).toLowerCase()),
    );
    // Told in other words; what becomes of each is checked above.
    const otherWords = [
      'connector.class',
      'key.converter',
      'value.converter',
      'errors.tolerance',
      'partitioner.class',
      'path.format',
      'topics.dir',
      'http.timeout',
      'request.method',
      'request.body.format',
      'batching.enabled',
      'file.name.prefix',
      'http.authorization.type',
      'auth.type',
      'aws.s3.bucket.name',
      'connection.user',
      'connection.password',
      'format.output.type',
    ];
    expect(silent.map(([key]) => key).filter((key) => !otherWords.includes(key))).toEqual([]);
  });

  it.each(files.filter((file) => !file.includes('bare')))('%s is valid once the rest is filled in', (file) => {
    const { connector } = of(file);
    const region = connector['connector.class'] === 'oss-sink' ? { 'oss.region': 'cn-hangzhou' } : {};
    expect(validateRaw(file, { ...connector, ...region }, SINKS, secrets)).toMatchObject({ valid: true, warnings: [] });
  });
});

describe('the tables', () => {
  it.each(TABLES.map((table) => [table.title, table] as const))(
    '%s: tell keys that exist, by values that are taken',
    (_, table) => {
      const sink = SINKS.find(({ connectorClass }) => connectorClass === table.sink);
      if (sink === undefined) throw new Error(`no sink ${table.sink}`);
      const known: Record<string, { schema: { safeParse(value: unknown): { success: boolean } } }> = {
        ...connectorKeys(sink),
        ...sink.keys,
      };
      const rules: [string, KeyRule][] = Object.entries({
        ...ANY_SINK_KEYS,
        ...ANY_SINK_PREFIXES,
        ...table.keys,
        ...table.prefixes,
      });
      for (const [key, rule] of rules) {
        if (!('to' in rule)) continue;
        expect(Object.keys(known), key).toContain(rule.to);
        for (const value of 'values' in rule ? Object.values(rule.values) : []) {
          const text = typeof value === 'string' ? value : value.value;
          expect(known[rule.to]?.schema.safeParse(text).success, `${key} -> ${text}`).toBe(true);
        }
      }
      for (const { key } of table.fillIn) expect(Object.keys(known)).toContain(key);
    },
  );
});

describe('a path.format', () => {
  it.each([
    [
      "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH",
      'year={timestamp:yyyy}/month={timestamp:MM}/day={timestamp:dd}/hour={timestamp:HH}',
    ],
    ['YYYY-MM-dd-HH', '{timestamp:yyyy-MM-dd-HH}'],
    ["YYYY/MM/dd/'o''clock'/HH", "{timestamp:yyyy/MM/dd}/o'clock/{timestamp:HH}"],
    ["'dt'=yyyyMMdd", 'dt={timestamp:yyyyMMdd}'],
  ])('%s is %s', (pattern, path) => {
    expect(timePath(pattern)).toBe(path);
  });

  it.each(["'week'=ww", 'YY/MM', 'EEE', "'only'/'text'", "'{'YYYY'}'"])('%s cannot be told', (pattern) => {
    expect(timePath(pattern)).toBeUndefined();
  });
});
