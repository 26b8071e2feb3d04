/** Composition root of the dispatcher: puts connectors together from parsed configurations. */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { buildConnector } from 'undici';

import { bodyBuffers } from '../../shared/body-buffers.ts';
import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import { systemClock } from '../../shared/clock.ts';
import { type CloudCredentials, roleCredentials } from '../../shared/cloud-credentials.ts';
import type { ParsedConnector } from '../../shared/config/connector-keys.ts';
import type { RawConfig } from '../../shared/config/parse.ts';
import type { Secret, SecretResolver } from '../../shared/config/secret.ts';
import { alikafkaNameProblems } from '../../shared/config/worker/alikafka-names.ts';
import type { WorkerConfig } from '../../shared/config/worker-keys.ts';
import { ConfigError, FatalError } from '../../shared/errors.ts';
import { createWorkerDriver } from '../../shared/kafka/worker-driver.ts';
import type { Logger } from '../../shared/logger.ts';
import { NO_SINK_METRICS, type SinkDefinition, type SinkMetrics, type SinkWriter } from '../../shared/sink.ts';
import { type ElasticsearchConfig, elasticsearchSink } from '../elasticsearch-sink/config.ts';
import { type MaxComputeConfig, maxcomputeSink } from '../maxcompute-sink/config.ts';
import { type OssConfig, ossSink } from '../oss-sink/config.ts';
import { Connector } from './connector.ts';
import type { ConnectorWay } from './connector-contract.ts';
import { EventLoopStalls, STALL_RESOLUTION_MS, watchStalls } from './event-loop-stalls.ts';
import { fcSink } from './fc-sink.ts';
import { DispatcherHost } from './host/host.ts';
import type { HostedSetup } from './host/hosted.ts';
import { createFcInvokerOf } from './invokers/fc/create.ts';
import { loadFunction } from './invokers/function-module.ts';
import { createHttpInvoker } from './invokers/http.ts';
import { createInProcessInvoker } from './invokers/in-process.ts';
import { createInProcessFunction, type InProcessFunctionOptions } from './invokers/in-process-function.ts';
import type { Invoker } from './invokers/invoker.ts';
import { type WorkerMemory, workerMemory } from './memory/worker-memory.ts';
import { Metrics } from './metrics.ts';
import { claimCheckKeys, envelopeOptions, taskIds, type WorkerLimits } from './plan.ts';
import type { SinkWay } from './redrive/sink-delivery.ts';
import { carryError } from './threads/carried-error.ts';
import { createThreadedWorker } from './threads/create.ts';
import type { FromThread, ThreadSeat, ToThread } from './threads/messages.ts';
import { planThreads, type ThreadSetup } from './threads/plan.ts';
import { SharedCounts } from './threads/shared-counts.ts';
import { ThreadServer } from './threads/thread-server.ts';
import { Worker } from './worker.ts';

/** The sinks of this build: every value of `connector.class`. */
export const SINKS: readonly SinkDefinition[] = [ossSink, elasticsearchSink, maxcomputeSink, fcSink];

export interface ConnectorSetup {
  readonly definition: SinkDefinition;
  readonly parsed: ParsedConnector;
  /** Where relative paths in it start: the folder of its file; the working directory when there is none. */
  readonly folder?: string;
  /** A sink that is not one of ours; it runs in this process, and in the main thread. */
  readonly writer?: SinkWriter;
  /** As it was given, for threads to parse it again. */
  readonly raw?: RawConfig;
}

export interface WorkerSetup {
  readonly connectors: readonly ConnectorSetup[];
  readonly worker: WorkerConfig;
  readonly secrets: SecretResolver;
  readonly logger: Logger;
  /** Lift the stop marks of `errors.policy=stop`. */
  readonly resumeStopped: boolean;
  /** How to start threads; absent where all tasks must run in this one. */
  readonly threads?: ThreadSetup;
  /** Credentials of the role that this runs under, asked before each request; those of the environment when absent. */
  readonly role?: RoleSource;
  /** As `ConnectorSpec.lastCall`; of tasks in this thread only. */
  readonly lastCall?: AbortSignal;
}

type RoleSource = () => CloudCredentials | undefined;

/** A worker as its callers see it. */
export type RunnableWorker = Pick<Worker, 'run' | 'statuses'> & {
  /** Prometheus text format. */
  metrics(): Promise<string>;
};

