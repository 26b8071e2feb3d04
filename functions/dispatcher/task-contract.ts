/** What a task works with, and whom it tells. */
import type { Clock } from '../../shared/clock.ts';
import type { FatalError } from '../../shared/errors.ts';
import type { ConsumerOptions, KafkaDriver } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { TopicPartition } from '../../shared/records.ts';
import type { PartitionReading, TaskMetrics } from './metrics.ts';
import type { PipelineDeps } from './pipeline-contract.ts';

export interface TaskOptions {
  readonly consumer: ConsumerOptions;
  readonly commitIntervalMs: number;
  /** Commit as soon as a batch is settled, too. */
  readonly commitsAfterBatch: boolean;
  /** Lift the stop marks that earlier owners left. */
  readonly resumeStopped: boolean;
  readonly pipeline: PipelineDeps;
}

export interface TaskDeps {
  readonly driver: KafkaDriver;
  readonly metrics: TaskMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a task tells its connector. */
export interface TaskEvents {
  failed(error: FatalError): void;
  /** A partition goes, with its last reading. */
  released(reading: PartitionReading): void;
  /** Records of this topic came. Told of a topic once, and again after a while. */
  reads(topic: string): void;
  /** Kafka deleted offsets `from` (inclusive) to `to` (exclusive) before they were read. */
  gap(partition: TopicPartition, from: number, to: number): void;
}
