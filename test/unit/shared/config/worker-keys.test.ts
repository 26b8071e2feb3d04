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

  it('take TLS for listeners, and not for metrics', () => {
    expect(problemKeys({ listeners: 'http://127.0.0.1:1, https://[::]:8443' })).toEqual([]);
    expect(problemKeys({ 'metrics.listener': 'https://h:1' })).toEqual(['metrics.listener']);
  });

  it.each(['h:1', 'ftp://h:1', 'http://h:1/path', 'http://u:p@h:1', 'http://h:99999'])(
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
  const SASL = { 'security.protocol': 'SASL_PLAINTEXT' };
  const credentials = (raw: RawConfig) => {
    const { sasl } = connection(raw);
    return sasl === undefined || !('credentials' in sasl)
      ? undefined
      : { mechanism: sasl.mechanism, ...sasl.credentials() };
  };
  const oauth = (raw: RawConfig) => {
    const { sasl } = connection({
      ...SASL,
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.oauthbearer.token.endpoint.url': 'https://idp.example/token',
      ...raw,
    });
    return sasl !== undefined && 'clientCredentials' in sasl ? sasl.clientCredentials() : undefined;
  };

  it('is plain by default', () => {
    expect(connection({})).toEqual({ bootstrapServers: ['127.0.0.1:9092'], clientId: 'spillway', fetch: 'fast' });
  });

  it('leaves reading to kafkajs where that is asked for', () => {
    expect(connection({ 'kafka.fetch': 'kafkajs' }).fetch).toBe('kafkajs');
  });

  it('reveals user and password, anew each time', () => {
    const raw = {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'scram-sha-512',
      'sasl.username': 'a',
      'sasl.password': PW,
    };
    expect(connection(raw).ssl).toEqual({});
    expect(credentials(raw)).toEqual({ mechanism: 'scram-sha-512', username: 'a', password: 'hunter2' });
    const env: Record<string, string> = { PW: 'old' };
    const { sasl } = kafkaConnection(
      parseWorker({ ...SERVERS, ...raw }).config,
      secretResolver(env, () => ''),
    );
    env['PW'] = 'new';
    expect(sasl !== undefined && 'credentials' in sasl && sasl.credentials().password).toBe('new');
  });

  it('reads a JAAS entry, whole or with references inside, whatever characters they stand for', () => {
    const raw = { ...SASL, 'sasl.mechanism': 'PLAIN' };
    const entry = `${PLAIN} password="${PW}" username="alice";`;
    expect(credentials({ ...raw, 'sasl.jaas.config': entry })).toEqual({
      mechanism: 'plain',
      username: 'alice',
      password: 'hunter2',
    });
    const odd = 'a"b\\c;d=e';
    const resolver = secretResolver({ PW: odd, JAAS: `${PLAIN} username="u" password="p\\"w";` }, () => '');
    for (const [text, password] of [
      [entry, odd],
      [`\${env:JAAS}`, 'p"w'],
    ]) {
      const { sasl } = kafkaConnection(parseWorker({ ...SERVERS, ...raw, 'sasl.jaas.config': text }).config, resolver);
      expect(sasl !== undefined && 'credentials' in sasl && sasl.credentials().password).toBe(password);
    }
  });

  it('refuses a JAAS entry it does not understand, or of another mechanism, without showing it', () => {
    const raw = { ...SASL, 'sasl.mechanism': 'SCRAM-SHA-256' };
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="a" password="hunter2"';
    const problemOf = (jaas: string) => problemsOf(() => connection({ ...raw, 'sasl.jaas.config': jaas }));
    expect(problemOf(`${PLAIN} username="a" password="hunter2";`)).toEqual([
      { key: 'sasl.jaas.config', message: 'is for PLAIN, but sasl.mechanism is SCRAM-SHA-256' },
    ]);
    for (const jaas of ['alice:hunter2', `${scram} tokenauth="true";`, scram, `${PLAIN} password="hunter2";`]) {
      expect(problemOf(jaas).map(({ key }) => key)).toEqual(['sasl.jaas.config']);
      expect(JSON.stringify(problemOf(jaas))).not.toContain('hunter2');
    }
  });

  it('knows a client of OAuth by keys of both spellings, by a JAAS entry, or by both', () => {
    const expected = {
      tokenEndpoint: 'https://idp.example/token',
      clientId: 'me',
      clientSecret: 'hunter2',
      urlEncoded: false,
    };
    expect(oauth({ 'sasl.oauthbearer.client.id': 'me', 'sasl.oauthbearer.client.secret': PW })).toEqual({
      ...expected,
      extensions: {},
    });
    const kip1139 = {
      'sasl.oauthbearer.client.credentials.client.id': 'me',
      'sasl.oauthbearer.client.credentials.client.secret': PW,
      'sasl.oauthbearer.scope': 's',
      'sasl.oauthbearer.extensions': 'one=1,two=2',
      'sasl.oauthbearer.header.urlencode': 'true',
    };
    expect(oauth(kip1139)).toEqual({ ...expected, scope: 's', urlEncoded: true, extensions: { one: '1', two: '2' } });
    const module = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required';
    const entry = `${module} extension_one="1" scope="j" clientSecret="${PW}" clientId="me";`;
    expect(oauth({ 'sasl.jaas.config': entry })).toEqual({ ...expected, scope: 'j', extensions: { one: '1' } });
    const bare = { 'sasl.jaas.config': `${module};`, 'sasl.oauthbearer.client.id': 'me' };
    expect(oauth({ ...bare, 'sasl.oauthbearer.client.secret': PW })).toMatchObject(expected);
    expect(problemsOf(() => oauth(bare))).toEqual([
      { key: 'sasl.jaas.config', message: 'has no option clientSecret="..."' },
    ]);
  });

  it('names the key of a secret that does not resolve', () => {
    const raw = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN', 'sasl.username': 'a' };
    const found = problemsOf(() => connection({ ...raw, 'sasl.password': `\${env:NOWHERE}` }));
    expect(found.map(({ key }) => key)).toEqual(['sasl.password']);
  });
});

