/** What a connector is made of, whom it tells, and what it shows. */
import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import type { Clock } from '../../shared/clock.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import type { ErrantRecord } from '../../shared/errant.ts';
import type { FatalError } from '../../shared/errors.ts';
import type { KafkaAdmin, KafkaDriver } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { TopicPartition } from '../../shared/records.ts';
import type { PeriodOf, SinkDefinition, WindowOf } from '../../shared/sink.ts';
import type { StopMark } from './commit-metadata.ts';
import type { Invoker } from './invokers/invoker.ts';
import type { Ledger } from './ledger.ts';
import type { WorkerMemory } from './memory/worker-memory.ts';
import type { Metrics } from './metrics.ts';
import type { WaitingPartition } from './partition-reading.ts';
import type { WorkerLimits } from './plan.ts';
import type { PlannedRestart, TaskStatus } from './task-supervisor.ts';

/** What a connector carries records by. */
export interface ConnectorWay {
  readonly config: ConnectorConfig;
  readonly sink: Pick<SinkDefinition, 'connectorClass' | 'userFunction' | 'commitsAfterBatch'>;
  readonly windowOf: WindowOf | undefined;
  /** Absent where no batch closes by the wall clock. */
  readonly periodOf?: PeriodOf | undefined;
  readonly invoker: Invoker;
  readonly claimCheck: ClaimCheckStore | undefined;
}

/** A connector as it is to run. */
export interface ConnectorSpec extends ConnectorWay {
  /** Lift the stop marks of `errors.policy=stop`. */
  readonly resumeStopped: boolean;
  /** For runs that end when they caught up. Once aborted nothing more is read: what was read is written and committed, open batches too, and
   *  that is then the goal of `caughtUp`. */
  readonly lastCall?: AbortSignal | undefined;
  /** Those of its tasks that it begins with; absent: all of `tasks.max`. */
  readonly taskIds?: readonly number[];
  readonly events?: ConnectorEvents | undefined;
}

/** What all connectors of a worker share. */
export interface ConnectorDeps {
  readonly driver: KafkaDriver;
  /** Shared, and closed by whoever made it; absent: the connector has its own. */
  readonly admin?: KafkaAdmin;
  readonly memory: WorkerMemory;
  readonly metrics: Metrics;
  readonly limits: WorkerLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** What a connector tells of its tasks, as it happens. Must not throw, nor call back. */
export interface ConnectorEvents {
  /** The status of a task may be another one. */
  task(status: TaskStatus): void;
  /** A task failed, or could not start; without `restart` nothing starts it again. Its status is told next. */
  failed(task: number, error: FatalError, restart: PlannedRestart | undefined): void;
  /** A task reads this topic; told again from time to time while it does. */
  topic(task: number, topic: string): void;
  /** The error topic confirmed these records, all of one partition. */
  errant(task: number, records: readonly ErrantRecord[]): void;
  /** A partition stopped at a record, and waits for a person. */
  stopped(task: number, partition: TopicPartition, mark: StopMark): void;
  /** Kafka deleted offsets `from` (inclusive) to `to` (exclusive) before they were read. */
  gap(task: number, partition: TopicPartition, from: number, to: number): void;
}

/** A connector as people see it. */
export interface ConnectorStatus {
  readonly name: string;
  readonly tasks: readonly TaskStatus[];
  /** Partitions that wait for a person. */
  readonly waiting: readonly WaitingPartition[];
  /** Offsets between the first unsettled record and the end, over all partitions that were owned here, as last seen. */
  readonly lag: number;
  readonly totals: Ledger;
}
