import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../../functions/dispatcher/fc-sink.ts';
import { checkConnector, connectorKeys, parseConnector } from '../../../../shared/config/connector-keys.ts';
import { defineKey } from '../../../../shared/config/define-key.ts';
import { crossCheck } from '../../../../shared/config/definition.ts';
import type { RawConfig } from '../../../../shared/config/parse.ts';
import { ConfigError } from '../../../../shared/errors.ts';
import type { SinkDefinition } from '../../../../shared/sink.ts';

const MIB = 1024 * 1024;

const TEXT = { importance: 'LOW', group: 'Test', displayName: 'Test', doc: 'A key of a test.' } as const;
const testKeys = {
  'test.format': defineKey.enum(['text', 'raw'], { ...TEXT, default: 'text' }),
  'test.header': defineKey.boolean({ ...TEXT, default: false }),
};
const testSink: SinkDefinition<typeof testKeys> = {
  connectorClass: 'test-sink',
  title: 'Test',
  description: 'A sink of a test.',
  keys: testKeys,
  checks: [
    crossCheck(testKeys, ['test.format', 'test.header'], (config) =>
      config['test.format'] === 'raw' && config['test.header'] ? [{ key: 'test.header', message: 'not with raw' }] : [],
    ),
  ],
  defaults: {
    batchSize: 10_000,
    batchBytes: 32 * MIB,
    invokeMaxBytes: 64 * MIB,
    lingerMs: 60_000,
    maxInFlightBatches: 4,
    nullValues: 'ignore',
    invokeTarget: 'in-process',
  },
  userFunction: false,
  exactlyOnce: true,
  commitsAfterBatch: true,
  keyConverter: () => 'string',
  valueConverter: (config) => (config['test.format'] === 'raw' ? 'bytes' : 'string'),
};

const MINIMAL = { name: 'orders', 'connector.class': 'test-sink', topics: 'orders' };
const HTTP = { 'invoke.target': 'http', 'invoke.http.url': 'http://127.0.0.1:9000/f' };

function connector(raw: RawConfig = {}) {
  return parseConnector(testSink, { ...MINIMAL, ...raw }).connector;
}

/** Problems of a minimal connector with `raw` on top, as `key: message`. */
function problems(raw: RawConfig): readonly string[] {
  return checkConnector(testSink, { ...MINIMAL, ...raw }).problems.map(({ key, message }) => `${key}: ${message}`);
}

function problemKeys(raw: RawConfig): readonly string[] {
  return checkConnector(testSink, { ...MINIMAL, ...raw }).problems.map(({ key }) => key);
}

describe('defaults', () => {
  it('are those that all connectors share', () => {
    expect(connector()).toMatchObject({
      'tasks.max': 6,
      'consumer.start.offset': 'latest',
      'consumer.group.id': 'connect-orders',
      'isolation.level': 'read_committed',
      'errors.policy': 'continue',
      'errors.deadletterqueue.topic.name': 'connect-error-orders',
      'runtime.error.topic.name': 'connect-error-orders',
      'errors.retry.timeout': -1,
      retries: 2,
      'retry.backoff.ms': 100,
      'retry.backoff.max.ms': 30_000,
      'invoke.mode': 'sync',
      'invoke.timeout.ms': 60_000,
      'key.converter': 'string',
      'envelope.headers': false,
      'envelope.timestamp.type': false,
      'overflow.policy': 'error-topic',
      'resources.create': 'auto',
      'offset.commit.interval.ms': 5000,
    });
  });

  it('are the sink’s where it has its own', () => {
    expect(connector()).toMatchObject({
      'invoke.target': 'in-process',
      'batch.size': 10_000,
      'batch.bytes': 32 * MIB,
      'invoke.max.bytes': 64 * MIB,
      'linger.ms': 60_000,
      'max.in.flight.batches': 4,
      'behavior.on.null.values': 'ignore',
    });
    const fc = parseConnector(fcSink, { ...MINIMAL, ...HTTP, 'connector.class': 'fc-sink' }).connector;
    expect(fc).toMatchObject({
      'batch.size': 20,
      'batch.bytes': 5 * MIB,
      'invoke.max.bytes': 6 * MIB,
      'linger.ms': 1000,
      'max.in.flight.batches': 1,
      'behavior.on.null.values': 'write',
    });
  });

  it('of sizes are those of a wire when the sink is called over one', () => {
    expect(connector(HTTP)).toMatchObject({ 'batch.bytes': 5 * MIB, 'invoke.max.bytes': 6 * MIB });
  });

  it('of a batch never exceed a small invoke.max.bytes', () => {
    expect(connector({ 'invoke.max.bytes': 4096 })['batch.bytes']).toBe(4096);
  });

  it('of the value converter follow the sink’s keys', () => {
    expect(connector()['value.converter']).toBe('string');
    expect(connector({ 'test.format': 'raw' })['value.converter']).toBe('bytes');
    expect(connector({ 'test.format': 'raw', 'value.converter': 'string' })['value.converter']).toBe('string');
  });

  it('of the overflow policy follow the claim-check store', () => {
    const raw = { 'overflow.claim.check.bucket': 'big-values', 'overflow.claim.check.region': 'cn-hangzhou' };
    expect(connector(raw)['overflow.policy']).toBe('claim-check');
    expect(connector({ ...raw, 'overflow.policy': 'flag' })['overflow.policy']).toBe('flag');
    expect(connector(raw)['overflow.claim.check.expiry.ms']).toBe(7 * 24 * 3600 * 1000);
  });
});