/** A worker over all connectors, not yet started; `worker.threads` says where its tasks run. Functions that run in this thread are loaded.
 *  @throws ConfigError when a secret does not resolve
 *  @throws FatalError `FUNCTION_MODULE_INVALID`; with several threads `run` throws it */
export async function createWorker(setup: WorkerSetup): Promise<RunnableWorker> {
  const { connectors, worker, logger } = setup;
  assertNamesFit(setup);
  const plan = planThreads(connectors, worker['worker.threads'], availableParallelism(), setup.threads, logger);
  if (plan !== undefined) {
    return createThreadedWorker(plan, {
      configs: connectors.map(({ parsed }) => parsed.connector),
      worker,
      resumeStopped: setup.resumeStopped,
      driver: createWorkerDriver(worker, { ...ossDeps(setup), logger, random: Math.random }),
      stalls: eventLoopStalls(),
      clock: systemClock,
      logger,
    });
  }
  const memory = workerMemory(worker['memory.budget.bytes'], { clock: systemClock });
  const made = await createConnectors(setup, memory, ({ parsed }) => taskIds(parsed.connector));
  const options = { shutdownTimeoutMs: worker['shutdown.timeout.ms'], clock: systemClock, logger, stalls: made.stalls };
  return Object.assign(new Worker(made.connectors, options), { metrics: () => made.metrics.render() });
}

/** @throws ConfigError with every name that the managed instance would refuse, where one is configured */
function assertNamesFit({ connectors, worker }: Pick<WorkerSetup, 'connectors' | 'worker'>): void {
  const instance = worker['alikafka.instance.id'];
  if (instance === undefined) return;
  const problems = connectors.flatMap(({ parsed: { connector } }) =>
    alikafkaNameProblems(connector, instance).map(({ key, message }) => ({
      key: `${connector.name}: ${key}`,
      message,
    })),
  );
  if (problems.length > 0) throw new ConfigError(problems, 'connectors');
}

/** Serves as one of the threads of a worker, until the main thread ends it. `setup` is that of the whole worker. Never rejects: what keeps it
 *  from starting is told to the main thread. */
export async function serveThread(
  seat: ThreadSeat,
  setup: () => WorkerSetup,
  port: {
    postMessage(message: FromThread): void;
    on(event: 'message', listener: (message: ToThread) => void): unknown;
  },
): Promise<void> {
  const post = (message: FromThread) => port.postMessage(message);
  try {
    const whole = setup();
    const counts = new SharedCounts(seat.memory, seat.index);
    const { threads } = seat;
    const memory = workerMemory(whole.worker['memory.budget.bytes'], { clock: systemClock, counts, threads });
    bodyBuffers.shareAmong(threads);
    const ids = new Map(whole.connectors.map((connector, index) => [connector, seat.tasks[index] ?? []]));
    const made = await createConnectors(whole, memory, (connector) => ids.get(connector) ?? []);
    const server = new ThreadServer({ ...made, post, clock: systemClock });
    port.on('message', (message) => void server.handle(message));
    server.start();
  } catch (thrown) {
    post({ say: 'unable', error: carryError(thrown) });
  }
}

/** Of this thread. */
function eventLoopStalls(): EventLoopStalls {
  return new EventLoopStalls(monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS }));
}

interface MadeConnectors {
  readonly connectors: readonly Connector[];
  readonly metrics: Metrics;
  readonly stalls: EventLoopStalls;
}

/** Those connectors that have tasks in this thread, and their metrics. */
async function createConnectors(
  setup: WorkerSetup,
  memory: WorkerMemory,
  idsOf: (connector: ConnectorSetup) => readonly number[],
): Promise<MadeConnectors> {
  const here = setup.connectors.filter((connector) => idsOf(connector).length > 0);
  const functions = await Promise.all(here.map(functionOf));
  const { metrics, stalls, deps } = processParts(setup, memory);
  const tasks = setup.connectors.reduce((sum, { parsed }) => sum + parsed.connector['tasks.max'], 0);
  const limits = { ...workerLimits(setup.worker), tasks };
  const connectors = here.map(async (connector, at) => {
    const { resumeStopped, lastCall } = setup;
    const way = await wayTo(
      connector,
      wayParts(setup, metrics.targets.sink(connector.parsed.connector.name)),
      functions[at],
    );
    const spec = { ...way, resumeStopped, lastCall, taskIds: idsOf(connector) };
    return new Connector(spec, { ...deps, limits });
  });
  return { connectors: await Promise.all(connectors), metrics, stalls };
}

