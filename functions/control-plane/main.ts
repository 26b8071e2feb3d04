/** Composition root of a distributed worker: the control plane, and the dispatcher that runs its tasks. */
import { randomBytes, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';

import { aborted } from '../../shared/aborted.ts';
import { systemClock } from '../../shared/clock.ts';
import { roleCredentials } from '../../shared/cloud-credentials.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import { kafkaConnection, type WorkerConfig } from '../../shared/config/worker-keys.ts';
import { toError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { SinkDefinition, SinkWriter } from '../../shared/sink.ts';
import { ConnectorInspector } from '../dispatcher/inspect/connector-inspector.ts';
import { RedriveRun } from '../dispatcher/inspect/redrive-run.ts';
import { createConnectorHost, createSinkWay, SINKS } from '../dispatcher/main.ts';
import { advertisedId } from './advertised.ts';
import { clusterApi } from './cluster-api.ts';
import {
  type ClusterParts,
  type ClusterPartsSetup,
  clusterParts,
  type DispatcherNeeds,
  type DispatcherSide,
} from './cluster-parts.ts';
import type { HostedSetup } from './connector-host.ts';
import type { RedriveOrder } from './inspect/inspector.ts';
import { guardedDial } from './policy/guarded-dial.ts';
import { type GuardSettings, guardSettings } from './rest/guard/guard-settings.ts';
import { httpsMaterial } from './rest/guard/https-material.ts';
import { type Listening, openListeners, restLimits } from './rest/guard/listeners.ts';
import { StartingApp } from './rest/starting-app.ts';
import { prepareInternalTopic } from './store/internal-topics.ts';

/** A sink that is not one of ours. */
export interface Plugin {
  readonly definition: SinkDefinition;
  /** A writer of its own for each connector, which closes it. */
  readonly writer: (setup: HostedSetup) => SinkWriter;
}

export interface ClusterWorkerSetup {
  readonly worker: WorkerConfig;
  /** The worker's own. What connectors may refer to is restricted by its settings. */
  readonly secrets: SecretResolver;
  /** Lets all lines through: levels are decided here, so that they can be changed while the worker runs. */
  readonly logger: Logger;
  /** Of the program. */
  readonly version: string;
  readonly plugins?: readonly Plugin[];
}

export interface ClusterWorker {
  /** Serves until `stop` is aborted, then lets go of everything and leaves; aborting `kill` gives up what is under way.
   *  @param ready told once it can be asked, where it listens
   *  @throws ConfigError when it cannot listen; FatalError or RetriableError when Kafka refuses or cannot be reached at the start, and when its
   *    group refuses it for good */
  run(stop: AbortSignal, kill: AbortSignal, ready?: (addresses: readonly string[]) => void): Promise<void>;
}

/** For answers and redrives that are under way when the worker stops. */
const GRACE_MS = 5_000;

/** Nothing is connected, and no port opened, before `run`.
 *  @throws ConfigError when settings do not fit together, a secret does not resolve, or the worker would be open to everybody */
export function createClusterWorker(setup: ClusterWorkerSetup): ClusterWorker {
  const { worker, secrets, logger } = setup;
  const guard = guardSettings(worker, secrets, { clock: systemClock, logger, randomKey: randomBytes(32) });
  // Refuses what it would refuse later, before a port is opened.
  kafkaConnection(worker, secrets);
  return {
    async run(stop, kill, ready) {
      const early = new StartingApp();
      const listening = await openListeners(early, worker.listeners, restLimits(worker), {
        material: () => httpsMaterial(worker, secrets),
        clock: systemClock,
        logger,
      });
      const whole = partsSetup(setup, listening);
      const parts = clusterParts(whole);
      try {
        const starting = start(parts, whole, guard, early).then(() => {
          const { workerId } = whole;
          for (const address of listening.addresses) logger.info({ address, workerId }, 'the worker answers here');
          ready?.(listening.addresses);
        });
        await Promise.race([starting, aborted(stop)]);
        if (stop.aborted) return;
        const refused = await Promise.race([parts.herder.failed(), aborted(stop)]);
        if (refused !== undefined) throw refused;
      } finally {
        await stopAll(parts, listening, kill, logger);
      }
    },
  };
}

function partsSetup({ plugins = [], ...setup }: ClusterWorkerSetup, listening: Listening): ClusterPartsSetup {
  return {
    ...setup,
    workerId: advertisedId(setup.worker, listening.addresses[0] ?? '', hostname()),
    sinks: [...SINKS, ...plugins.map(({ definition }) => definition)],
    dispatcher: (needs) => dispatcherSide(setup.worker, plugins, needs),
    role: () => roleCredentials(process.env),
    realPath: realpathSync,
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
  };
}

function dispatcherSide(
  worker: WorkerConfig,
  plugins: readonly Plugin[],
  { driver, policy, secrets, logger }: DispatcherNeeds,
): DispatcherSide {
  const clock = systemClock;
  const dial = guardedDial(policy.targets, { logger });
  const host = createConnectorHost({
    worker,
    secrets,
    logger,
    dial,
    writerOf: (hosted) => plugins.find(({ definition }) => definition === hosted.definition)?.writer(hosted),
  });
  const budgetBytes = worker['memory.budget.bytes'];
  // It brings the SDKs of all targets, which a worker that nobody asks for a preview need not load.
  const dry = async (connector: Pick<HostedSetup, 'definition' | 'parsed'>) =>
    (await import('../../cli/preview/dry-connector.ts')).dryConnector(connector);
  const looks = new ConnectorInspector({ driver, clock, budgetBytes, dry });
  const redriveDeps = {
    driver,
    clock,
    random: Math.random,
    newId: randomUUID,
    sinkWay: (connector: Pick<HostedSetup, 'definition' | 'parsed'>) =>
      createSinkWay(connector, { secrets, logger, dial }),
  };
  return {
    host,
    inspector: Object.assign(looks, {
      redrive: (connector: HostedSetup, order: RedriveOrder) => new RedriveRun(connector, order, redriveDeps),
    }),
    async close() {
      await Promise.all([host.close(), looks.close()]);
    },
  };
}

/** @throws FatalError or RetriableError of Kafka */
async function start(
  parts: ClusterParts,
  setup: ClusterPartsSetup,
  guard: GuardSettings,
  early: StartingApp,
): Promise<void> {
  const { admin, topics, own, herder, recorder, store } = parts;
  const clusterId = await admin.clusterId();
  await prepareInternalTopic(admin, topics.offset, own);
  await admin.prepareGroup?.(setup.worker['group.id'], [], true);
  const app = await clusterApi(parts, setup, guard, clusterId);
  await herder.start();
  recorder.tellInterrupted(store.state().connectors.keys());
  early.started(app);
}

/** In the order in which they need each other. Never rejects. */
async function stopAll(parts: ClusterParts, listening: Listening, kill: AbortSignal, logger: Logger): Promise<void> {
  const { recorder, herder, dispatcher, admin, redrives } = parts;
  const graceMs = kill.aborted ? 0 : GRACE_MS;
  const steps = [
    () => redrives.close(graceMs),
    async () => recorder.close(),
    () => Promise.all([listening.close(graceMs), herder.stop(kill)]),
    () => dispatcher.close(),
    () => admin.close(),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (thrown) {
      logger.warn({ reason: toError(thrown).message }, 'stopping the worker');
    }
  }
}