describe('a guarantee that depends on keys of the sink', () => {
  const sometimes: typeof testSink = {
    ...testSink,
    exactlyOnce: {
      text: '`exactly-once`, but `at-least-once` with test.format=raw',
      reads: ['test.format'],
      value: (config) => config['test.format'] !== 'raw',
    },
  };
  const check = (raw: RawConfig) => checkConnector(sometimes, { ...MINIMAL, ...raw });

  it('follows from them', () => {
    expect(check({}).parsed?.connector['delivery.guarantee']).toBe('exactly-once');
    expect(check({ 'test.format': 'raw' }).parsed?.connector['delivery.guarantee']).toBe('at-least-once');
    expect(check({ 'delivery.guarantee': 'at-least-once' }).problems).toEqual([]);
  });

  it('is refused where it cannot be given', () => {
    expect(check({ 'test.format': 'raw', 'delivery.guarantee': 'exactly-once' }).problems).toEqual([
      {
        key: 'delivery.guarantee',
        message: 'cannot be exactly-once here: it is `exactly-once`, but `at-least-once` with test.format=raw',
      },
    ]);
  });
});

describe('names', () => {
  it.each(['a', '0', 'orders-2', 'a'.repeat(48)])('%s is one', (name) => {
    expect(connector({ name }).name).toBe(name);
  });

  it.each(['-a', 'Orders', 'a_b', 'a.b', 'a b', '订单', 'a'.repeat(49), '', 'a\n'])('%j is none', (name) => {
    expect(problems({ name })).toEqual([
      expect.stringMatching(/^name: expected at most 48 digits, lower-case letters/),
    ]);
  });
});

