/** Commits, checked against what this member owns and the generation it is in. */
import { FatalError, RetriableError } from '../errors.ts';
import { partitionName } from '../records.ts';
import type { OffsetToCommit } from './driver.ts';
import { commitRefusal, KafkaCode, kafkaErrorName } from './error-codes.ts';
import type { GroupCoordinator, Session } from './group-coordinator.ts';
import { Interrupted } from './interruption.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { type RetryDeps, retrying } from './retrying.ts';

/** A coordinator that cannot be asked for this long is the caller's to wait for. */
const GIVE_UP_AFTER_MS = 30_000;

export interface OffsetCommitterDeps extends RetryDeps {
  readonly coordinator: GroupCoordinator;
  readonly owned: (name: string) => OwnedPartition | undefined;
  /** As `LogIdentity.committable`. */
  readonly committable: (partitions: readonly OwnedPartition[]) => Promise<ReadonlySet<OwnedPartition>>;
  readonly session: () => Session;
  /** Whether a join is under way: the coordinator may know a newer generation than this member. */
  readonly joining: () => boolean;
  /** The coordinator does not know this session any more. */
  readonly lost: (session: Session) => void;
  readonly signal: AbortSignal;
}

const STALE_SESSION: ReadonlySet<number> = new Set([
  KafkaCode.illegalGeneration,
  KafkaCode.unknownMemberId,
  KafkaCode.fencedInstanceId,
]);

const FENCED = 'fenced';
const DONE = 'done';

export class OffsetCommitter {
  readonly #deps: OffsetCommitterDeps;
  /** Commits go one after the other: a retried one must not overtake a later one and move the group back. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: OffsetCommitterDeps) {
    this.#deps = deps;
  }

  /** As `KafkaConsumer.commit`. A partition that was lost and came back since the call counts as not owned. */
  commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    const holders = offsets.map((o) => this.#deps.owned(partitionName(o)));
    const turn = this.#last.then(() => this.#commitInTurn(offsets, holders));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #commitInTurn(
    offsets: readonly OffsetToCommit[],
    holders: readonly (OwnedPartition | undefined)[],
  ): Promise<void> {
    if (offsets.length === 0) return;
    const limits = { signal: this.#deps.signal, giveUpAfterMs: GIVE_UP_AFTER_MS };
    const result = await retrying('offset commit', () => this.#try(offsets, holders), this.#deps, limits).catch(
      (thrown: unknown) => {
        // The consumer was closed.
        if (thrown instanceof Interrupted) return FENCED;
        throw thrown;
      },
    );
    if (result instanceof Error) throw result;
    if (result === FENCED) {
      const gone = offsets.filter((_, i) => holders[i]?.released !== false).map(partitionName);
      throw new RetriableError(
        'COMMIT_FENCED',
        `not committed, this member no longer owns ${gone.join(', ')} in the generation it read them in`,
      );
    }
  }

  async #try(
    offsets: readonly OffsetToCommit[],
    holders: readonly (OwnedPartition | undefined)[],
  ): Promise<typeof DONE | typeof FENCED | Error> {
    const held = stillHeld(holders);
    if (held === undefined) return FENCED;
    const sure = await this.#deps.committable(held);
    if (stillHeld(holders) === undefined) return FENCED;
    const { session: currentSession, joining, lost } = this.#deps;
    const session = currentSession();
    const codes = await this.#send(session, offsets, held, sure);
    const refused = [...codes].filter(([, code]) => code !== KafkaCode.none);
    const first = refused[0];
    if (first === undefined) return DONE;
    const stale = refused.find(([, code]) => STALE_SESSION.has(code));
    if (stale !== undefined) {
      // While a join is under way, or when it just ended, this session is behind; the partitions are still ours if we keep them.
      if (joining() || currentSession() !== session) throw this.#passing(stale[1]);
      lost(session);
      return FENCED;
    }
    const rebalancing = refused.find(([, code]) => code === KafkaCode.rebalanceInProgress);
    if (rebalancing !== undefined) throw this.#passing(rebalancing[1]);
    const error = this.#refused(first[0], first[1]);
    // A deleted topic may stay away for ever: the caller waits if it wants to, the commits behind this one do not.
    if (first[1] === KafkaCode.unknownTopicOrPartition) return error;
    throw error;
  }

  /** What is in doubt is not sent: the broker would take an offset of a deleted topic for one of its successor. Answered for as the broker
   *  answers for a topic that is not there. */
  async #send(
    session: Session,
    offsets: readonly OffsetToCommit[],
    holders: readonly OwnedPartition[],
    sure: ReadonlySet<OwnedPartition>,
  ): Promise<Map<string, number>> {
    const isSure = offsets.map((_, i) => holders[i] !== undefined && sure.has(holders[i]));
    const wanted = offsets.filter((_, i) => isSure[i]);
    const codes = wanted.length === 0 ? [] : await this.#deps.coordinator.commit(session, wanted);
    const doubtful = offsets.filter((_, i) => !isSure[i]);
    return new Map([...codes, ...doubtful.map((o) => [partitionName(o), KafkaCode.unknownTopicOrPartition] as const)]);
  }

  #passing(code: number): RetriableError {
    return new RetriableError(kafkaErrorName(code), `group ${this.#deps.coordinator.groupId} rebalances`);
  }

  #refused(name: string, code: number): Error {
    if (code === KafkaCode.offsetMetadataTooLarge) {
      return new FatalError(
        'OFFSET_METADATA_TOO_LARGE',
        `the broker refuses the metadata of a commit of ${name} as too large; set offset.metadata.max.bytes of every broker to 4096, Kafka's default, or more`,
      );
    }
    return commitRefusal(code, this.#deps.coordinator.groupId, name);
  }
}

/** The holders if all of them still own what they name. */
function stillHeld(holders: readonly (OwnedPartition | undefined)[]): OwnedPartition[] | undefined {
  const held = holders.filter((holder) => holder !== undefined && !holder.released) as OwnedPartition[];
  return held.length === holders.length ? held : undefined;
}
