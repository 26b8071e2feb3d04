/** What the driver signs in with, out of the worker's settings. */
import { ConfigError } from '../../errors.ts';
import type { ClientCredentials, SaslOptions } from '../../kafka/driver.ts';
import type { ConfigOf } from '../definition.ts';
import { type JaasEntry, type JaasModule, readJaas } from '../jaas.ts';
import type { Secret, SecretResolver } from '../secret.ts';
import type { kafkaKeys } from './kafka-keys.ts';

type KafkaConfig = ConfigOf<typeof kafkaKeys>;

const MECHANISMS = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;

/** How to sign in. Credentials are read here once, to refuse what is wrong before anything starts, and again at each sign-in.
 *  @throws ConfigError when a secret does not resolve, or `sasl.jaas.config` is not understood or is of another mechanism */
export function saslOptions(config: KafkaConfig, secrets: SecretResolver): SaslOptions {
  const mechanism = config['sasl.mechanism'];
  if (mechanism === undefined) throw problem('sasl.mechanism', 'is required with a SASL protocol');
  if (mechanism === 'OAUTHBEARER') {
    const clientCredentials = () => oauthClient(config, secrets);
    clientCredentials();
    return { mechanism: 'oauthbearer', clientCredentials };
  }
  const credentials = () => passwordCredentials(config, secrets);
  credentials();
  return { mechanism: MECHANISMS[mechanism], credentials };
}

function passwordCredentials(config: KafkaConfig, secrets: SecretResolver): { username: string; password: string } {
  const entry = jaasEntry(config, secrets);
  if (entry === undefined) {
    const { 'sasl.username': username, 'sasl.password': password } = config;
    if (username === undefined) throw problem('sasl.username', 'is required with a SASL protocol');
    if (password === undefined) throw problem('sasl.password', 'is required with a SASL protocol');
    return { username, password: password.reveal(secrets) };
  }
  if (entry.options.get('tokenauth') === 'true') {
    throw problem('sasl.jaas.config', 'delegation tokens (tokenauth="true") are not supported; give user and password');
  }
  return { username: option(entry, 'username'), password: option(entry, 'password') };
}

function oauthClient(config: KafkaConfig, secrets: SecretResolver): ClientCredentials {
  const entry = jaasEntry(config, secrets);
  const secret = config['sasl.oauthbearer.client.secret']?.reveal(secrets);
  const url = config['sasl.oauthbearer.token.endpoint.url'];
  const key = 'sasl.oauthbearer.client.id';
  if (url === undefined) throw problem('sasl.oauthbearer.token.endpoint.url', 'is required with OAUTHBEARER');
  if (entry === undefined && config[key] === undefined) throw problem(key, 'is required with OAUTHBEARER');
  const scope = config['sasl.oauthbearer.scope'] ?? entry?.options.get('scope');
  return {
    tokenEndpoint: url,
    clientId: config[key] ?? option(entry, 'clientId'),
    clientSecret: secret ?? option(entry, 'clientSecret'),
    ...(scope === undefined ? {} : { scope }),
    urlEncoded: config['sasl.oauthbearer.header.urlencode'],
    extensions: { ...jaasExtensions(entry), ...keyExtensions(config) },
  };
}

function jaasExtensions(entry: JaasEntry | undefined): Record<string, string> {
  const given = [...(entry?.options ?? [])].filter(([name]) => name.startsWith('extension_'));
  return Object.fromEntries(given.map(([name, value]) => [name.slice('extension_'.length), value]));
}

function keyExtensions(config: KafkaConfig): Record<string, string> {
  const entries = config['sasl.oauthbearer.extensions'] ?? [];
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

function jaasEntry(config: KafkaConfig, secrets: SecretResolver): JaasEntry | undefined {
  const jaas = config['sasl.jaas.config'];
  if (jaas === undefined) return undefined;
  const entry = readJaas(jaas.reveal(isOneReference(jaas) ? secrets : escaping(secrets)));
  if ('problem' in entry) throw problem('sasl.jaas.config', entry.problem);
  const mechanism = config['sasl.mechanism'] ?? '';
  if (!mechanism.startsWith(entry.module satisfies JaasModule)) {
    throw problem('sasl.jaas.config', `is for ${entry.module}, but sasl.mechanism is ${mechanism}`);
  }
  return entry;
}

function isOneReference(secret: Secret): boolean {
  return /^\$\{[^}]*\}$/.test(secret.toString());
}

/** What a reference inside an entry stands for is one value, whatever quotes it holds. */
function escaping(secrets: SecretResolver): SecretResolver {
  return { resolve: (reference) => secrets.resolve(reference).replace(/["'\\]/g, '\\$&') };
}

function option(entry: JaasEntry | undefined, name: string): string {
  const value = entry?.options.get(name);
  if (value === undefined || value === '') throw problem('sasl.jaas.config', `has no option ${name}="..."`);
  return value;
}

function problem(key: string, message: string): ConfigError {
  return new ConfigError([{ key, message }], 'worker settings');
}