describe('OAUTHBEARER', () => {
  const raw = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'OAUTHBEARER' };
  const url = 'sasl.oauthbearer.token.endpoint.url';

  it('needs an endpoint and a client, and no user', () => {
    expect(problemKeys(raw)).toEqual([url, 'sasl.oauthbearer.client.id', 'sasl.oauthbearer.client.secret']);
    expect(problemKeys({ ...raw, 'sasl.jaas.config': 'x', 'sasl.username': 'a' })).toEqual([url, 'sasl.username']);
    expect(problemKeys({ ...raw, 'sasl.jaas.config': 'x', [url]: 'https://u:p@h/t' })).toEqual([url]);
    expect(problemKeys({ ...raw, 'sasl.jaas.config': 'x', [url]: 'file:///t' })).toEqual([url]);
  });

  it('has keys that nothing else uses', () => {
    const plain = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': 'x' };
    expect(problemKeys({ ...plain, [url]: 'https://h/t' })).toEqual([url]);
  });
});

describe('files of certificates', () => {
  const ssl = { 'security.protocol': 'SSL' };

  it('are given instead of texts, and are PEM', () => {
    expect(problemKeys({ ...ssl, 'ssl.ca': CERTIFICATE, 'ssl.truststore.location': '/ca.pem' })).toEqual([
      'ssl.truststore.location',
    ]);
    expect(problemKeys({ ...ssl, 'ssl.key': PW, 'ssl.keystore.location': '/c.pem' })).toEqual(['ssl.key']);
    expect(problemKeys({ ...ssl, 'ssl.truststore.type': 'JKS', 'ssl.keystore.type': 'pkcs12' })).toEqual([
      'ssl.truststore.type',
      'ssl.keystore.type',
    ]);
    expect(problemKeys({ ...ssl, 'ssl.truststore.type': 'pem' })).toEqual([]);
    expect(problemKeys({ ...ssl, 'ssl.key.password': PW })).toEqual(['ssl.key.password']);
  });

  it('that cannot be used are refused by their key', () => {
    const keyOf = (raw: RawConfig) => problemsOf(() => connection({ ...ssl, ...raw })).map(({ key }) => key);
    expect(keyOf({ 'ssl.truststore.location': '/empty' })).toEqual(['ssl.truststore.location']);
    expect(keyOf({ 'ssl.ca': CERTIFICATE })).toEqual(['ssl.ca']);
    const noFiles = { resolve: secrets.resolve };
    const { config } = parseWorker({ ...SERVERS, ...ssl, 'ssl.truststore.location': '/ca.pem' });
    expect(problemsOf(() => kafkaConnection(config, noFiles)).map(({ message }) => message)).toEqual([
      expect.stringContaining('no files can be read here'),
    ]);
  });
});

describe('what is allowed with a warning', () => {
  const warned = (raw: RawConfig) => parseWorker({ ...SERVERS, ...raw }).warnings.map(({ key }) => key);
  const algorithm = 'ssl.endpoint.identification.algorithm';

  it('host names that are not checked', () => {
    for (const off of ['', 'none']) {
      expect(warned({ 'security.protocol': 'SSL', [algorithm]: off })).toEqual([algorithm]);
      const { config } = parseWorker({ ...SERVERS, 'security.protocol': 'SSL', [algorithm]: off });
      expect(kafkaConnection(config, secrets).ssl).toEqual({ checkHostname: false });
    }
    expect(warned({ 'security.protocol': 'SSL', [algorithm]: 'HTTPS' })).toEqual([]);
    expect(problemKeys({ 'security.protocol': 'SSL', [algorithm]: 'md5' })).toEqual([algorithm]);
  });

  it('secrets that travel in clear', () => {
    const plain = {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.username': 'a',
      'sasl.password': PW,
    };
    expect(warned(plain)).toEqual([]);
    expect(warned({ ...plain, 'bootstrap.servers': 'kafka.example.com:9092' })).toEqual(['security.protocol']);
    const oauth = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'OAUTHBEARER', 'sasl.jaas.config': PW };
    const url = 'sasl.oauthbearer.token.endpoint.url';
    expect(warned({ ...oauth, [url]: 'http://idp.example/t' })).toEqual([url]);
    expect(warned({ ...oauth, [url]: 'http://127.0.0.1:9/t' })).toEqual([]);
  });
});
