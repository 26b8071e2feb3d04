/** What a partition's pipeline works with, and whom it tells. */
import type { BatchLimits } from '../../shared/batcher.ts';
import type { DeliveryGuarantee } from '../../shared/config/connector/delivery-keys.ts';
import type { ErrantRecord } from '../../shared/errant.ts';
import type { FatalError } from '../../shared/errors.ts';
import type { OffsetToCommit } from '../../shared/kafka/driver.ts';
import type { TopicPartition } from '../../shared/records.ts';
import type { WindowOf } from '../../shared/sink.ts';
import type { BatchSenderDeps } from './batch-sender.ts';
import type { StopMark } from './commit-metadata.ts';
import type { IntakeRules } from './intake.ts';
import type { FairIntake } from './memory/fair-intake.ts';
import type { TaskMetrics } from './metrics.ts';

/** What all pipelines of a task share. */
export interface PipelineDeps extends BatchSenderDeps {
  readonly intake: IntakeRules;
  readonly limits: BatchLimits;
  /** `exactly-once`: nothing is sent that is not planned in a confirmed commit. */
  readonly guarantee: DeliveryGuarantee;
  readonly windowOf: WindowOf | undefined;
  /** Makes the occasion of a partition whose commit has none; undefined where none is needed. */
  readonly newOccasion?: (() => string) | undefined;
  /** Decides who reads while memory is short. */
  readonly memory: FairIntake;
  /** Name of the connector. */
  readonly connector: string;
  readonly metrics: TaskMetrics;
  /** Hears what is worth telling of single records; nobody does when absent. */
  readonly recordEvents?: RecordEvents | undefined;
}

/** What became of records that a person may want to look for. */
export interface RecordEvents {
  /** The error topic confirmed them. */
  errant(records: readonly ErrantRecord[]): void;
  /** The partition stopped at a record, and waits for a person. */
  stopped(partition: TopicPartition, mark: StopMark): void;
}

/** What a pipeline asks of its task. */
export interface PipelineHost {
  pause(): void;
  resume(): void;
  /** A batch was settled, or the partition stopped: there may be something to commit. */
  settled(): void;
  /** Something waits until it is committed. */
  commitWanted(): void;
  failed(error: FatalError): void;
}

/** A commit as the pipeline takes it back once it is confirmed. */
export type PartitionCommit = OffsetToCommit & {
  readonly metadata: string;
  readonly stopped: StopMark | undefined;
  readonly planVersion: number;
};
