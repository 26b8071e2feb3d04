/** Composition root of the dispatcher: puts connectors together from parsed configurations. */

import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ParsedConnector } from '../../shared/config/connector-keys.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import { kafkaConnection, type WorkerConfig } from '../../shared/config/worker-keys.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { SinkDefinition, SinkWriter } from '../../shared/sink.ts';
import { type OssConfig, ossSink } from '../oss-sink/config.ts';
import { createOssClaimCheckStore, createOssWriter, roleCredentials } from '../oss-sink/handler.ts';
import { Connector, type ConnectorDeps } from './connector.ts';
import { createHttpInvoker } from './invokers/http.ts';
import { createInProcessInvoker } from './invokers/in-process.ts';
import type { Invoker } from './invokers/invoker.ts';
import { MemoryBudget } from './memory-budget.ts';
import { Metrics } from './metrics.ts';
import { claimCheckKeys, envelopeOptions } from './plan.ts';
import { Worker } from './worker.ts';

export interface WorkerSetup {
  readonly connectors: readonly { readonly definition: SinkDefinition; readonly parsed: ParsedConnector }[];
  readonly worker: WorkerConfig;
  readonly secrets: SecretResolver;
  readonly logger: Logger;
  /** Lift the stop marks of `errors.policy=stop`. */
  readonly resumeStopped: boolean;
}

/** A worker over all connectors, not yet started.
 *  @throws ConfigError when a secret does not resolve */
export function createWorker(setup: WorkerSetup): Worker & { metrics(): Promise<string> } {
  const { worker, secrets, logger } = setup;
  const budget = new MemoryBudget(worker['memory.budget.bytes']);
  const metrics = new Metrics(() => budget.usedBytes);
  const deps: ConnectorDeps = {
    driver: createKafkaDriver(kafkaConnection(worker, secrets), {
      logger,
      clock: systemClock,
      random: Math.random,
    }),
    budget,
    metrics,
    limits: {
      memoryBudgetBytes: worker['memory.budget.bytes'],
      sessionTimeoutMs: worker['session.timeout.ms'],
      metadataMaxAgeMs: worker['metadata.max.age.ms'],
      tasks: setup.connectors.reduce((sum, { parsed }) => sum + parsed.connector['tasks.max'], 0),
    },
    clock: systemClock,
    random: Math.random,
    logger,
  };
  const connectors = setup.connectors.map(({ definition, parsed }) => {
    const { connector: config, sink } = parsed;
    const spec = {
      config,
      sink: definition,
      windowOf: definition.windowOf?.(sink),
      invoker: invokerOf(definition, parsed, setup),
      claimCheck: claimCheckOf(parsed, setup),
      resumeStopped: setup.resumeStopped,
    };
    return new Connector(spec, deps);
  });
  const options = { shutdownTimeoutMs: worker['shutdown.timeout.ms'], clock: systemClock, logger };
  return Object.assign(new Worker(connectors, options), { metrics: () => metrics.render() });
}

function invokerOf(
  definition: SinkDefinition,
  { connector: config, sink }: ParsedConnector,
  setup: WorkerSetup,
): Invoker {
  const target = config['invoke.target'];
  switch (target) {
    case 'http': {
      const authorization = config['invoke.http.authorization']?.reveal(setup.secrets);
      return createHttpInvoker({
        url: new URL(config['invoke.http.url'] ?? ''),
        ...(authorization === undefined ? {} : { authorization }),
        envelope: envelopeOptions(config),
        userFunction: definition.userFunction,
        connections: config['tasks.max'] * config['max.in.flight.batches'],
        clock: systemClock,
      });
    }
    case 'in-process':
      return createInProcessInvoker(inProcessWriter(definition, sink, setup), systemClock);
    case 'fc':
      throw new Error('invoke.target=fc is refused by the configuration check');
    default:
      throw new Error(`unknown invoke.target ${target satisfies never}`);
  }
}

function inProcessWriter(
  { connectorClass }: SinkDefinition,
  sink: ParsedConnector['sink'],
  setup: WorkerSetup,
): SinkWriter {
  // `parseConnector` parsed the keys of exactly this definition.
  if (connectorClass === ossSink.connectorClass) return createOssWriter(sink as OssConfig, ossDeps(setup));
  throw new Error(`${connectorClass} does not run in process`);
}

function claimCheckOf({ connector: config }: ParsedConnector, setup: WorkerSetup): ClaimCheckStore | undefined {
  const store = claimCheckKeys(config);
  return store === undefined ? undefined : createOssClaimCheckStore(store, ossDeps(setup));
}

function ossDeps({ secrets }: WorkerSetup) {
  return { clock: systemClock, secrets, role: () => roleCredentials(process.env) };
}