/** What a process that hosts connectors is made of. */
export interface HostSetup {
  readonly worker: WorkerConfig;
  readonly secrets: SecretResolver;
  readonly logger: Logger;
  readonly role?: RoleSource;
  /** How connections to targets are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
  /** Sinks that are not ours; they run in this process. A connector closes its own. */
  readonly writerOf?: (setup: HostedSetup) => SinkWriter | undefined;
}

/** Connectors that come and go while the process runs, one at a time. All tasks run in this thread. */
export function createConnectorHost(setup: HostSetup): DispatcherHost {
  const { worker, logger, writerOf = () => undefined } = setup;
  if (worker['worker.threads'] > 1) {
    const threads = worker['worker.threads'];
    logger.warn(
      { threads },
      'worker.threads has no effect here: tasks run in the main thread; start more workers for more cores',
    );
  }
  const memory = workerMemory(worker['memory.budget.bytes'], { clock: systemClock });
  const { metrics, stalls, deps } = processParts(setup, memory);
  return new DispatcherHost({
    ...deps,
    limits: workerLimits(worker),
    stalls,
    async wayOf(hosted) {
      const writer = writerOf(hosted);
      const connector = { ...hosted, ...(writer !== undefined && { writer }) };
      assertNamesFit({ connectors: [connector], worker });
      return await wayTo(
        connector,
        wayParts(setup, metrics.targets.sink(connector.parsed.connector.name)),
        await functionOf(connector),
      );
    },
  });
}

type ProcessSetup = Pick<WorkerSetup, 'worker' | 'secrets' | 'logger' | 'role'> & Pick<HostSetup, 'dial'>;

/** What all connectors of this thread share. */
function processParts(setup: ProcessSetup, memory: WorkerMemory) {
  const { worker, logger } = setup;
  const metrics = new Metrics(memory.budget);
  const stalls = eventLoopStalls();
  watchStalls(stalls, metrics.registry);
  const { budget, frames } = memory;
  const driver = createWorkerDriver(worker, {
    ...ossDeps(setup),
    logger,
    random: Math.random,
    memory: budget,
    frames,
  });
  return { metrics, stalls, deps: { driver, memory, metrics, clock: systemClock, random: Math.random, logger } };
}

function workerLimits(worker: WorkerConfig): Omit<WorkerLimits, 'tasks'> {
  return {
    memoryBudgetBytes: worker['memory.budget.bytes'],
    sessionTimeoutMs: worker['session.timeout.ms'],
    metadataMaxAgeMs: worker['metadata.max.age.ms'],
  };
}

/** @throws ConfigError when a secret does not resolve */
async function wayTo(
  { definition, parsed, writer }: ConnectorSetup,
  parts: SinkWayParts,
  loaded: LoadedFunction | undefined,
): Promise<ConnectorWay> {
  const { connector: config, sink } = parsed;
  return {
    config,
    sink: definition,
    windowOf: definition.windowOf?.(sink),
    periodOf: definition.periodOf?.(sink),
    invoker:
      writer === undefined
        ? await invokerOf(definition, parsed, parts, loaded)
        : createInProcessInvoker(writer, systemClock),
    claimCheck: await claimCheckOf(parsed, parts),
  };
}

function wayParts({ secrets, logger, role, dial }: ProcessSetup, metrics: SinkMetrics): SinkWayParts {
  return { secrets, logger, metrics, role, dial };
}

/** The way to a connector's sink alone, for whoever brings it records by hand. Closing it is the caller's.
 *  @throws ConfigError when a secret does not resolve; FatalError `FUNCTION_MODULE_INVALID` */
export async function createSinkWay(
  connector: ConnectorSetup,
  parts: Pick<HostSetup, 'secrets' | 'logger' | 'dial'>,
): Promise<SinkWay> {
  return await wayTo(connector, { ...parts, metrics: NO_SINK_METRICS }, await functionOf(connector));
}

