import { describe, expect, it } from 'vitest';
import { connectorPolicy } from '../../../../../functions/control-plane/policy/connector-policy.ts';
import { policyProblems } from '../../../../../functions/control-plane/policy/policy-problems.ts';
import { restrictedSecrets } from '../../../../../functions/control-plane/policy/secret-rules.ts';
import { HIDDEN, shownConfig } from '../../../../../functions/control-plane/policy/shown-config.ts';
import { fcSink } from '../../../../../functions/dispatcher/fc-sink.ts';
import { elasticsearchSink } from '../../../../../functions/elasticsearch-sink/config.ts';
import { maxcomputeSink } from '../../../../../functions/maxcompute-sink/config.ts';
import { ossSink } from '../../../../../functions/oss-sink/config.ts';
import { connectorKeys } from '../../../../../shared/config/connector-keys.ts';
import type { RawConfig } from '../../../../../shared/config/parse.ts';
import { secretResolver } from '../../../../../shared/config/secret-resolver.ts';
import { parseWorker } from '../../../../../shared/config/worker-keys.ts';
import type { SinkDefinition } from '../../../../../shared/sink.ts';

const policyOf = (raw: RawConfig = {}) =>
  connectorPolicy(parseWorker({ 'bootstrap.servers': 'k:9092', ...raw }).config, (path) => path);

const problems = (config: Record<string, string>, raw?: RawConfig, sink: SinkDefinition = ossSink) =>
  policyProblems(sink, config, policyOf(raw)).map(({ key, message }) => `${key}: ${message}`);

const ES = elasticsearchSink as unknown as SinkDefinition;

describe('lists of addresses', () => {
  it('are answered with the first complaints, each once', () => {
    const hosts = (list: string[]) => problems({ 'elasticsearch.hosts': list.join(',') }, {}, ES);
    expect(hosts(['127.0.0.1', '127.0.0.1', 'es.example.com'])).toHaveLength(1);
    expect(hosts(Array.from({ length: 200 }, (_, at) => `127.0.0.${at}`))).toHaveLength(10);
  });
});

describe('secrets', () => {
  it('come by reference to what is allowed', () => {
    expect(
      problems({
        'oss.access.key.id': '${env:SPILLWAY_SECRET_ID}',
        'invoke.http.authorization': 'Bearer ${env:SPILLWAY_SECRET_T}',
      }),
    ).toEqual([]);
    expect(
      problems(
        { 'oss.access.key.secret': '${file:/run/secrets/oss:key}' },
        { 'connector.secret.folders': '/run/secrets' },
      ),
    ).toEqual([]);
    expect(problems({ 'oss.access.key.id': '${env:OSS_ID}' }, { 'connector.secret.variables': 'OSS_*' })).toEqual([]);
  });

  it.each([
    'hunter2',
    'Bearer hunter2',
    'hunter2${env:SPILLWAY_SECRET_ID}',
    'Bearer x${env:SPILLWAY_SECRET_ID}',
    ' ${env:SPILLWAY_SECRET_ID}',
  ])('do not stand in clear: %j', (value) => {
    const [problem = '', ...more] = problems({ 'oss.access.key.secret': value });
    expect(more).toEqual([]);
    expect(problem).toMatch(
      /^oss\.access\.key\.secret: a secret must not stand here in clear, not even in part; refer to it/,
    );
    expect(problem).not.toContain('hunter2');
  });

  it('are not what is shown in their place', () => {
    expect(problems({ 'oss.access.key.secret': HIDDEN })).toEqual([
      expect.stringMatching(/stands for a secret that is not shown/),
    ]);
  });

  it.each(['PATH', 'SPILLWAY_REST_ADMIN_TOKEN', 'XSPILLWAY_SECRET_ID'])('do not come from the variable %s', (name) => {
    expect(problems({ 'oss.access.key.id': `\${env:${name}}` })).toEqual([
      `oss.access.key.id: connectors may not refer to the variable ${name}; allowed: SPILLWAY_SECRET_* (connector.secret.variables of the worker)`,
    ]);
  });

  it('do not come from other folders', () => {
    expect(problems({ 'oss.access.key.id': '${file:/etc/shadow:root}' })).toEqual([
      'oss.access.key.id: /etc/shadow is not in a folder that connectors may read from: connector.secret.folders of the worker lists none',
    ]);
  });

  it('are not looked for under unknown keys, nor stored by them', () => {
    expect(problems({ 'oss.secret': '${env:SECRET}', 'unknown.key': '1', 'transforms.a.type': 'x' })).toEqual([]);
    expect(problems({ 'oss.acces.key.secret': 'hunter2' })).toEqual([
      expect.stringMatching(/^oss\.acces\.key\.secret: is no key of this connector/),
    ]);
    expect(problems({ 'http.proxy.url': 'http://me:hunter2@proxy' })).toEqual([
      expect.stringMatching(/^http\.proxy\.url: holds a secret/),
    ]);
  });

  it('are not pasted into keys that are shown', () => {
    const pem =
      '-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\nB\n-----END EC PRIVATE KEY-----';
    expect(problems({ 'elasticsearch.ssl.certificate': pem }, {}, ES)).toEqual([expect.stringMatching(/private key/)]);
  });
});

