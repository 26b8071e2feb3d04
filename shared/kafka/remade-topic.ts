/** Tells a topic that was deleted and made anew from the one that was read. Requests name topics, not logs: nothing else would keep a consumer
 *  from going on in the middle of the new log, and from committing offsets of the old one for it. */
import { RetriableError } from '../errors.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import { kafkaErrorName } from './error-codes.ts';
import type { GroupCoordinator, Session } from './group-coordinator.ts';
import { findOffsets } from './offset-queries.ts';
import { retrying } from './retrying.ts';
import type { StartPositionsDeps } from './start-positions.ts';

/** Whether the partition is still the log that its committed offset belongs to. Kafka forgets the offsets of every group together with a
 *  topic (`GroupCoordinator.onPartitionsDeleted` of apache/kafka), and an owned partition always has one. Ask once the topic has leaders
 *  again: before that the coordinator may not know of the deletion. */
export async function isStillCommitted(
  tp: TopicPartition,
  coordinator: Pick<GroupCoordinator, 'committed'>,
): Promise<boolean> {
  return (await coordinator.committed([tp])).has(partitionName(tp));
}

/** Commits the beginning of a log that was made anew, and resolves with it. Rejects with the signal's reason when that aborts; a
 *  partition that is no longer `wanted` is left alone, and the promise resolves with undefined.
 *  @throws FatalError when the group or the topic is refused */
export async function commitBeginning(
  tp: TopicPartition,
  wanted: () => boolean,
  currentSession: () => Session,
  deps: StartPositionsDeps,
  signal: AbortSignal,
): Promise<number | undefined> {
  const name = partitionName(tp);
  return await retrying(
    `beginning of ${name}`,
    async () => {
      if (!wanted()) return undefined;
      const { offsets, errors } = await findOffsets(deps.cluster, [tp], 'earliest', 'read_uncommitted');
      const offset = offsets.get(name);
      if (offset === undefined) {
        await deps.cluster.describe([tp.topic]);
        throw errors.get(name);
      }
      const { topic, partition } = tp;
      const code = (await deps.coordinator.commit(currentSession(), [{ topic, partition, offset }])).get(name) ?? -1;
      // A rebalance may be under way: tried again until it is over, or has taken the partition away.
      if (code !== 0) throw new RetriableError(kafkaErrorName(code), `the beginning of ${name} could not be committed`);
      return offset;
    },
    deps,
    { signal },
  );
}