/** What a way to a sink is made of besides its configuration. */
interface SinkWayParts {
  readonly secrets: SecretResolver;
  readonly logger: Logger;
  readonly metrics: SinkMetrics;
  readonly role?: RoleSource | undefined;
  readonly dial?: typeof buildConnector | undefined;
}

async function invokerOf(
  definition: SinkDefinition,
  { connector: config, sink }: ParsedConnector,
  setup: SinkWayParts,
  loaded: LoadedFunction | undefined,
): Promise<Invoker> {
  const target = config['invoke.target'];
  switch (target) {
    case 'http': {
      const authorization = config['invoke.http.authorization'];
      return createHttpInvoker({
        url: new URL(config['invoke.http.url'] ?? ''),
        ...(authorization === undefined ? {} : { authorization: () => reveal(authorization, setup.secrets) }),
        envelope: envelopeOptions(config),
        userFunction: definition.userFunction,
        clock: systemClock,
        dial: setup.dial,
      });
    }
    case 'in-process':
      if (loaded !== undefined) {
        const envelope = envelopeOptions(config);
        return createInProcessFunction({ ...loaded, envelope, clock: systemClock, requestId: randomUUID });
      }
      return createInProcessInvoker(await inProcessWriter(definition, config.name, sink, setup), systemClock);
    case 'fc': {
      const logger = setup.logger.child({ connector: config.name });
      return createFcInvokerOf(config, definition.userFunction, { ...ossDeps(setup), nonce: randomUUID, logger });
    }
    default:
      throw new Error(`unknown invoke.target ${target satisfies never}`);
  }
}

type LoadedFunction = Pick<InProcessFunctionOptions, 'handler' | 'name'>;

/** The user's own function, where it runs in this process. */
async function functionOf({ parsed, folder }: ConnectorSetup): Promise<LoadedFunction | undefined> {
  const module = parsed.connector['invoke.module'];
  if (module === undefined) return undefined;
  const path = resolve(folder ?? '', module);
  return { handler: await loadFunction(path), name: basename(path) };
}

/** Looked up at each call, so that a secret that was replaced is followed. */
function reveal(secret: Secret, secrets: SecretResolver): string {
  try {
    return secret.reveal(secrets);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    throw new FatalError('FUNCTION_CREDENTIALS_MISSING', `cannot sign in to the function: ${thrown.message}`, {
      cause: thrown,
      mayHeal: true,
    });
  }
}

/** Each sink brings the SDK of its target, which takes long to load: only those are that a connector needs. */
async function inProcessWriter(
  { connectorClass }: SinkDefinition,
  connector: string,
  sink: ParsedConnector['sink'],
  setup: SinkWayParts,
): Promise<SinkWriter> {
  // `parseConnector` parsed the keys of exactly this definition.
  if (connectorClass === ossSink.connectorClass) {
    const { createOssWriter } = await import('../oss-sink/handler.ts');
    return createOssWriter(sink as OssConfig, ossDeps(setup));
  }
  if (connectorClass === elasticsearchSink.connectorClass) {
    const logger = setup.logger.child({ connector });
    const { createElasticsearchWriter } = await import('../elasticsearch-sink/handler.ts');
    return createElasticsearchWriter(sink as ElasticsearchConfig, { ...setup, clock: systemClock, logger });
  }
  if (connectorClass === maxcomputeSink.connectorClass) {
    const logger = setup.logger.child({ connector });
    const { createMaxComputeWriter } = await import('../maxcompute-sink/handler.ts');
    return createMaxComputeWriter(sink as MaxComputeConfig, { ...ossDeps(setup), random: Math.random, logger });
  }
  throw new Error(`${connectorClass} does not run in process`);
}

async function claimCheckOf(
  { connector: config }: ParsedConnector,
  setup: Pick<SinkWayParts, 'secrets' | 'role' | 'dial'>,
): Promise<ClaimCheckStore | undefined> {
  const store = claimCheckKeys(config);
  if (store === undefined) return undefined;
  const { createOssClaimCheckStore } = await import('../oss-sink/handler.ts');
  return createOssClaimCheckStore(store, ossDeps(setup));
}

function ossDeps({
  secrets,
  role = () => roleCredentials(process.env),
  dial,
}: Pick<SinkWayParts, 'secrets' | 'role' | 'dial'>) {
  return { clock: systemClock, secrets, role, dial };
}