describe('addresses, files and modules', () => {
  it('checks every key that says where connections go', () => {
    const bad = 'http://169.254.169.254';
    expect(
      problems({
        'oss.endpoint': '169.254.169.254',
        'overflow.claim.check.endpoint': bad,
        'invoke.http.url': `${bad}/x`,
        'fc.endpoint': bad,
      }),
    ).toHaveLength(4);
    expect(
      problems({ 'elasticsearch.hosts': `https://es.example.com, ${bad}:9200,http://localhost:9200` }, {}, ES),
    ).toEqual([
      expect.stringMatching(/169\.254\.169\.254 is never/),
      expect.stringMatching(/localhost is the worker's own machine/),
    ]);
    expect(problems({ 'oss.endpoint': 'http://localhost:9000' }, { 'connector.target.hosts': '*,localhost' })).toEqual(
      [],
    );
  });

  it('knows such keys of every sink by their definition', () => {
    const sinks = [ossSink, elasticsearchSink, maxcomputeSink, fcSink] as unknown as SinkDefinition[];
    const keys = sinks.flatMap((sink) => Object.entries({ ...connectorKeys(sink), ...sink.keys }));
    const named = keys.filter(([key]) => /(?:^|\.)(?:endpoint|hosts?|location|url|file|path|module)$/.test(key));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(([, { refersTo }]) => refersTo === undefined).map(([key]) => key)).toEqual([]);
  });

  it('reads files of allowed folders only', () => {
    const key = 'elasticsearch.ssl.keystore.location';
    expect(problems({ [key]: '/etc/worker/key.pem' }, {}, ES)).toEqual([
      expect.stringMatching(/^elasticsearch\.ssl\.keystore\.location: .*may read from/),
    ]);
    expect(problems({ [key]: '/pem/key.pem' }, { 'connector.secret.folders': '/pem' }, ES)).toEqual([]);
  });

  it('runs modules of allowed folders only', () => {
    const sink = fcSink as unknown as SinkDefinition;
    expect(problems({ 'invoke.module': '/tmp/x.mjs' }, {}, sink)).toEqual([
      expect.stringMatching(/connector\.module\.folders of the worker lists none/),
    ]);
    expect(problems({ 'invoke.module': '/opt/fn/x.mjs' }, { 'connector.module.folders': '/opt/fn' }, sink)).toEqual([]);
  });
});

describe('overrides of the consumer', () => {
  it('are those that the worker lists', () => {
    const given = { 'consumer.override.auto.offset.reset': 'earliest', 'consumer.override.fetch.max.bytes': '1000000' };
    expect(problems(given)).toEqual([]);
    expect(problems(given, { 'connector.client.config.override.allowlist': 'none' })).toHaveLength(2);
    expect(problems(given, { 'connector.client.config.override.allowlist': 'auto.offset.reset' })).toEqual([
      'consumer.override.fetch.max.bytes: this worker does not let connectors override fetch.max.bytes; remove it, or add it to connector.client.config.override.allowlist (now auto.offset.reset)',
    ]);
  });

  it.each([
    'consumer.override.bootstrap.servers',
    'consumer.override.sasl.jaas.config',
    'producer.override.acks',
    'admin.override.x',
  ])('never %s', (key) => {
    const [problem = ''] = problems({ [key]: 'hunter2' });
    expect(problem).toContain(`${key}: cannot be overridden by a connector`);
    expect(problem).not.toContain('hunter2');
  });
});

describe('shownConfig', () => {
  it('shows references, and hides what should not have been stored', () => {
    const config = {
      name: 'c',
      'oss.access.key.id': '${env:ID}',
      'oss.access.key.secret': 'hunter2',
      'invoke.http.authorization': 'Bearer ${env:T}',
      'oss.security.token': 'x${env:T}',
      'my.password': 'hunter2',
      'proxy.url': 'http://u:hunter2@h',
      'unknown.key': '1',
    };
    const shown = shownConfig(ossSink as unknown as SinkDefinition, config);
    expect(shown).toEqual({
      ...config,
      'oss.access.key.secret': HIDDEN,
      'oss.security.token': HIDDEN,
      'my.password': HIDDEN,
      'proxy.url': HIDDEN,
    });
    expect(shownConfig(ossSink as unknown as SinkDefinition, shown)).toEqual(shown);
  });

  it('hides by name where the sink is unknown', () => {
    expect(shownConfig(undefined, { 'oss.access.key.secret': 'hunter2', 'oss.bucket': 'b' })).toEqual({
      'oss.access.key.secret': HIDDEN,
      'oss.bucket': 'b',
    });
  });
});

describe('restrictedSecrets', () => {
  const read: string[] = [];
  const all = secretResolver({ SPILLWAY_SECRET_ID: 'id', PATH: '/bin' }, (path) => {
    read.push(path);
    return 'key=value';
  });
  const policy = {
    ...policyOf({ 'connector.secret.folders': '/run/secrets' }),
    realPath: (path: string) => (path.startsWith('/run/secrets/out') ? '/etc/x' : `${path}`),
  };
  const secrets = restrictedSecrets(all, policy);

  it('looks up what is allowed and nothing else', () => {
    expect(secrets.resolve({ provider: 'env', name: 'SPILLWAY_SECRET_ID' })).toBe('id');
    expect(secrets.resolve({ provider: 'file', path: '/run/secrets/a', key: 'key' })).toBe('value');
    expect(secrets.readText?.('/run/secrets/a.pem')).toBe('key=value');
    expect(read).toEqual(['/run/secrets/a', '/run/secrets/a.pem']);
    expect(() => secrets.resolve({ provider: 'env', name: 'PATH' })).toThrow('may not refer to the variable PATH');
    expect(() => secrets.resolve({ provider: 'file', path: '/run/secrets/out', key: 'key' })).toThrow(
      'not in a folder',
    );
    expect(() => secrets.readText?.('/etc/passwd')).toThrow('not in a folder');
    expect(read).toHaveLength(2);
  });
});
