/** What the pipelines of a connector work with: its configuration, put into the parts that act on it. */
import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import type { Clock } from '../../shared/clock.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import type { PeriodOf, SinkDefinition, WindowOf } from '../../shared/sink.ts';
import type { Invoker } from './invokers/invoker.ts';
import type { PipelineDeps } from './pipeline-contract.ts';
import { batchLimits, intakeRules, retryRules, tellsOccasions } from './plan.ts';

/** A connector's way to its sink. */
export interface PipelineSpec {
  readonly config: ConnectorConfig;
  readonly sink: Pick<SinkDefinition, 'userFunction'>;
  readonly windowOf: WindowOf | undefined;
  /** Absent where no batch closes by the wall clock. */
  readonly periodOf?: PeriodOf | undefined;
  readonly invoker: Invoker;
  readonly claimCheck: ClaimCheckStore | undefined;
}

/** What a task adds. */
export interface PipelineParts
  extends Pick<PipelineDeps, 'frameworkErrors' | 'sinkErrors' | 'memory' | 'metrics' | 'recordEvents' | 'logger'> {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Pure. */
export function pipelineDeps(spec: PipelineSpec, { clock, random, ...parts }: PipelineParts): PipelineDeps {
  const { config, sink, windowOf, periodOf, invoker, claimCheck } = spec;
  const { logger, metrics } = parts;
  const intake = intakeRules(config);
  return {
    ...parts,
    delivery: {
      invoker,
      invokeTimeoutMs: config['invoke.timeout.ms'],
      rules: retryRules(config, sink.userFunction),
      ...(claimCheck !== undefined && config['overflow.policy'] === 'claim-check'
        ? { claimCheck: { store: claimCheck, invokeMaxBytes: intake.invokeMaxBytes, envelope: intake.envelope } }
        : {}),
      clock,
      random,
      logger,
      metrics,
    },
    intake,
    limits: batchLimits(config, periodOf),
    guarantee: config['delivery.guarantee'],
    newOccasion: tellsOccasions(config) ? () => occasionOf(random) : undefined,
    phases: config['delivery.guarantee'] === 'exactly-once' ? invoker.phases : undefined,
    maxInFlight: config['max.in.flight.batches'],
    windowOf,
    connector: config.name,
    errorsPolicy: config['errors.policy'],
  };
}

/** 48 bits: enough that two moves of one group within a week do not meet. */
function occasionOf(random: () => number): string {
  return Math.floor(random() * 2 ** 48).toString(36);
}
