import { describe, expect, it } from 'vitest';
import { configFromEnvironment, WORKER_PREFIX } from '../../../../shared/config/environment.ts';
import type { RawConfig } from '../../../../shared/config/parse.ts';
import { secretResolver } from '../../../../shared/config/secret-resolver.ts';
import { kafkaConnection, parseWorker, workerKeys } from '../../../../shared/config/worker-keys.ts';
import { ConfigError, type ConfigProblem } from '../../../../shared/errors.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const SERVERS = { 'bootstrap.servers': '127.0.0.1:9092' };
const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
const secrets = secretResolver({ PW: 'hunter2' }, () => '');
const PW = `\${env:PW}`;

function problemsOf(action: () => unknown): readonly ConfigProblem[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const problemKeys = (raw: RawConfig) => problemsOf(() => parseWorker({ ...SERVERS, ...raw })).map(({ key }) => key);
const connection = (raw: RawConfig) => kafkaConnection(parseWorker({ ...SERVERS, ...raw }).config, secrets);

describe('worker settings', () => {
  it('have defaults for all but the brokers', () => {
    expect(parseWorker(SERVERS).config).toMatchObject({
      'bootstrap.servers': ['127.0.0.1:9092'],
      'client.id': 'spillway',
      'security.protocol': 'PLAINTEXT',
      listeners: ['http://127.0.0.1:8083'],
      'metrics.listener': undefined,
      'memory.budget.bytes': 96 * 1024 * 1024,
      'log.level': 'info',
    });
    expect(problemsOf(() => parseWorker({})).map(({ key }) => key)).toEqual(['bootstrap.servers']);
  });

  it('come from the environment under a prefix', () => {
    const env = {
      SPILLWAY_BOOTSTRAP_SERVERS: 'a:1, b:2',
      SPILLWAY_MEMORY_BUDGET_BYTES: '2000000',
      BOOTSTRAP_SERVERS: 'x:9',
    };
    const { config } = parseWorker(configFromEnvironment(workerKeys, env, WORKER_PREFIX));
    expect(config['bootstrap.servers']).toEqual(['a:1', 'b:2']);
    expect(config['memory.budget.bytes']).toBe(2_000_000);
  });

  it.each(['h:1', 'a.b-c.example.com:65535', '[::1]:9092', '10.0.0.1:9092'])('take %s for a broker', (server) => {
    expect(parseWorker({ 'bootstrap.servers': server }).config['bootstrap.servers']).toEqual([server]);
  });

  it.each(['localhost', 'h:0', 'h:65536', 'http://h:9092', ':9092', 'h:', 'h:1/x', 'a b:1'])(
    'refuse %j as a broker',
    (server) => {
      expect(problemKeys({ 'bootstrap.servers': server })).toEqual(['bootstrap.servers']);
    },
  );

  it.each(['https://h:1', 'h:1', 'http://h:1/path', 'http://u:p@h:1', 'http://h:99999'])(
    'refuse %j as a listener',
    (listener) => {
      expect(problemKeys({ listeners: listener, 'metrics.listener': listener })).toEqual([
        'listeners',
        'metrics.listener',
      ]);
    },
  );
});

describe('signing in', () => {
  it('needs mechanism, user and password, or a JAAS entry', () => {
    expect(problemKeys({ 'security.protocol': 'SASL_SSL' })).toEqual([
      'sasl.mechanism',
      'sasl.username',
      'sasl.password',
    ]);
    const both = { 'sasl.mechanism': 'PLAIN', 'sasl.username': 'a', 'sasl.jaas.config': 'x' };
    expect(problemKeys({ 'security.protocol': 'sasl_plaintext', ...both })).toEqual(['sasl.username']);
  });

  it('is refused where the protocol would not use it', () => {
    const raw = { 'sasl.username': 'a', 'sasl.password': PW, 'ssl.ca': CERTIFICATE };
    expect(problemKeys(raw)).toEqual(['sasl.username', 'sasl.password', 'ssl.ca']);
    expect(problemKeys({ ...raw, 'security.protocol': 'SSL' })).toEqual(['sasl.username', 'sasl.password']);
  });

  it('takes a client certificate only with its key', () => {
    const ssl = { 'security.protocol': 'SSL' };
    expect(problemKeys({ ...ssl, 'ssl.key': PW })).toEqual(['ssl.certificate']);
    expect(problemKeys({ ...ssl, 'ssl.certificate': CERTIFICATE })).toEqual(['ssl.key']);
    expect(problemKeys({ ...ssl, 'ssl.ca': '/etc/ca.pem' })).toEqual(['ssl.ca']);
  });
});

describe('the Kafka connection', () => {
  it('is plain by default', () => {
    expect(connection({})).toEqual({ bootstrapServers: ['127.0.0.1:9092'], clientId: 'spillway' });
  });

  it('reveals user and password', () => {
    const raw = {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'scram-sha-512',
      'sasl.username': 'a',
      'sasl.password': PW,
    };
    expect(connection(raw)).toMatchObject({
      ssl: {},
      sasl: { mechanism: 'scram-sha-512', username: 'a', password: 'hunter2' },
    });
  });

  it('reads a JAAS entry, with references inside', () => {
    const raw = {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': `${PLAIN} username="alice" password="${PW}";`,
    };
    expect(connection(raw).sasl).toEqual({ mechanism: 'plain', username: 'alice', password: 'hunter2' });
    expect(connection(raw).ssl).toBeUndefined();
  });

  it('refuses a JAAS entry it does not understand, or of another mechanism, without showing it', () => {
    const raw = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'SCRAM-SHA-256' };
    const other = problemsOf(() =>
      connection({ ...raw, 'sasl.jaas.config': `${PLAIN} username="a" password="hunter2";` }),
    );
    const garbage = problemsOf(() => connection({ ...raw, 'sasl.jaas.config': 'alice:hunter2' }));
    expect(other).toEqual([{ key: 'sasl.jaas.config', message: 'is for PLAIN, but sasl.mechanism is SCRAM-SHA-256' }]);
    expect(garbage.map(({ key }) => key)).toEqual(['sasl.jaas.config']);
    expect(JSON.stringify(garbage)).not.toContain('hunter2');
  });

  it('takes PEM texts under Kafka’s names too, with line breaks spelt out', () => {
    const raw = {
      'security.protocol': 'SSL',
      'ssl.truststore.certificates': CERTIFICATE.replaceAll('\n', '\\n'),
      'ssl.keystore.certificate.chain': CERTIFICATE,
      'ssl.keystore.key': 'BEGIN\\nEND',
    };
    expect(connection(raw).ssl).toEqual({ ca: CERTIFICATE, cert: CERTIFICATE, key: 'BEGIN\nEND' });
  });

  it('names the key of a secret that does not resolve', () => {
    const raw = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN', 'sasl.username': 'a' };
    const found = problemsOf(() => connection({ ...raw, 'sasl.password': `\${env:NOWHERE}` }));
    expect(found.map(({ key }) => key)).toEqual(['sasl.password']);
  });
});
