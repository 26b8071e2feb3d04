/** What a partition says of itself, to whoever scrapes, commits or asks what is left to do. Pure. */
import type { AssignedPartition } from '../../shared/kafka/driver.ts';
import type { TopicPartition } from '../../shared/records.ts';
import type { PartitionReading } from './metrics.ts';
import type { PartitionPipeline } from './partition-pipeline.ts';

/** A partition that waits for a person, and why. */
export type WaitingPartition = TopicPartition & { readonly reason: string };

export function readingOf(pipeline: PartitionPipeline): PartitionReading {
  const { tp, tracker, endOffset, position, pausedReason, openBytes, pendingBytes } = pipeline;
  return {
    ...tp,
    inFlight: tracker.unacked,
    lag: Math.max(0, endOffset - (tracker.firstUnacked ?? position)),
    pausedReason,
    bufferBytes: openBytes + pendingBytes,
  };
}

/** Whether something waits for a commit: a batch or a token, or a run that ends when it caught up and waits for nothing else. */
export function isWaitedFor(pipeline: PartitionPipeline): boolean {
  return pipeline.awaitsCommit || (pipeline.atGoal && pipeline.toCommit !== undefined);
}

/** Partitions stopped at an errant record, or with a position that Kafka does not have. */
export function waitingForPerson(
  halted: Iterable<AssignedPartition>,
  pipelines: Iterable<PartitionPipeline>,
): WaitingPartition[] {
  const withoutPosition = [...halted].map(({ topic, partition, halted: why }) => ({
    topic,
    partition,
    reason: why?.message ?? '',
  }));
  const stopped = [...pipelines].flatMap(({ tp, stoppedAt }) =>
    stoppedAt === undefined ? [] : [{ ...tp, reason: `stopped at offset ${stoppedAt.offset}: ${stoppedAt.code}` }],
  );
  return [...withoutPosition, ...stopped];
}

/** Those of them where nothing is left to do until then: what lies before a stop is settled. */
export function nothingLeftToDo(
  halted: Iterable<AssignedPartition>,
  pipelines: Iterable<PartitionPipeline>,
): TopicPartition[] {
  const stopped = [...pipelines].filter(({ waitsForPersonAt }) => waitsForPersonAt !== undefined);
  return [...halted, ...stopped.map(({ tp }) => tp)];
}