describe('sources', () => {
  it('are exactly one of topics and topics.regex, reported on both', () => {
    expect(problemKeys({ topics: null })).toEqual(['topics', 'topics.regex']);
    expect(problemKeys({ 'topics.regex': 'a.*' })).toEqual(['topics', 'topics.regex']);
    expect(problems({ 'topics.regex': 'a.*' })[0]).toContain('not both');
  });

  it('by pattern match whole names', () => {
    const pattern = connector({ topics: null, 'topics.regex': 'orders|bills' })['topics.regex'];
    expect(['orders', 'bills', 'orders2', 'xbills'].map((topic) => pattern?.test(topic))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each(['a(', 'a)(b', '[', ''])('by the malformed pattern %j are refused', (pattern) => {
    expect(problems({ topics: null, 'topics.regex': pattern })).toEqual([
      expect.stringMatching(/^topics\.regex: expected a regular expression/),
    ]);
  });

  it.each(['or ders', '..', 'a,b/c', 'x'.repeat(250)])('by the impossible topic name %j are refused', (topics) => {
    expect(problems({ topics })).toEqual([expect.stringMatching(/^topics: expected a topic name/)]);
  });
});

describe('the start offset', () => {
  it.each([
    ['earliest', 'earliest'],
    ['LATEST', 'latest'],
    ['2026-01-31T08:00:00Z', Date.UTC(2026, 0, 31, 8)],
    ['2026-01-31T08:00:00.250+08:00', Date.UTC(2026, 0, 31, 0, 0, 0, 250)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('%s is read as %s', (raw, value) => {
    expect(connector({ 'consumer.start.offset': raw })['consumer.start.offset']).toBe(value);
  });

  it.each(['now', '2026-01-31', '2026-01-31T08:00:00', '2026-02-30T08:00:00Z', '1600000000000', ''])(
    '%j is refused',
    (raw) => {
      expect(problems({ 'consumer.start.offset': raw })).toEqual([
        expect.stringMatching(/^consumer\.start\.offset: expected earliest, latest, or an ISO time with its zone/),
      ]);
    },
  );
});

describe('error topics', () => {
  const KEYS = ['errors.deadletterqueue.topic.name', 'runtime.error.topic.name'] as const;

  it.each(KEYS)('%s is never a source topic', (key) => {
    expect(problems({ topics: 'orders,bad', [key]: 'bad' })).toEqual([
      `${key}: bad is also read as a source: it is one of topics. Records would go round for ever; choose another topic or narrow the sources`,
    ]);
  });

  it('are never matched by the pattern, not even by default', () => {
    expect(problemKeys({ topics: null, 'topics.regex': '.*' })).toEqual([...KEYS]);
    expect(problemKeys({ topics: null, 'topics.regex': 'connect-error-orders' })).toEqual([...KEYS]);
    expect(problemKeys({ topics: null, 'topics.regex': 'error' })).toEqual([]);
  });

  it('may be one topic for both', () => {
    expect(problems({ [KEYS[0]]: 'bad', [KEYS[1]]: 'bad' })).toEqual([]);
  });

  it('are not checked under a name that is no topic name', () => {
    expect(problemKeys({ [KEYS[0]]: 'a b' })).toEqual([KEYS[0]]);
  });
});

describe('failures', () => {
  it('read errors.tolerance for errors.policy', () => {
    expect(connector({ 'errors.tolerance': 'all' })['errors.policy']).toBe('continue');
    expect(connector({ 'errors.tolerance': 'none' })['errors.policy']).toBe('stop');
    expect(connector({ 'errors.tolerance': 'none', 'errors.policy': 'stop' })['errors.policy']).toBe('stop');
    expect(problemKeys({ 'errors.tolerance': 'all', 'errors.policy': 'stop' })).toEqual([
      'errors.policy',
      'errors.tolerance',
    ]);
  });

  it('bound the longest wait from below', () => {
    expect(problemKeys({ 'retry.backoff.ms': 500, 'retry.backoff.max.ms': 499 })).toEqual(['retry.backoff.max.ms']);
    expect(problems({ 'retry.backoff.ms': 500, 'retry.backoff.max.ms': 500 })).toEqual([]);
  });

  it('accept -1 for an endless retry timeout, nothing below', () => {
    expect(connector({ 'errors.retry.timeout': '-1' })['errors.retry.timeout']).toBe(-1);
    expect(problemKeys({ 'errors.retry.timeout': -2 })).toEqual(['errors.retry.timeout']);
  });
});

describe('calls', () => {
  it('to Function Compute, which a user’s own function is called by default, need its name and its place', () => {
    const { problems: byDefault } = checkConnector(fcSink, { ...MINIMAL, 'connector.class': 'fc-sink' });
    expect(byDefault.map(({ key }) => key)).toEqual(['fc.function.name', 'fc.endpoint']);
  });

  it('of a user’s own function in process need its module, and nothing else has one', () => {
    const raw = { ...MINIMAL, 'connector.class': 'fc-sink', 'invoke.target': 'in-process' };
    expect(checkConnector(fcSink, raw).problems).toEqual([
      { key: 'invoke.module', message: expect.stringContaining('is required with invoke.target=in-process') },
    ]);
    expect(checkConnector(fcSink, { ...raw, 'invoke.module': './fn.mjs' }).problems).toEqual([]);
    const overHttp = { ...MINIMAL, ...HTTP, 'connector.class': 'fc-sink', 'invoke.module': './fn.mjs' };
    expect(checkConnector(fcSink, overHttp).problems).toEqual([
      { key: 'invoke.module', message: expect.stringContaining('is only for connector.class=fc-sink') },
    ]);
    expect(problemKeys({ 'invoke.module': './fn.mjs' })).toEqual(['invoke.module']);
  });

  it('over HTTP need a URL', () => {
    expect(problems({ 'invoke.target': 'http' })).toEqual(['invoke.http.url: is required with invoke.target=http']);
    expect(connector(HTTP)['invoke.http.url']).toBe('http://127.0.0.1:9000/f');
  });

  it.each(['127.0.0.1:9000', 'ftp://h/x', '/f', 'http://', 'not a url'])('refuse %j as a URL', (url) => {
    expect(problemKeys({ ...HTTP, 'invoke.http.url': url })).toEqual(['invoke.http.url']);
  });

  it('refuse credentials in the URL without showing them', () => {
    const [problem = ''] = problems({ ...HTTP, 'invoke.http.url': 'https://alice:hunter2@example.com/f' });
    expect(problem).toContain('use invoke.http.authorization');
    expect(problem).not.toMatch(/hunter2|alice/);
  });

  it('are asynchronous only at Function Compute', () => {
    expect(problemKeys({ 'invoke.mode': 'async' })).toEqual(['invoke.mode']);
    const fc = { 'invoke.target': 'fc', 'fc.function.name': 'orders', 'fc.endpoint': 'http://127.0.0.1:9000' };
    expect(problemKeys({ 'invoke.mode': 'async', ...fc })).toEqual([]);
  });

  it('hold a batch: batch.bytes is at most invoke.max.bytes', () => {
    expect(problemKeys({ 'batch.bytes': 2049, 'invoke.max.bytes': 2048 })).toEqual(['batch.bytes']);
    expect(problems({ 'batch.bytes': 2048, 'invoke.max.bytes': 2048 })).toEqual([]);
    expect(problemKeys({ ...HTTP, 'batch.bytes': 32 * MIB })).toEqual(['batch.bytes']);
  });
});

describe('overflow', () => {
  const STORE = { 'overflow.claim.check.bucket': 'big-values', 'overflow.claim.check.endpoint': 'http://127.0.0.1:1' };
  const ID = 'overflow.claim.check.access.key.id';

  it('by claim check needs a bucket', () => {
    expect(problemKeys({ 'overflow.policy': 'claim-check' })).toEqual(['overflow.policy']);
    expect(problems({ ...STORE, 'overflow.policy': 'claim-check' })).toEqual([]);
  });

  it('needs to know where the bucket is', () => {
    expect(problemKeys({ 'overflow.claim.check.bucket': 'big-values' })).toEqual(['overflow.claim.check.endpoint']);
  });

  it('takes an access key only with its secret', () => {
    expect(problemKeys({ ...STORE, [ID]: `\${env:ID}` })).toEqual(['overflow.claim.check.access.key.secret']);
    expect(problemKeys({ ...STORE, 'overflow.claim.check.access.key.secret': `\${env:S}` })).toEqual([ID]);
  });

  it('signs for seven days at most', () => {
    expect(problemKeys({ ...STORE, 'overflow.claim.check.expiry.ms': 604_800_001 })).toEqual([
      'overflow.claim.check.expiry.ms',
    ]);
  });
});

it('converters are also read by Kafka Connect’s class names', () => {
  const raw = {
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
  };
  expect(connector(raw)).toMatchObject({ 'key.converter': 'string', 'value.converter': 'bytes' });
  expect(problemKeys({ 'value.converter': 'org.apache.kafka.connect.json.JsonConverter' })).toEqual([
    'value.converter',
  ]);
});

describe('parsing a connector', () => {
  it('separates the sink’s own keys', () => {
    const parsed = parseConnector(testSink, { ...MINIMAL, 'test.header': 'true' });
    expect(parsed.sink).toEqual({ 'test.format': 'text', 'test.header': true });
    expect(Object.keys(parsed.connector)).toEqual(Object.keys(connectorKeys(testSink)));
    expect(parsed.warnings).toEqual([]);
  });

  it('collects problems of shared keys, sink keys and the rules of both', () => {
    const raw = { ...MINIMAL, 'tasks.max': 0, 'test.format': 'raw', 'test.header': true, 'retry.backoff.max.ms': 1 };
    expect(() => parseConnector(testSink, raw)).toThrow(ConfigError);
    expect(checkConnector(testSink, raw).problems.map(({ key }) => key)).toEqual([
      'tasks.max',
      'retry.backoff.max.ms',
      'test.header',
    ]);
  });

  it('checks shared rules also when a key of the sink failed', () => {
    const keys = problemKeys({ 'test.format': 'xml', 'retry.backoff.max.ms': 1 });
    expect(keys).toEqual(['test.format', 'retry.backoff.max.ms']);
  });
});
