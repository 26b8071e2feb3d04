import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatValidation, sinkOf, validateFile } from '../../../cli/commands/validate.ts';
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { maxcomputeSink } from '../../../functions/maxcompute-sink/config.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-validate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SINKS = [ossSink, maxcomputeSink, fcSink];
const secrets = secretResolver({ OSS_ID: 'id', OSS_SECRET: 'hunter2' }, () => {
  throw Object.assign(new Error('gone'), { code: 'ENOENT' });
});
const ID = `\${env:OSS_ID}`;
const SECRET = `\${env:OSS_SECRET}`;

function validate(config: object) {
  const path = join(folder, 'orders.json');
  writeFileSync(path, JSON.stringify(config));
  return validateFile(path, SINKS, secrets);
}

const GOOD = {
  name: 'orders',
  'connector.class': 'oss-sink',
  topics: 'orders',
  'oss.bucket': 'orders-archive',
  'oss.region': 'cn-hangzhou',
  'oss.access.key.id': ID,
  'oss.access.key.secret': SECRET,
};

const TO_TABLE = {
  name: 'orders',
  'connector.class': 'maxcompute-sink',
  topics: 'orders',
  'maxcompute.endpoint': 'http://service.cn-hangzhou.maxcompute.aliyun.com/api',
  'maxcompute.project': 'shop',
  'maxcompute.table': 'orders',
  'maxcompute.access.id': ID,
  'maxcompute.access.key': SECRET,
};

describe('a good file', () => {
  it('is valid', () => {
    expect(validate(GOOD)).toEqual({
      file: join(folder, 'orders.json'),
      valid: true,
      name: 'orders',
      connectorClass: 'oss-sink',
      problems: [],
      warnings: [],
      notes: [],
    });
  });

  it('may have warnings, which show no secret', () => {
    const validation = validate({ ...GOOD, 'oss.access.key.secret': 'hunter2', 'batch.sise': 5 });
    expect(validation.valid).toBe(true);
    expect(validation.warnings.map(({ key }) => key)).toEqual(['oss.access.key.secret', 'batch.sise']);
    expect(JSON.stringify(validation)).not.toContain('hunter2');
  });
});

describe('a file wrong in more than a dozen ways', () => {
  const validation = validate({
    name: '-Orders_2026',
    'connector.class': 'oss-sink',
    topics: 'orders',
    'topics.regex': 'orders.*',
    'tasks.max': 0,
    'consumer.start.offset': 'yesterday',
    'errors.policy': 'stop',
    'errors.tolerance': 'all',
    'runtime.error.topic.name': 'orders',
    retries: 'twice',
    'retry.backoff.ms': 5000,
    'retry.backoff.max.ms': 1000,
    'invoke.mode': 'async',
    'invoke.max.bytes': 4096,
    'batch.bytes': 8192,
    'linger.ms': '60s',
    'envelope.headers': 'yes',
    'overflow.policy': 'claim-check',
    'oss.bucket': 'Not_A_Bucket',
    'oss.region': ID,
    'oss.format': 'parquet',
    'oss.access.key.id': `\${env:NOWHERE}`,
    'oss.access.key.secret': 'hunter2',
    'batch.sise': 5,
  });

  it('gets one answer with all of them, each under its key', () => {
    expect(validation.problems.map(({ key }) => key).sort()).toEqual([
      'batch.bytes',
      'consumer.start.offset',
      'envelope.headers',
      'errors.policy',
      'errors.tolerance',
      'invoke.mode',
      'linger.ms',
      'name',
      'oss.access.key.id',
      'oss.bucket',
      'oss.format',
      'oss.region',
      'overflow.policy',
      'retries',
      'retry.backoff.max.ms',
      'runtime.error.topic.name',
      'tasks.max',
      'topics',
      'topics.regex',
    ]);
    expect(validation.valid).toBe(false);
    expect(validation.warnings.map(({ key }) => key).sort()).toEqual(['batch.sise', 'oss.access.key.secret']);
  });

  it('never sees its secret again', () => {
    expect(formatValidation(validation, false) + formatValidation(validation, true)).not.toContain('hunter2');
  });

  it('reads as text, a line each', () => {
    const lines = formatValidation(validation, false).split('\n');
    expect(lines[0]).toBe(`${validation.file}: 19 problems, 2 warnings`);
    expect(lines).toContain('  problem  tasks.max: expected a whole number from 1 to 2147483647, got "0"');
    expect(lines).toContain('  warning  batch.sise: unknown key, ignored; did you mean batch.size?');
    expect(lines).toHaveLength(1 + 19 + 2 + 1);
  });

  it('reads as JSON', () => {
    expect(JSON.parse(formatValidation(validation, true))).toEqual(validation);
  });
});

