/** The dead-letter function as it is deployed: its configuration is the environment. */
import type { Clock } from '../../shared/clock.ts';
import { configFromEnvironment, WORKER_PREFIX } from '../../shared/config/environment.ts';
import { namingVariables, readTogether } from '../../shared/config/environment-problems.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import { kafkaConnection, parseWorker, workerKeys } from '../../shared/config/worker-keys.ts';
import { FatalError } from '../../shared/errors.ts';
import { createErrorTopicWriter } from '../../shared/kafka/error-topic.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { InvocationContext } from '../../shared/sink-handler.ts';
import { deadLetterKeys } from './config.ts';
import { bringAllToErrorTopic, type DeadLetterCounts, NOTHING } from './dead-letters.ts';
import { type FailedCalls, failedCallsOf, tellsOfDestination } from './destination-event.ts';
import { fetchStoredValue } from './stored-value.ts';
import { WrittenBefore } from './written-before.ts';

/** What it answers, for people. */
export interface DeadLetterAnswer extends DeadLetterCounts {
  readonly calls: number;
  /** Set where the event is refused, and is not thrown for once more since this function is its own destination. */
  readonly refused?: string;
}

export interface DeployedDeadLetterDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: SecretResolver;
  readonly clock: Clock;
  /** As `Math.random`. */
  readonly random: () => number;
  readonly logger: Logger;
}

export type DeadLetterHandler = (event: unknown, context: InvocationContext) => Promise<DeadLetterAnswer>;

const FETCH_MAX_BYTES = 4 * 1024 * 1024;

/** Builds the handler. Each call has connections of its own and closes them: between calls an instance is frozen, and sockets die unseen.
 *  @throws ConfigError with every problem of the environment; the handler throws what was refused of an event, and what `bringAllToErrorTopic` throws */
export function deployedDeadLetter(deps: DeployedDeadLetterDeps): DeadLetterHandler {
  const { env, secrets, clock, random } = deps;
  const [{ config }, { config: worker }] = readTogether(
    'environment of the function',
    () => namingVariables('', () => parseConfig(deadLetterKeys, [], configFromEnvironment(deadLetterKeys, env))),
    () => namingVariables(WORKER_PREFIX, () => parseWorker(configFromEnvironment(workerKeys, env, WORKER_PREFIX))),
  );
  const endpoint = config['overflow.claim.check.endpoint'];
  const ownHost = endpoint === undefined ? undefined : hostOf(endpoint);
  const errorTopic = config['runtime.error.topic.name'];
  const writtenBefore = new WrittenBefore();

  const bringAll = async (calls: FailedCalls['calls'], logger: Logger): Promise<DeadLetterCounts> => {
    const driver = createKafkaDriver(kafkaConnection(worker, secrets), { logger, clock, random });
    const admin = driver.admin();
    const reader = driver.reader({ isolationLevel: 'read_uncommitted', fetchMaxBytes: FETCH_MAX_BYTES });
    const producer = driver.producer();
    const reporter = createErrorTopicWriter({
      producer,
      topic: errorTopic,
      connector: config.name,
      task: 0,
      sinkClass: config['connector.class'],
      clock,
    });
    const fetchValue = (valueRef: string, size: number) => fetchStoredValue(valueRef, size, ownHost);
    const parts = { admin, reader, reporter, errorTopic, fetchValue, writtenBefore, logger };
    try {
      // A producer would look for it until the function is out of time.
      if ((await admin.describeTopics([errorTopic])).length === 0) throw noSuchTopic(errorTopic);
      return await bringAllToErrorTopic(calls, parts);
    } finally {
      await Promise.allSettled([admin.close(), reader.close(), producer.close()]);
    }
  };

  return async (event, context) => {
    const logger = deps.logger.child({ requestId: context.requestId });
    try {
      const { calls, refused } = failedCallsOf(event);
      const answer = { calls: calls.length, ...(calls.length === 0 ? NOTHING : await bringAll(calls, logger)) };
      if (refused !== undefined) throw refused;
      logger.info(answer, 'failed records are in the error topic');
      return answer;
    } catch (thrown) {
      const isPoison = thrown instanceof FatalError && thrown.code === 'EVENT_INVALID';
      if (!isPoison || !tellsOfDestination(event)) throw thrown;
      logger.error(
        { code: thrown.code, reason: thrown.message },
        'this event failed here before and comes back for ever, since this function is its own destination: it is dropped',
      );
      return { calls: 0, ...NOTHING, refused: thrown.message };
    }
  };
}

function noSuchTopic(topic: string): FatalError {
  return new FatalError(
    'TOPIC_MISSING',
    `the error topic ${topic} is not at this cluster: create it, or correct runtime.error.topic.name or bootstrap.servers`,
    { mayHeal: true, context: { topic } },
  );
}

function hostOf(endpoint: string): string {
  const text = endpoint.includes('://') ? endpoint : `https://${endpoint}`;
  return URL.canParse(text) ? new URL(text).hostname : endpoint;
}
