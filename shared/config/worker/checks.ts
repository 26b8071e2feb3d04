/** Rules over several worker settings. */
import type { ConfigProblem } from '../../errors.ts';
import { crossCheck } from '../definition.ts';
import { kafkaKeys } from './kafka-keys.ts';

const PASSWORD = ['sasl.username', 'sasl.password'] as const;
const OAUTH_CLIENT = ['sasl.oauthbearer.client.id', 'sasl.oauthbearer.client.secret'] as const;
const OAUTH = [
  'sasl.oauthbearer.token.endpoint.url',
  ...OAUTH_CLIENT,
  'sasl.oauthbearer.scope',
  'sasl.oauthbearer.extensions',
] as const;
const SASL = ['sasl.mechanism', ...PASSWORD, 'sasl.jaas.config', ...OAUTH] as const;
const SSL = [
  'ssl.ca',
  'ssl.truststore.location',
  'ssl.certificate',
  'ssl.key',
  'ssl.keystore.location',
  'ssl.key.password',
] as const;

type Given = Readonly<Record<string, unknown>>;

const given = (config: Given, key: string) => config[key] !== undefined;

function idle(config: Given, keys: readonly string[], why: string): ConfigProblem[] {
  return keys
    .filter((key) => given(config, key))
    .map((key) => ({ key, message: `has no effect with ${why}, or leave it out` }));
}

function passwordProblems(config: Given, required: string): ConfigProblem[] {
  const jaas = given(config, 'sasl.jaas.config');
  const wrong = PASSWORD.filter((key) => given(config, key) === jaas);
  const message = jaas
    ? 'give either this or sasl.jaas.config, not both'
    : `${required}, unless sasl.jaas.config is given`;
  return [
    ...wrong.map((key) => ({ key, message })),
    ...idle(config, OAUTH, `sasl.mechanism=${String(config['sasl.mechanism'])}; use OAUTHBEARER`),
  ];
}

function oauthProblems(config: Given): ConfigProblem[] {
  const required = 'is required with sasl.mechanism=OAUTHBEARER';
  const url = 'sasl.oauthbearer.token.endpoint.url';
  const client = given(config, 'sasl.jaas.config') ? [] : OAUTH_CLIENT.filter((key) => !given(config, key));
  return [
    ...(given(config, url) ? [] : [{ key: url, message: required }]),
    ...client.map((key) => ({ key, message: `${required}, unless sasl.jaas.config is given` })),
    ...idle(config, PASSWORD, 'sasl.mechanism=OAUTHBEARER; use sasl.oauthbearer.client.id and .secret'),
  ];
}

export const kafkaChecks = [
  crossCheck(kafkaKeys, ['security.protocol', ...SASL], (config) => {
    const protocol = config['security.protocol'];
    if (!protocol.startsWith('SASL')) {
      return idle(config, SASL, `security.protocol=${protocol}; use SASL_PLAINTEXT or SASL_SSL`);
    }
    const required = `is required with security.protocol=${protocol}`;
    const mechanism = given(config, 'sasl.mechanism') ? [] : [{ key: 'sasl.mechanism', message: required }];
    const oauth = config['sasl.mechanism'] === 'OAUTHBEARER';
    return [...mechanism, ...(oauth ? oauthProblems(config) : passwordProblems(config, required))];
  }),
  crossCheck(kafkaKeys, ['security.protocol', ...SSL], (config) => {
    const protocol = config['security.protocol'];
    return protocol.endsWith('SSL') ? [] : idle(config, SSL, `security.protocol=${protocol}; use SSL or SASL_SSL`);
  }),
  crossCheck(kafkaKeys, ['ssl.ca', 'ssl.truststore.location'], (config) =>
    given(config, 'ssl.ca') && given(config, 'ssl.truststore.location')
      ? [{ key: 'ssl.truststore.location', message: 'give either this or ssl.ca, not both' }]
      : [],
  ),
  crossCheck(kafkaKeys, ['ssl.certificate', 'ssl.key', 'ssl.keystore.location', 'ssl.key.password'], (config) => {
    const pair = ['ssl.certificate', 'ssl.key'].filter((key) => given(config, key));
    if (given(config, 'ssl.keystore.location')) {
      const message = 'give either this or ssl.keystore.location, not both';
      return pair.map((key) => ({ key, message }));
    }
    if (pair.length === 1) {
      const key = pair[0] === 'ssl.key' ? 'ssl.certificate' : 'ssl.key';
      return [{ key, message: 'ssl.certificate and ssl.key are given together' }];
    }
    return pair.length === 0 ? idle(config, ['ssl.key.password'], 'no client key; give ssl.key') : [];
  }),
];
