/** The error topic of a sink that is deployed without a dispatcher: there when the environment names brokers and topic. */
import type { Clock } from '../clock.ts';
import { configFromEnvironment, environmentName, WORKER_PREFIX } from '../config/environment.ts';
import { namingVariables } from '../config/environment-problems.ts';
import type { SecretResolver } from '../config/secret.ts';
import { kafkaConnection, parseWorker, workerKeys } from '../config/worker-keys.ts';
import type { ErrantReporter } from '../errant.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { createErrorTopicWriter } from './error-topic.ts';
import { createKafkaDriver } from './kafkajs-driver.ts';

export interface ErrorTopicSetup {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `runtime.error.topic.name` of the function. */
  readonly topic: string | undefined;
  /** What the context headers of its records say: connector and sink. */
  readonly sinkClass: string;
  readonly secrets: SecretResolver;
  readonly clock: Clock;
  /** As `Math.random`. */
  readonly random: () => number;
  readonly logger: Logger;
}

const SERVERS = 'bootstrap.servers';

/** A reporter to the topic, `undefined` when neither brokers nor topic are named. Connects when it first reports.
 *  @throws ConfigError when one of the two is missing, or a setting of the brokers is wrong */
export function errorTopicOf({
  env,
  topic,
  sinkClass,
  secrets,
  clock,
  random,
  logger,
}: ErrorTopicSetup): ErrantReporter | undefined {
  const raw = configFromEnvironment(workerKeys, env, WORKER_PREFIX);
  const hasBrokers = raw[SERVERS] !== undefined;
  if (!hasBrokers && topic === undefined) return undefined;
  if (topic === undefined || !hasBrokers) {
    const key = topic === undefined ? 'runtime.error.topic.name' : SERVERS;
    const name = environmentName(key, topic === undefined ? '' : WORKER_PREFIX);
    throw new ConfigError([
      { key, message: `is missing: an error topic needs its name and its brokers; set ${name}, or neither of the two` },
    ]);
  }
  const { config } = namingVariables(WORKER_PREFIX, () => parseWorker(raw));
  const producer = createKafkaDriver(kafkaConnection(config, secrets), { logger, clock, random }).producer();
  return createErrorTopicWriter({ producer, topic, connector: sinkClass, task: 0, sinkClass, clock });
}
