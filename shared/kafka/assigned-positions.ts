/** Positions of partitions that were just assigned: the committed offset, checked against what the log still holds. */
import { type FatalError, RetriableError } from '../errors.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import type { AssignedPartition } from './driver.ts';
import { kafkaErrorName } from './error-codes.ts';
import type { CommittedOffset, GroupCoordinator, Session } from './group-coordinator.ts';
import type { LogIdentity } from './log-identity.ts';
import { findOffsets } from './offset-queries.ts';
import { retrying } from './retrying.ts';
import type { StartPositionsDeps } from './start-positions.ts';

/** Why a partition must not be read until a person decides. */
export interface Halt {
  readonly code: string;
  readonly message: string;
}

/** What Kafka deleted before it was read: `from` (inclusive) to `to` (exclusive). */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Where to go on from `offset` in a log that holds `start` to `end`. Below the start: at the start, with a gap. Past the end: halted,
 *  since going on anywhere else would skip or repeat records without anybody knowing. Pure. */
export function positionIn(
  tp: TopicPartition,
  offset: number,
  start: number,
  end: number,
): { readonly position: number; readonly gap?: Gap; readonly halted?: Halt } {
  if (offset < start) return { position: start, gap: { from: offset, to: start } };
  if (offset <= end) return { position: offset };
  const message =
    `${partitionName(tp)}: offset ${offset} is past the end of the log (${end}). The topic was recreated or lost records; ` +
    'set the group to an offset between its beginning and its end';
  return { position: offset, halted: { code: 'OFFSET_PAST_END', message } };
}

/** What `assigned` and `gap` of the listener will be told. */
export interface ResolvedPartition extends AssignedPartition {
  readonly gap?: Gap;
  /** Id of the topic that the position belongs to; absent where brokers give none. */
  readonly topicId?: string;
}

/** Resolves positions of partitions whose offsets are committed, or will be by the leader soon. Partitions that cannot be resolved
 *  yet (no commit, no leader) are waited for. Rejects with the signal's reason when the generation ends first. */
export async function resolvePositions(
  partitions: readonly TopicPartition[],
  currentSession: () => Session,
  identity: Pick<LogIdentity, 'idsOf'>,
  deps: StartPositionsDeps,
  signal: AbortSignal,
): Promise<ResolvedPartition[]> {
  const topics = [...new Set(partitions.map((tp) => tp.topic))];
  return await retrying(
    'positions',
    async () => {
      // Before the commits are looked up: one that is found belongs to this topic, or to one after it, never to one before.
      const ids = await identity.idsOf(topics);
      const committed = await deps.coordinator.committed(partitions);
      const waiting = partitions.find((tp) => !committed.has(partitionName(tp)));
      if (waiting !== undefined) {
        throw new RetriableError(
          'START_POSITION_PENDING',
          `the group's leader has not committed the start position of ${partitionName(waiting)} yet`,
        );
      }
      // The high watermark, also under read_committed: an open transaction does not make an offset invalid.
      const [starts, ends] = await Promise.all([
        findOffsets(deps.cluster, partitions, 'earliest', 'read_uncommitted'),
        findOffsets(deps.cluster, partitions, 'latest', 'read_uncommitted'),
      ]);
      const error = [...starts.errors.values(), ...ends.errors.values()][0];
      if (error !== undefined) await afterRefresh(error, topics, deps);
      const found = partitions.map((tp) => resolved(tp, committed, starts.offsets, ends.offsets, ids));
      await commitMoved(found, currentSession(), deps.coordinator);
      return found;
    },
    deps,
    { signal },
  );
}

/** A position after a gap is committed like every other before anything is read from it. */
async function commitMoved(
  found: readonly ResolvedPartition[],
  session: Session,
  coordinator: GroupCoordinator,
): Promise<void> {
  const moved = found.filter((p) => p.gap !== undefined).map((p) => ({ ...p, offset: p.position }));
  if (moved.length === 0) return;
  for (const [name, code] of await coordinator.commit(session, moved)) {
    if (code !== 0)
      throw new RetriableError(kafkaErrorName(code), `the position of ${name} after a gap could not be committed`);
  }
}

async function afterRefresh(
  error: RetriableError | FatalError,
  topics: readonly string[],
  deps: StartPositionsDeps,
): Promise<never> {
  await deps.cluster.describe(topics);
  throw error;
}

function resolved(
  { topic, partition }: TopicPartition,
  committed: ReadonlyMap<string, CommittedOffset>,
  starts: ReadonlyMap<string, number>,
  ends: ReadonlyMap<string, number>,
  ids: ReadonlyMap<string, string>,
): ResolvedPartition {
  const name = partitionName({ topic, partition });
  const { offset, metadata } = committed.get(name) ?? { offset: 0, metadata: '' };
  const topicId = ids.get(topic);
  return {
    topic,
    partition,
    metadata,
    ...(topicId !== undefined && { topicId }),
    ...positionIn({ topic, partition }, offset, starts.get(name) ?? 0, ends.get(name) ?? offset),
  };
}
