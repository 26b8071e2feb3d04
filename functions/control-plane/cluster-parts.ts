/** What a worker of a cluster is made of, put together. Nothing is connected yet. */
import type { Clock } from '../../shared/clock.ts';
import type { CloudCredentials } from '../../shared/cloud-credentials.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import { kafkaConnection, type WorkerConfig } from '../../shared/config/worker-keys.ts';
import type { KafkaDriver } from '../../shared/kafka/driver.ts';
import { createInternalLogs } from '../../shared/kafka/log/internal-logs.ts';
import { createWorkerDriver } from '../../shared/kafka/worker-driver.ts';
import { createWorkerGroup, type WorkerGroupOptions } from '../../shared/kafka/worker-group.ts';
import type { Logger } from '../../shared/logger.ts';
import type { SinkDefinition } from '../../shared/sink.ts';
import { ActivityRecorder } from './activity/activity-recorder.ts';
import { recordingLogger } from './activity/recording-logger.ts';
import type { ConnectorHost } from './connector-host.ts';
import { Herder } from './herder.ts';
import type { Inspector } from './inspect/inspector.ts';
import { RedriveJobs } from './inspect/redrive-jobs.ts';
import { LoggerLevels } from './loggers/logger-levels.ts';
import { ConnectorCheck } from './plane/connector-check.ts';
import { type ConnectorPolicy, connectorPolicy } from './policy/connector-policy.ts';
import { restrictedSecrets } from './policy/secret-rules.ts';
import { TopicConfigStore } from './store/config-store.ts';
import { internalTopics } from './store/internal-topics.ts';
import { TopicStatusBoard } from './store/status-board.ts';

/** What the dispatcher does for the control plane. */
export interface DispatcherSide {
  readonly host: ConnectorHost;
  readonly inspector: Inspector;
  close(): Promise<void>;
}

export interface DispatcherNeeds {
  readonly driver: KafkaDriver;
  readonly policy: ConnectorPolicy;
  /** Those that connectors may refer to. */
  readonly secrets: SecretResolver;
  readonly logger: Logger;
}

export interface ClusterPartsSetup {
  readonly worker: WorkerConfig;
  /** The worker's own. */
  readonly secrets: SecretResolver;
  /** Lets all lines through. */
  readonly logger: Logger;
  /** Of the program. */
  readonly version: string;
  readonly workerId: string;
  readonly sinks: readonly SinkDefinition[];
  readonly dispatcher: (needs: DispatcherNeeds) => DispatcherSide;
  readonly role: () => CloudCredentials | undefined;
  /** As `fs.realpathSync`. */
  readonly realPath: (path: string) => string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
}

export type ClusterParts = ReturnType<typeof clusterParts>;

/** @throws ConfigError when a secret of the worker does not resolve, or certificates cannot be used */
export function clusterParts(setup: ClusterPartsSetup) {
  const { worker, secrets, logger, version, workerId, sinks, clock, random, newId, role } = setup;
  const levels = new LoggerLevels(worker['log.level'], clock);
  const own = levels.logger('spillway.control-plane', logger);

  const kafka = { logger: levels.logger('spillway.kafka', logger), clock, random };
  const connection = kafkaConnection(worker, secrets);
  const driver = createWorkerDriver(worker, { ...kafka, secrets, role });
  const admin = driver.admin();

  const topics = internalTopics(worker);
  const groupId = worker['group.id'];
  const internal = { admin, logs: createInternalLogs(connection, kafka), clock, random, logger: own };
  const writeTimeoutMs = worker['rest.write.timeout.ms'];
  const store = new TopicConfigStore({ topic: topics.config, groupId, writeTimeoutMs }, internal);
  const board = new TopicStatusBoard(topics.status, internal);
  const exists = (connector: string) => store.state().connectors.has(connector);
  const recorder = new ActivityRecorder({ board, workerId, exists, clock });
  const recorded = recordingLogger(logger, recorder, clock);
  const told = levels.logger('spillway.control-plane', recorded);

  const policy = connectorPolicy(worker, setup.realPath);
  const permitted = restrictedSecrets(secrets, policy);
  const dispatcher = setup.dispatcher({
    driver,
    policy,
    secrets: permitted,
    logger: levels.logger('spillway.dispatcher', recorded),
  });
  const check = new ConnectorCheck({
    sinks,
    policy,
    secrets: permitted,
    groupId,
    internalTopics: Object.values(topics).map(({ name }) => name),
    instanceId: worker['alikafka.instance.id'],
  });
  const herder = new Herder({
    workerId,
    version,
    store,
    board,
    host: dispatcher.host,
    group: (listener) => createWorkerGroup(connection, groupOptions(worker), listener, kafka),
    validate: (config) => check.check(config),
    activity: recorder,
    loggers: levels,
    shutdownTimeoutMs: worker['shutdown.timeout.ms'],
    rejoinTimeoutMs: worker['session.timeout.ms'],
    clock,
    logger: told,
  });
  const redrives = new RedriveJobs({ inspector: dispatcher.inspector, recorder, clock, newId, logger: told });
  return { levels, own, driver, admin, topics, store, board, recorder, dispatcher, check, herder, redrives };
}

/** Members that live answer a rebalance with their next heartbeat, since none of them stops anything for it; only a dead one lets it wait. */
function groupOptions(worker: WorkerConfig): WorkerGroupOptions {
  const sessionTimeoutMs = worker['session.timeout.ms'];
  return {
    groupId: worker['group.id'],
    sessionTimeoutMs,
    heartbeatIntervalMs: Math.min(1_000, Math.floor(sessionTimeoutMs / 3)),
    rebalanceTimeoutMs: sessionTimeoutMs,
  };
}
