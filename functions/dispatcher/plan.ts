/** What a parsed configuration means for the tasks of a connector. Pure. */
import type { BatchLimits } from '../../shared/batcher.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import type { EnvelopeOptions } from '../../shared/envelope/encode.ts';
import type { ConsumerOptions } from '../../shared/kafka/driver.ts';
import type { PeriodOf } from '../../shared/sink.ts';
import type { RetryRules } from './delivery.ts';
import type { IntakeRules } from './intake.ts';
import { FETCH_SHARE } from './memory/memory-budget.ts';

/** Settings of the worker that a task needs. */
export interface WorkerLimits {
  readonly memoryBudgetBytes: number;
  readonly sessionTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  /** Tasks of all connectors of this worker; read anew for each fetch. */
  readonly tasks: number;
}

const MIB = 1024 * 1024;
/** Below this, requests cost more than what they bring. */
const MIN_FETCH_BYTES = MIB / 4;
const MAX_FETCH_BYTES = 16 * MIB;
const MAX_OPEN_WINDOWS = 8;
const USUAL_PARTITION_BYTES = 4 * MIB;
const USUAL_FETCH_WAIT_MS = 500;
const USUAL_HEARTBEAT_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 60_000;
/** Well below the rebalance timeout: the commit and the join must fit, too. */
const DRAIN_TIMEOUT_MS = 30_000;
/** Share of the drain timeout for what is under way; the rest is for the commit. */
export const DRAIN_SHARE = 0.8;

/** Topics that are read, or what their names match. */
export function topicsOf({ topics, 'topics.regex': pattern }: ConnectorConfig): readonly string[] | RegExp {
  return topics ?? pattern ?? [];
}

/** All tasks of a connector. */
export function taskIds(config: ConnectorConfig): number[] {
  return Array.from({ length: config['tasks.max'] }, (_, id) => id);
}

/** How the group of `config` is read. What a fetch may bring follows the number of tasks. */
export function consumerOptions(config: ConnectorConfig, worker: WorkerLimits): ConsumerOptions {
  const drainTimeoutMs = Math.max(DRAIN_TIMEOUT_MS, longestCallMs(config) / DRAIN_SHARE);
  const sessionTimeoutMs = config['consumer.override.session.timeout.ms'] ?? worker.sessionTimeoutMs;
  const heartbeatMs = config['consumer.override.heartbeat.interval.ms'] ?? USUAL_HEARTBEAT_MS;
  return {
    groupId: config['consumer.group.id'],
    topics: topicsOf(config),
    startOffset: config['consumer.start.offset'],
    isolationLevel: config['isolation.level'],
    get fetchMaxBytes() {
      return fetchBytes(config, worker);
    },
    get fetchMaxBytesPerPartition() {
      const wanted = config['consumer.override.max.partition.fetch.bytes'] ?? USUAL_PARTITION_BYTES;
      return Math.min(wanted, fetchBytes(config, worker));
    },
    fetchMaxWaitMs: config['consumer.override.fetch.max.wait.ms'] ?? USUAL_FETCH_WAIT_MS,
    sessionTimeoutMs,
    heartbeatIntervalMs: Math.min(heartbeatMs, Math.floor(sessionTimeoutMs / 3)),
    rebalanceTimeoutMs: Math.max(REBALANCE_TIMEOUT_MS, drainTimeoutMs + DRAIN_TIMEOUT_MS),
    drainTimeoutMs,
    metadataMaxAgeMs: config['consumer.override.metadata.max.age.ms'] ?? worker.metadataMaxAgeMs,
  };
}

/** A task's share of what fetches may have under way, or less where less is asked for. */
function fetchBytes(config: ConnectorConfig, { memoryBudgetBytes, tasks }: WorkerLimits): number {
  const share = Math.floor((memoryBudgetBytes * FETCH_SHARE) / Math.max(1, tasks));
  const fair = Math.min(MAX_FETCH_BYTES, Math.max(MIN_FETCH_BYTES, share));
  return Math.min(fair, config['consumer.override.fetch.max.bytes'] ?? fair);
}

/** How long a partition that goes to another member waits for a call that is under way. At Function Compute such a call cannot be ended: given
 *  up, it would run on beside the next owner's call for the same records. (`fcChecks` bounds it.) */
function longestCallMs(config: ConnectorConfig): number {
  return config['invoke.target'] === 'fc' && config['invoke.mode'] === 'sync' ? config['invoke.timeout.ms'] : 0;
}

/** How records look in an envelope. */
export function envelopeOptions(config: ConnectorConfig): EnvelopeOptions {
  return {
    keyEncoding: config['key.converter'],
    valueEncoding: config['value.converter'],
    headers: config['envelope.headers'],
    timestampType: config['envelope.timestamp.type'],
  };
}

export function intakeRules(config: ConnectorConfig): IntakeRules {
  return {
    keyConverter: config['key.converter'],
    valueConverter: config['value.converter'],
    nullValues: config['behavior.on.null.values'],
    overflowPolicy: config['overflow.policy'],
    invokeMaxBytes: config['invoke.max.bytes'],
    envelope: envelopeOptions(config),
  };
}

/** @param periodOf what `SinkDefinition.periodOf` answered */
export function batchLimits(config: ConnectorConfig, periodOf: PeriodOf | undefined): BatchLimits {
  return {
    maxRecords: config['batch.size'],
    maxBytes: config['batch.bytes'],
    lingerMs: config['linger.ms'],
    maxOpenWindows: MAX_OPEN_WINDOWS,
    periodOf,
  };
}

export function retryRules(config: ConnectorConfig, userFunction: boolean): RetryRules {
  return {
    baseMs: config['retry.backoff.ms'],
    maxMs: config['retry.backoff.max.ms'],
    timeoutMs: config['errors.retry.timeout'],
    retries: config.retries,
    userFunction,
  };
}

/** Whether whoever is called remembers calls by an id, so that one on a new occasion must have another. */
export function tellsOccasions(config: ConnectorConfig): boolean {
  return (
    config['invoke.target'] === 'fc' && config['invoke.mode'] === 'async' && config['fc.async.task.id'] === 'offsets'
  );
}

/** Where values too large for a request are stored; `undefined` when no bucket is given. */
export function claimCheckKeys(config: ConnectorConfig) {
  const bucket = config['overflow.claim.check.bucket'];
  if (bucket === undefined) return undefined;
  return {
    bucket,
    prefix: config['overflow.claim.check.prefix'],
    expiryMs: config['overflow.claim.check.expiry.ms'],
    endpoint: config['overflow.claim.check.endpoint'],
    region: config['overflow.claim.check.region'],
    accessKeyId: config['overflow.claim.check.access.key.id'],
    accessKeySecret: config['overflow.claim.check.access.key.secret'],
    securityToken: config['overflow.claim.check.security.token'],
  };
}
