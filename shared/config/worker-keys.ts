/** Settings of a worker: how Kafka is reached, where it listens, how much memory it takes. */
import type { ConfigProblem } from '../errors.ts';
import type { KafkaConnectionOptions } from '../kafka/driver.ts';
import { defineKey } from './define-key.ts';
import type { ConfigOf, CrossCheck } from './definition.ts';
import { parseConfig, type RawConfig } from './parse.ts';
import { Refusal } from './schemas.ts';
import type { SecretResolver } from './secret.ts';
import { alikafkaChecks, alikafkaWarnings } from './worker/alikafka-checks.ts';
import { alikafkaKeys } from './worker/alikafka-keys.ts';
import { kafkaChecks } from './worker/checks.ts';
import { clusterChecks, clusterKeys } from './worker/cluster-keys.ts';
import { connectorPolicyKeys } from './worker/connector-policy-keys.ts';
import { kafkaKeys } from './worker/kafka-keys.ts';
import { restKeys } from './worker/rest-keys.ts';
import { saslOptions } from './worker/sasl-options.ts';
import { sslOptions } from './worker/ssl-options.ts';
import { securityWarnings } from './worker/warnings.ts';

const WORKER = { group: 'Worker' } as const;
const MIB = 1024 * 1024;
const LISTENER_EXPECTED = 'an address such as http://127.0.0.1:8083';

/** Scheme, host and port of a listener. */
function listenerComplaint(text: string, protocols: readonly string[]): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && protocols.includes(url.protocol) && url.href === `${url.origin}/`
    ? undefined
    : LISTENER_EXPECTED;
}

export const workerKeys = {
  ...kafkaKeys,
  ...alikafkaKeys,
  listeners: defineKey.list({
    ...WORKER,
    importance: 'MEDIUM',
    displayName: 'Listeners',
    expected: 'addresses such as http://127.0.0.1:8083',
    check: (text) => listenerComplaint(text, ['http:', 'https:']),
    default: ['http://127.0.0.1:8083'],
    doc: 'Where the worker answers HTTP, or HTTPS (`https://0.0.0.0:8443`, for `spillway worker`). Port 0 takes any free one. Beyond the machine itself a distributed worker answers only who signs in.',
  }),
  'metrics.listener': defineKey.parsed(
    (text) => (listenerComplaint(text, ['http:']) === undefined ? text : new Refusal(LISTENER_EXPECTED)),
    {
      ...WORKER,
      importance: 'LOW',
      displayName: 'Metrics listener',
      expected: LISTENER_EXPECTED,
      doc: 'An address of its own for `/metrics` and health. Without it they are found on `listeners`. Read by `spillway run` only.',
    },
  ),
  'memory.budget.bytes': defineKey.long({
    ...WORKER,
    importance: 'MEDIUM',
    displayName: 'Memory budget',
    min: MIB,
    unit: 'bytes',
    default: 96 * MIB,
    doc: 'Bytes that are held at once, over all connectors: fetched answers of Kafka, records, and the requests made of them. At the bound batches close early and partitions pause.',
  }),
  'worker.threads': defineKey.int({
    ...WORKER,
    importance: 'MEDIUM',
    displayName: 'Threads',
    min: 1,
    default: 1,
    doc: 'Threads that the tasks of all connectors are spread over, at most one for each task and each core. With 1 no thread is started.',
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
  ...clusterKeys,
  ...restKeys,
  ...connectorPolicyKeys,
};

export type WorkerConfig = ConfigOf<typeof workerKeys>;

// Their keys are among the worker's, and a check sees no others.
const workerChecks: readonly CrossCheck<WorkerConfig>[] = [...kafkaChecks, ...alikafkaChecks, ...clusterChecks];

/** Parses worker settings: those of a file, those of the environment, or both merged.
 *  @throws ConfigError with every problem */
export function parseWorker(raw: RawConfig): {
  readonly config: WorkerConfig;
  readonly warnings: readonly ConfigProblem[];
} {
  const { config, warnings } = parseConfig(workerKeys, workerChecks, raw, 'worker settings');
  return { config, warnings: [...warnings, ...securityWarnings(config), ...alikafkaWarnings(config)] };
}

/** What a Kafka driver needs. It holds the client key in clear: build it last and hand it on, do not keep it.
 *  @throws ConfigError when a secret does not resolve, a file of certificates cannot be used, or `sasl.jaas.config` is not understood */
export function kafkaConnection(config: WorkerConfig, secrets: SecretResolver): KafkaConnectionOptions {
  const protocol = config['security.protocol'];
  return {
    bootstrapServers: config['bootstrap.servers'],
    clientId: config['client.id'],
    fetch: config['kafka.fetch'],
    ...(protocol.endsWith('SSL') ? { ssl: sslOptions(config, secrets) } : {}),
    ...(protocol.startsWith('SASL') ? { sasl: saslOptions(config, secrets) } : {}),
  };
}
