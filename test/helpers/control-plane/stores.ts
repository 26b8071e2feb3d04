import { onTestFinished } from 'vitest';
import type { ConfigOrder, ConfigState, ConfigWrite } from '../../../functions/control-plane/config-state.ts';
import { TopicConfigStore } from '../../../functions/control-plane/store/config-store.ts';
import { internalTopics } from '../../../functions/control-plane/store/internal-topics.ts';
import { TopicStatusBoard } from '../../../functions/control-plane/store/status-board.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { createInternalLogs } from '../../../shared/kafka/log/internal-logs.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { fetchOfRun } from '../fetch-of-run.ts';

/** A line that a store logged, with its fields. */
export interface SaidLine {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The stores of one worker of `group` over a real Kafka, not started; closed with the test. */
export function storesOf(bootstrapServers: string, group: string, settings: Readonly<Record<string, string>> = {}) {
  const { config: worker } = parseWorker({
    'bootstrap.servers': bootstrapServers,
    'group.id': group,
    // A machine may be as slow as it likes.
    'rest.write.timeout.ms': '100000',
    ...settings,
  });
  const said: SaidLine[] = [];
  const say = (fields: object, message: string) => void said.push({ message, fields: { ...fields } });
  const logger = { ...silentLogger, info: say, warn: say, error: say };
  const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun };
  const deps = { logger, clock: systemClock, random: Math.random };
  const admin = createKafkaDriver(connection, deps).admin();
  const internal = { admin, logs: createInternalLogs(connection, deps), ...deps };
  const topics = internalTopics(worker);
  const config = new TopicConfigStore(
    { topic: topics.config, groupId: group, writeTimeoutMs: worker['rest.write.timeout.ms'] },
    internal,
  );
  const board = new TopicStatusBoard(topics.status, internal);
  const states: ConfigState[] = [];
  const orders: ConfigOrder[] = [];
  onTestFinished(async () => {
    await Promise.all([config.close(), board.close(), admin.close()]);
  });
  return {
    config,
    board,
    topics,
    said,
    states,
    orders,
    start: () => config.start({ changed: (state) => states.push(state), ordered: (order) => orders.push(order) }),
    write: (...writes: readonly ConfigWrite[]) => config.update(() => ({ writes, answer: undefined })),
    names: () => [...config.state().connectors.keys()].sort(),
  };
}

/** A connector to write. */
export function connectorOf(name: string, x = '1'): ConfigWrite {
  return { write: 'connector', name, config: { x } };
}
