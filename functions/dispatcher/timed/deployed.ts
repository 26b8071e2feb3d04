/** The dispatcher as a deployed function: its configuration is the environment, each call is one bounded run of one connector. */
import type { Clock } from '../../../shared/clock.ts';
import type { CloudCredentials } from '../../../shared/cloud-credentials.ts';
import { configFromEnvironment, WORKER_PREFIX } from '../../../shared/config/environment.ts';
import { namingVariables, readTogether } from '../../../shared/config/environment-problems.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { SecretResolver } from '../../../shared/config/secret.ts';
import { parseWorker, type WorkerConfig, workerKeys } from '../../../shared/config/worker-keys.ts';
import { FatalError, RetriableError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';
import type { InvocationContext } from '../../../shared/sink-handler.ts';
import type { ConnectorStatus } from '../connector-contract.ts';
import { connectorFromEnvironment, type Environment, type EnvironmentConnector } from '../environment-connector.ts';
import type { RunReport } from '../worker.ts';
import { functionKeys } from './function-keys.ts';
import { type RunAnswer, runAnswer } from './run-answer.ts';
import { orderOf } from './run-order.ts';
import { runTimes } from './run-times.ts';
import { timedRun } from './timed-run.ts';

/** What each run is made of; a part of `WorkerSetup`. */
export interface RunSetup {
  readonly connectors: readonly EnvironmentConnector[];
  readonly worker: WorkerConfig;
  readonly secrets: SecretResolver;
  readonly logger: Logger;
  readonly resumeStopped: boolean;
  readonly role: () => CloudCredentials | undefined;
  readonly lastCall: AbortSignal;
}

/** What is used of the worker that a run makes. */
interface RunWorker {
  run(untilCaughtUp: boolean, stop: AbortSignal, kill: AbortSignal): Promise<RunReport>;
  metrics(): Promise<string>;
}

export interface DeployedDispatcherDeps {
  readonly env: Environment;
  readonly sinks: readonly SinkDefinition[];
  readonly secrets: SecretResolver;
  readonly createWorker: (setup: RunSetup) => Promise<RunWorker>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `role` gives the credentials that came with this call. */
export type DeployedDispatcher = (
  event: unknown,
  context: InvocationContext,
  role: () => CloudCredentials | undefined,
) => Promise<RunAnswer>;

/** Builds the handler. A run shares nothing with another one, of this instance or of others, but the consumer group: calls may overlap.
 *  @throws ConfigError with every problem of the environment; the handler throws FatalError `RUN_FAILED` when a task failed or a partition
 *    waits for a person, RetriableError `RUN_NOT_STARTED` when its time was over before it could read, and what `Worker.run` throws */
export function deployedDispatcher(deps: DeployedDispatcherDeps): DeployedDispatcher {
  const { env, secrets, clock, logger } = deps;
  const [connector, { config: own }, { config: worker, warnings }] = readTogether(
    'environment of the function',
    () => connectorFromEnvironment(env, deps.sinks, secrets),
    () => namingVariables('', () => parseConfig(functionKeys, [], configFromEnvironment(functionKeys, env))),
    () => namingVariables(WORKER_PREFIX, () => parseWorker(configFromEnvironment(workerKeys, env, WORKER_PREFIX))),
  );
  for (const warning of [...connector.parsed.warnings, ...warnings]) logger.warn(warning, 'configuration warning');
  return async (event, context, role) => {
    const startedAt = clock.now();
    const { resumeStopped } = orderOf(event);
    const timeoutS = context.function?.timeout;
    const times = runTimes({
      timeoutMs: timeoutS === undefined ? undefined : timeoutS * 1000,
      reserveMs: own['handler.reserve.ms'],
      runMaxMs: own['run.max.ms'],
      shutdownTimeoutMs: worker['shutdown.timeout.ms'],
    });
    const shutdownMs = times?.finishMs ?? worker['shutdown.timeout.ms'];
    const logged = logger.child({ requestId: context.requestId });
    logged.info({ connector: connector.parsed.connector.name, ...times }, 'a run starts');
    let metrics = async () => '';
    const make = async (lastCall: AbortSignal) => {
      const made = await deps.createWorker({
        connectors: [connector],
        worker: { ...worker, 'shutdown.timeout.ms': shutdownMs },
        secrets,
        logger: logged,
        resumeStopped,
        role,
        lastCall,
      });
      metrics = () => made.metrics();
      return made;
    };
    const { report, end } = await timedRun(times, make, clock);
    const answer = runAnswer(onlyOne(report.connectors), end, await metrics(), clock.now() - startedAt);
    logged.info(answer, 'the run ended');
    if (!report.started) {
      throw new RetriableError(
        'RUN_NOT_STARTED',
        `the time of the run was over before ${answer.connector} had joined its group, so nothing was read; is Kafka at bootstrap.servers, and is the function's timeout long enough for it?`,
      );
    }
    if (report.ok) return answer;
    const { read, written, errant, lag } = answer;
    throw new FatalError(
      'RUN_FAILED',
      `${report.reasons.join('; ')} (read ${read}, written ${written}, errant ${errant}, lag ${lag})`,
    );
  };
}

function onlyOne([status]: readonly ConnectorStatus[]): ConnectorStatus {
  if (status === undefined) throw new Error('a worker has as many connectors as it was given');
  return status;
}