it('says valid of a valid file', () => {
  expect(formatValidation(validate(GOOD), false)).toBe(`${join(folder, 'orders.json')}: valid\n`);
});

it('says of a valid one what it asks of a target that was not looked at', () => {
  const validation = validate(TO_TABLE);
  expect(validation).toMatchObject({ valid: true, warnings: [] });
  expect(formatValidation(validation, false)).toContain(
    '\n  note     maxcompute.table: exactly once needs the columns topic STRING, partition BIGINT and offset BIGINT',
  );
  expect(validate({ ...TO_TABLE, 'maxcompute.write.mode': 'stream' }).notes).toEqual([]);
  expect(validate({ ...TO_TABLE, 'maxcompute.format': 'XML' })).toMatchObject({ valid: false, notes: [] });
});

describe('connector.class', () => {
  it('unknown lists the known ones, and the other problems come along', () => {
    const { problems } = validate({ name: 'A', 'connector.class': 'oss-sync', topics: 'a' });
    expect(problems).toEqual([
      {
        key: 'connector.class',
        message:
          'no sink is called "oss-sync", did you mean oss-sink?; expected one of oss-sink, maxcompute-sink, fc-sink',
      },
      expect.objectContaining({ key: 'name' }),
    ]);
  });

  it('missing is required', () => {
    const { problems } = validate({ name: 'a', topics: 'a' });
    expect(problems).toEqual([
      { key: 'connector.class', message: 'is required: one of oss-sink, maxcompute-sink, fc-sink' },
    ]);
  });

  it('finds its sink', () => {
    expect(sinkOf({ 'connector.class': 'fc-sink' }, SINKS)).toBe(fcSink);
  });
});

it('a file that cannot be read is a problem under its path', () => {
  const path = join(folder, 'gone.yaml');
  expect(validateFile(path, SINKS, secrets)).toEqual({
    file: path,
    valid: false,
    problems: [{ key: path, message: 'there is no such file' }],
    warnings: [],
    notes: [],
  });
});

it('a secret that does not resolve here is a problem under its key', () => {
  const { problems } = validate({ ...GOOD, 'oss.access.key.secret': `\${file:/nowhere:key}` });
  expect(problems).toEqual([
    {
      key: 'oss.access.key.secret',
      message: `\${file:/nowhere:key} cannot be resolved: file /nowhere cannot be read (ENOENT)`,
    },
  ]);
});

it('an asynchronous call is valid, and what it asks of its function is told as notes', () => {
  const toFc = { 'invoke.target': 'fc', 'fc.endpoint': '1.cn-hangzhou.fc.aliyuncs.com', 'fc.function.name': 'oss' };
  const { valid, notes } = validate({ ...GOOD, ...toFc, 'invoke.mode': 'async' });
  expect(valid).toBe(true);
  expect(notes.map(({ key }) => key)).toEqual(['invoke.mode', 'invoke.mode', 'fc.async.task.id']);
  expect(validate({ ...GOOD, ...toFc }).notes).toEqual([]);
  const own = { name: 'f', 'connector.class': 'fc-sink', topics: 'orders', ...toFc, 'invoke.mode': 'async' };
  expect(validate(own).notes.map(({ message }) => message)).toContainEqual(expect.stringContaining('invocationSource'));
});

it('a function of one’s own at a URL is valid', () => {
  const config = { name: 'f', 'connector.class': 'fc-sink', 'topics.regex': 'orders.*' };
  expect(
    validate({ ...config, 'invoke.target': 'http', 'invoke.http.url': 'http://127.0.0.1:9000/' }).problems,
  ).toEqual([]);
});
