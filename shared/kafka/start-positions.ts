/** Where partitions without a committed offset begin: decided once, by the group's leader, and committed before anything is read.
 *
 *  - A topic none of whose partitions has a commit is new to the group: `consumer.start.offset` counts.
 *  - A partition without a commit beside others of its topic that have one was added later: it begins at its beginning.
 *  - With a pattern, a topic without a commit, while the group has commits for another one, appeared later: at its beginning.
 *  - With a pattern, a topic that was not there when this member began appeared later, too, even if nothing matched until then.
 *  - A topic that this member has read before and that has no commit now was deleted and made anew: at its beginning.
 *
 *  This tells old from new only if the first commits of a topic (of all topics, with a pattern) are there together or not at all.
 *  So the leader alone makes them, for all partitions in one OffsetCommit request, which the coordinator writes as one batch; the
 *  other members wait until they see theirs. With `latest`, a crash before the first record then loses nothing. */
import { type FatalError, RetriableError } from '../errors.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import { TimeLimit } from '../time-limit.ts';
import type { Cluster } from './cluster.ts';
import type { OffsetToCommit, StartOffset } from './driver.ts';
import { commitRefusal, KafkaCode, kafkaErrorName } from './error-codes.ts';
import type { GroupCoordinator, Session } from './group-coordinator.ts';
import { findOffsets, type IsolationLevel } from './offset-queries.ts';
import { type RetryDeps, retrying } from './retrying.ts';

export interface StartPlan {
  /** Partitions that begin at `consumer.start.offset`. */
  readonly atStart: readonly TopicPartition[];
  /** Partitions that begin at their beginning. */
  readonly atBeginning: readonly TopicPartition[];
}

/** Applies the rule above. `isCommitted` answers for the group; `isPattern` when topics come from a pattern; `readBefore` holds the
 *  topics this member has read, `atFirst` those it found when it began. Pure. */
export function planStart(
  partitions: readonly TopicPartition[],
  isCommitted: (tp: TopicPartition) => boolean,
  { isPattern, readBefore, atFirst }: Pick<StartPositionsOptions, 'isPattern' | 'readBefore' | 'atFirst'>,
): StartPlan {
  const knownTopics = new Set(partitions.filter(isCommitted).map((tp) => tp.topic));
  const uncommitted = partitions.filter((tp) => !isCommitted(tp));
  const isLater = ({ topic }: TopicPartition) =>
    knownTopics.has(topic) || readBefore.has(topic) || (isPattern && (knownTopics.size > 0 || !atFirst.has(topic)));
  return { atStart: uncommitted.filter((tp) => !isLater(tp)), atBeginning: uncommitted.filter(isLater) };
}

export interface StartPositionsDeps extends RetryDeps {
  readonly cluster: Cluster;
  readonly coordinator: GroupCoordinator;
}

export interface StartPositionsOptions {
  readonly startOffset: StartOffset;
  readonly isolationLevel: IsolationLevel;
  readonly isPattern: boolean;
  readonly readBefore: ReadonlySet<string>;
  readonly atFirst: ReadonlySet<string>;
}

/** Partitions without a leader are waited for this long before the rest begins without them; they then count as added later. */
const WAIT_FOR_LEADERS_MS = 10_000;

/** Leader only: resolves and commits what the group has no commit for, until nothing is left. Rejects with the signal's reason when
 *  the generation ends first.
 *  @throws FatalError when the group or a topic is refused */
export async function commitStartPositions(
  partitions: readonly TopicPartition[],
  options: StartPositionsOptions,
  currentSession: () => Session,
  deps: StartPositionsDeps,
  signal: AbortSignal,
): Promise<void> {
  const settling = new TimeLimit(deps.clock, WAIT_FOR_LEADERS_MS);
  await retrying(
    'start positions',
    async () => {
      const committed = await deps.coordinator.committed(partitions);
      const plan = planStart(partitions, (tp) => committed.has(partitionName(tp)), options);
      const { offsets, firstError } = await resolve(plan, options, deps.cluster);
      if (firstError !== undefined && (settling.leftMs > 0 || offsets.length === 0)) {
        await deps.cluster.describe([...new Set(partitions.map((tp) => tp.topic))]);
        throw firstError;
      }
      if (offsets.length > 0) await commitAll(offsets, currentSession(), deps.coordinator);
      if (firstError !== undefined) throw firstError;
    },
    deps,
    { signal },
  );
}

async function resolve(
  plan: StartPlan,
  { startOffset, isolationLevel }: StartPositionsOptions,
  cluster: Cluster,
): Promise<{ offsets: OffsetToCommit[]; firstError: RetriableError | FatalError | undefined }> {
  const [start, beginning] = await Promise.all([
    findOffsets(cluster, plan.atStart, startOffset, isolationLevel),
    findOffsets(cluster, plan.atBeginning, 'earliest', isolationLevel),
  ]);
  const offsetsOf = (partitions: readonly TopicPartition[], found: ReadonlyMap<string, number>) =>
    partitions.flatMap(({ topic, partition }) => {
      const offset = found.get(partitionName({ topic, partition }));
      return offset === undefined ? [] : [{ topic, partition, offset }];
    });
  const errors = [...start.errors.values(), ...beginning.errors.values()];
  return {
    offsets: [...offsetsOf(plan.atStart, start.offsets), ...offsetsOf(plan.atBeginning, beginning.offsets)],
    firstError: errors.find((e) => !(e instanceof RetriableError)) ?? errors[0],
  };
}

async function commitAll(
  offsets: readonly OffsetToCommit[],
  session: Session,
  coordinator: GroupCoordinator,
): Promise<void> {
  for (const [name, code] of await coordinator.commit(session, offsets)) {
    if (code === 0) continue;
    // A new generation has begun: its leader does this again.
    if (code === KafkaCode.illegalGeneration || code === KafkaCode.unknownMemberId) {
      throw new RetriableError(
        kafkaErrorName(code),
        `the group moved on before the start position of ${name} was committed`,
      );
    }
    throw commitRefusal(code, coordinator.groupId, name);
  }
}
