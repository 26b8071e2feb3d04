/** Settings of a worker: how Kafka is reached, where it listens, how much memory it takes. */
import { ConfigError, type ConfigProblem } from '../errors.ts';
import type { KafkaConnectionOptions } from '../kafka/driver.ts';
import { defineKey } from './define-key.ts';
import type { ConfigOf, CrossCheck } from './definition.ts';
import { JAAS_EXPECTED, readJaas } from './jaas.ts';
import { parseConfig, type RawConfig } from './parse.ts';
import { Refusal } from './schemas.ts';
import type { SecretResolver } from './secret.ts';
import { kafkaChecks } from './worker/checks.ts';
import { kafkaKeys, withLineBreaks } from './worker/kafka-keys.ts';

const WORKER = { group: 'Worker' } as const;
const MIB = 1024 * 1024;
const LISTENER_EXPECTED = 'an address such as http://127.0.0.1:8083';

/** Host and port of a listener; `http://` only. */
function listenerComplaint(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && url.href === `${url.origin}/` ? undefined : LISTENER_EXPECTED;
}

export const workerKeys = {
  ...kafkaKeys,
  listeners: defineKey.list({
    ...WORKER,
    importance: 'MEDIUM',
    displayName: 'Listeners',
    expected: 'addresses such as http://127.0.0.1:8083',
    check: listenerComplaint,
    default: ['http://127.0.0.1:8083'],
    doc: 'Where the worker answers HTTP. Port 0 takes any free one.',
  }),
  'metrics.listener': defineKey.parsed(
    (text) => (listenerComplaint(text) === undefined ? text : new Refusal(LISTENER_EXPECTED)),
    {
      ...WORKER,
      importance: 'LOW',
      displayName: 'Metrics listener',
      expected: LISTENER_EXPECTED,
      doc: 'An address of its own for `/metrics` and health. Without it they are found on `listeners`.',
    },
  ),
  'memory.budget.bytes': defineKey.long({
    ...WORKER,
    importance: 'MEDIUM',
    displayName: 'Memory budget',
    min: MIB,
    unit: 'bytes',
    default: 96 * MIB,
    doc: 'Bytes of records that are held at once, over all connectors. At the bound batches close early and partitions pause.',
  }),
  'shutdown.timeout.ms': defineKey.long({
    ...WORKER,
    importance: 'LOW',
    displayName: 'Shutdown timeout',
    min: 0,
    unit: 'ms',
    default: 30_000,
    doc: 'How long a stop may take to finish and commit what is under way. What is not finished then is read again later.',
  }),
  'log.level': defineKey.enum(['debug', 'info', 'warn', 'error'], {
    ...WORKER,
    importance: 'LOW',
    displayName: 'Log level',
    default: 'info',
    doc: 'The least grave lines that are logged.',
  }),
};

export type WorkerConfig = ConfigOf<typeof workerKeys>;

// Its keys are among the worker's, and a check sees no others.
const workerChecks: readonly CrossCheck<WorkerConfig>[] = kafkaChecks;

/** Parses worker settings: those of a file, those of the environment, or both merged.
 *  @throws ConfigError with every problem */
export function parseWorker(raw: RawConfig): {
  readonly config: WorkerConfig;
  readonly warnings: readonly ConfigProblem[];
} {
  return parseConfig(workerKeys, workerChecks, raw, 'worker settings');
}

/** What a Kafka driver needs, secrets in clear: build it last and hand it on, do not keep it.
 *  @throws ConfigError when a secret does not resolve, or `sasl.jaas.config` is not understood or is of another mechanism */
export function kafkaConnection(config: WorkerConfig, secrets: SecretResolver): KafkaConnectionOptions {
  const protocol = config['security.protocol'];
  return {
    bootstrapServers: config['bootstrap.servers'],
    clientId: config['client.id'],
    ...(protocol.endsWith('SSL') ? { ssl: sslOptions(config, secrets) } : {}),
    ...(protocol.startsWith('SASL') ? { sasl: saslOptions(config, secrets) } : {}),
  };
}

function sslOptions(config: WorkerConfig, secrets: SecretResolver): NonNullable<KafkaConnectionOptions['ssl']> {
  const { 'ssl.ca': ca, 'ssl.certificate': cert } = config;
  const key = config['ssl.key']?.reveal(secrets);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: withLineBreaks(key) }),
  };
}

const MECHANISMS = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;

function saslOptions(config: WorkerConfig, secrets: SecretResolver): NonNullable<KafkaConnectionOptions['sasl']> {
  const { 'sasl.mechanism': name, 'sasl.username': username, 'sasl.password': password } = config;
  if (name === undefined) throw missing('sasl.mechanism');
  const mechanism = MECHANISMS[name];
  const jaas = config['sasl.jaas.config']?.reveal(secrets);
  if (jaas === undefined) {
    if (username === undefined) throw missing('sasl.username');
    if (password === undefined) throw missing('sasl.password');
    return { mechanism, username, password: password.reveal(secrets) };
  }
  const credentials = readJaas(jaas);
  if (credentials === undefined) throw jaasProblem(`expected ${JAAS_EXPECTED}`);
  if (!name.startsWith(credentials.mechanism)) {
    throw jaasProblem(`is for ${credentials.mechanism}, but sasl.mechanism is ${name}`);
  }
  return { mechanism, username: credentials.username, password: credentials.password };
}

function missing(key: string): ConfigError {
  return new ConfigError([{ key, message: 'is required with a SASL protocol' }], 'worker settings');
}

function jaasProblem(message: string): ConfigError {
  return new ConfigError([{ key: 'sasl.jaas.config', message }], 'worker settings');
}
