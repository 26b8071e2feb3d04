/** The error topics of a command, and the clients to read them with. */
import { systemClock } from '../../shared/clock.ts';
import { roleCredentials } from '../../shared/cloud-credentials.ts';
import { ConfigError, FatalError } from '../../shared/errors.ts';
import type { KafkaAdmin, KafkaDriver, KafkaReader } from '../../shared/kafka/driver.ts';
import { createWorkerDriver } from '../../shared/kafka/worker-driver.ts';
import { type LoadedConnector, loadConnectors } from '../load-connectors.ts';
import { loadWorker } from '../load-worker.ts';
import { createLogger } from '../logger.ts';
import { processSecrets } from '../secret-resolver.ts';
import type { WhereOptions } from './options.ts';

const FETCH_MAX_BYTES = 1024 * 1024;

export interface OpenTopics {
  readonly driver: KafkaDriver;
  readonly admin: KafkaAdmin;
  readonly reader: KafkaReader;
  readonly connector: LoadedConnector | undefined;
  /** Those that exist; one or two. */
  readonly topics: readonly string[];
  /** Those that do not, because nothing was ever written to them. */
  readonly missing: readonly string[];
}

/** Runs `work` with the error topics of a connector's file, or with the one that is named.
 *  @throws ConfigError when neither is given; FatalError `TOPIC_MISSING` when the named one is not there; what `work` throws */
export async function withTopics<T>(
  file: string | undefined,
  { topic, worker }: WhereOptions,
  work: (open: OpenTopics) => Promise<T>,
): Promise<T> {
  const { config } = loadWorker(worker);
  const logger = createLogger('warn', process.stderr.isTTY === true);
  const [connector] = file === undefined ? [] : loadConnectors([file], logger);
  const names = topicsOf(connector, topic);
  const driver = createWorkerDriver(config, {
    secrets: processSecrets,
    role: () => roleCredentials(process.env),
    logger,
    clock: systemClock,
    random: Math.random,
  });
  const admin = driver.admin();
  const reader = driver.reader({ isolationLevel: 'read_committed', fetchMaxBytes: FETCH_MAX_BYTES });
  try {
    const found = new Set((await admin.describeTopics(names)).map(({ name }) => name));
    if (topic !== undefined && !found.has(topic)) {
      throw new FatalError(
        'TOPIC_MISSING',
        `no such topic at this cluster: ${topic}; check --topic and bootstrap.servers`,
      );
    }
    const missing = names.filter((name) => !found.has(name));
    return await work({ driver, admin, reader, connector, topics: names.filter((name) => found.has(name)), missing });
  } finally {
    await Promise.all([admin.close(), reader.close()]);
  }
}

function topicsOf(connector: LoadedConnector | undefined, topic: string | undefined): string[] {
  if (topic !== undefined) return [topic];
  if (connector === undefined) {
    throw new ConfigError([{ key: '--topic', message: 'name an error topic, or give a connector file' }], 'errors');
  }
  const config = connector.parsed.connector;
  return [...new Set([config['errors.deadletterqueue.topic.name'], config['runtime.error.topic.name']])];
}

/** The one topic that a place in it is meant of.
 *  @throws ConfigError when there are two; FatalError `TOPIC_MISSING` when there is none yet */
export function theOneTopic({ topics, missing }: OpenTopics): string {
  const [topic] = topics;
  if (topic === undefined) throw new FatalError('TOPIC_MISSING', `there is no error topic ${missing.join(', ')} yet`);
  if (topics.length === 1) return topic;
  const message = `this connector has two error topics, ${topics.join(' and ')}: say which one is meant`;
  throw new ConfigError([{ key: '--topic', message }], 'errors');
}
