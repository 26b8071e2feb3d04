/** Whether a partition is still the log that was read. Requests name topics: only topic ids tell a topic from one that was made anew under its
 *  name. Why it is asked when: docs/decisions/0018-topic-ids.md. */
import type { Clock } from '../clock.ts';
import { RetriableError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { isRetriableCode, KafkaCode, kafkaErrorName } from './error-codes.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { isStillCommitted } from './remade-topic.ts';
import { askTopicIds, type ToldTopic, type ToldTopics } from './topic-ids.ts';

/** A topic cannot be deleted, made anew and filled beyond the old position unseen while its partition is fetched at shorter intervals. */
export const UNWATCHED_MS = 500;
/** For so long a commit goes by the coordinator's last answer: commits are frequent, and one topic is not replaced by another sooner. */
export const CONFIRMED_MS = 50;
/** A coordinator knows a new topic a moment before it forgets the group's offsets of the old one. */
export const FORGETS_WITHIN_MS = 1_000;

/** `missing` passes: the topic is gone, or cannot be described for the moment. `untold`: ids cannot tell. */
export type Verdict = 'same' | 'remade' | 'missing' | 'untold';

/** Compares the id that a partition's topic had with what a broker tells now. Pure. */
export function verdictOn(known: string | undefined, told: ToldTopic | undefined): Verdict {
  if (known === undefined || told === undefined) return 'untold';
  const { errorCode, id } = told;
  if (errorCode === KafkaCode.unknownTopicOrPartition || isRetriableCode(errorCode)) return 'missing';
  if (errorCode !== KafkaCode.none || id === undefined) return 'untold';
  return id === known ? 'same' : 'remade';
}

/** Whether nobody would have seen the topic being made anew since `seenAt` (epoch ms). A clock that was set back tells nothing. Pure. */
export function isUnwatched({ seenAt }: Pick<OwnedPartition, 'seenAt'>, now: number): boolean {
  return now < seenAt || now - seenAt > UNWATCHED_MS;
}

export interface LogIdentityDeps {
  readonly cluster: Pick<Cluster, 'connection' | 'describe' | 'metadata'>;
  readonly coordinator: Pick<GroupCoordinator, 'committed' | 'topicIds'>;
  readonly clock: Clock;
  /** The partition may be another log: it is neither read nor committed until `examine` found out. */
  readonly doubt: (partition: OwnedPartition) => void;
}

export class LogIdentity {
  readonly #deps: LogIdentityDeps;
  /** Epoch ms of the coordinator's last answer that did not speak against a partition's commits. */
  readonly #confirmedAt = new WeakMap<OwnedPartition, number>();
  /** The id of each topic that was assigned, and epoch ms of when it took the place of another. */
  readonly #latest = new Map<string, { readonly id: string; readonly since: number }>();

  constructor(deps: LogIdentityDeps) {
    this.#deps = deps;
  }

  /** Asks the broker that answered for `partitions`: what it read for them before is of the logs whose ids it tells now, or of older ones.
   *  Doubts those that are not what they were.
   *  @throws RetriableError when it does not answer */
  async confirm(leader: number, partitions: readonly OwnedPartition[]): Promise<void> {
    const askedAt = this.#deps.clock.now();
    const told = await this.#askLeader(leader, topicsOf(partitions));
    for (const partition of partitions) {
      const verdict = verdictOn(partition.topicId, told?.get(partition.topic));
      if (verdict === 'remade' || verdict === 'missing') this.#deps.doubt(partition);
      else partition.seenAt = askedAt;
    }
  }

  /** Looks at what nobody fetches, paused partitions above all.
   *  @throws RetriableError when a leader does not answer */
  async lookAt(owned: Iterable<OwnedPartition>): Promise<void> {
    const now = this.#deps.clock.now();
    const unwatched = [...owned].filter((p) => p.deliverable && !p.held && hasId(p) && isUnwatched(p, now));
    const { metadata } = this.#deps.cluster;
    const leaderOf = (p: OwnedPartition) => metadata.leaderOf(p.topic, p.partition);
    for (const leader of new Set(unwatched.map(leaderOf))) {
      const led = unwatched.filter((p) => leaderOf(p) === leader);
      if (leader !== undefined) await this.confirm(leader, led);
    }
  }

  /** Those of `partitions` whose offsets the coordinator will take for the log they were read of. It is asked itself, since it takes or
   *  refuses commits by what it knows; a commit that it takes for a topic before it hears of the deletion goes with that topic.
   *  @throws RetriableError when it does not answer */
  async committable(partitions: readonly OwnedPartition[]): Promise<ReadonlySet<OwnedPartition>> {
    const askedAt = this.#deps.clock.now();
    const unsure = partitions.filter((p) => !p.doubtful && hasId(p) && !this.#isConfirmed(p, askedAt));
    if (unsure.length > 0) {
      const told = await this.#deps.coordinator.topicIds(topicsOf(unsure));
      for (const partition of unsure) {
        const verdict = verdictOn(partition.topicId, told?.get(partition.topic));
        if (verdict === 'remade' || verdict === 'missing') this.#deps.doubt(partition);
        else this.#confirmedAt.set(partition, askedAt);
      }
    }
    return new Set(partitions.filter((p) => !p.doubtful));
  }

  /** Never of a partition that goes: nobody here would put its commit right. */
  #isConfirmed(partition: OwnedPartition, now: number): boolean {
    const ms = now - (this.#confirmedAt.get(partition) ?? Number.NEGATIVE_INFINITY);
    return !partition.fenced && ms >= 0 && ms <= CONFIRMED_MS;
  }

  /** Ids by topic, for commits that are looked up after this: they are of these topics, or of later ones. Without an entry where there
   *  are no ids.
   *  @throws RetriableError while a topic is missing, as `forgotten` does, and when the coordinator does not answer */
  async idsOf(topics: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (const [topic, told] of await this.forgotten(topics)) {
      if (verdictOn('', told) === 'missing') throw notThere(topic, told);
      if (told.id !== undefined) ids.set(topic, told.id);
    }
    return ids;
  }

  /** What the coordinator tells.
   *  @throws RetriableError while it may still have offsets of a topic that another one took the place of, and when it does not answer */
  async forgotten(topics: readonly string[]): Promise<ToldTopics> {
    const all: ToldTopics = (await this.#deps.coordinator.topicIds(topics)) ?? new Map();
    const now = this.#deps.clock.now();
    for (const [topic, { id }] of all) {
      if (id === undefined) continue;
      const before = this.#latest.get(topic);
      if (before?.id !== id)
        this.#latest.set(topic, { id, since: before === undefined ? Number.NEGATIVE_INFINITY : now });
      const ms = now - (this.#latest.get(topic)?.since ?? now);
      if (ms >= 0 && ms < FORGETS_WITHIN_MS)
        throw new RetriableError(
          'START_POSITION_PENDING',
          `Kafka may not have forgotten the old offsets of ${topic} yet`,
        );
    }
    return all;
  }

  /** What a partition in doubt is: by the id that its leader tells, or without ids by whether the group's offset is still there.
   *  @param isAgain whether it was asked in vain: leaders are looked up anew
   *  @throws RetriableError while the topic is missing, or nobody answers */
  async examine(
    partition: OwnedPartition,
    isAgain: boolean,
  ): Promise<{ readonly isSame: boolean; readonly topicId: string | undefined }> {
    const { cluster, coordinator } = this.#deps;
    const { topic, topicId } = partition;
    if (topicId !== undefined) {
      if (isAgain) await cluster.describe([topic]);
      const leader = cluster.metadata.leaderOf(topic, partition.partition);
      if (leader === undefined)
        throw new RetriableError('LEADER_NOT_AVAILABLE', `${partition.name} has no leader for the moment`);
      const told = (await this.#askLeader(leader, [topic]))?.get(topic);
      const verdict = verdictOn(topicId, told);
      if (verdict === 'missing') throw notThere(topic, told);
      if (verdict !== 'untold') return { isSame: verdict === 'same', topicId: told?.id };
    }
    return { isSame: await isStillCommitted(partition, coordinator), topicId: undefined };
  }

  async #askLeader(leader: number, topics: readonly string[]): Promise<ToldTopics | undefined> {
    return await askTopicIds(await this.#deps.cluster.connection(leader, 'requests'), topics);
  }
}

function hasId({ topicId }: OwnedPartition): boolean {
  return topicId !== undefined;
}

function topicsOf(partitions: readonly OwnedPartition[]): string[] {
  return [...new Set(partitions.map(({ topic }) => topic))];
}

function notThere(topic: string, told: ToldTopic | undefined): RetriableError {
  const code = kafkaErrorName(told?.errorCode ?? KafkaCode.unknownTopicOrPartition);
  return new RetriableError(code, `topic ${topic} cannot be described for the moment (${code})`);
}
