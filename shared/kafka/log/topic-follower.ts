/** Reads a compacted topic from its beginning to its end, and then whatever is added: committed records only, without a group.
 *
 *  For each broker that leads partitions one long poll is under way. What goes wrong is tried again for ever, with backoff; before the reading
 *  goes on the topic's id is asked for, so that a topic that was made anew is not taken for the one that was read. */
import { backoffMs } from '../../backoff.ts';
import { FatalError, RetriableError, toError } from '../../errors.ts';
import type { Cluster, ClusterDeps } from '../cluster.ts';
import { KafkaCode } from '../error-codes.ts';
import { requestFetch } from '../fetch-request.ts';
import { Interrupted, unlessAborted } from '../interruption.ts';
import { retrying } from '../retrying.ts';
import type { FetchedPartition } from '../wire/fetch-response.ts';
import { readFetched } from './fetched-records.ts';
import { FollowedPartition } from './followed-partition.ts';
import type { TopicListener } from './topic-listener.ts';
import { TopicLook } from './topic-look.ts';

const LIMITS = {
  fetchMaxBytes: 4 * 1024 * 1024,
  fetchMaxBytesPerPartition: 4 * 1024 * 1024,
  isolationLevel: 'read_committed',
} as const;
/** Without records a broker answers after so long; with them at once. */
const LONG_POLL_MS = 5_000;
/** A broker that has not answered so long after that is taken for dead. */
const WATCHDOG_MS = 10_000;
const BACKOFF = { baseMs: 100, maxMs: 5_000 };
/** Without any answer for so long `start` gives up. */
const START_GIVES_UP_MS = 30_000;
/** What passes within this time is everyday life of a cluster. */
const SAY_AFTER_MS = 3_000;
/** Stands for "no leader is known". */
const NO_LEADER = -1;

export type TopicFollowerDeps = Pick<ClusterDeps, 'clock' | 'random' | 'logger'>;

export class TopicFollower {
  readonly #topic: string;
  readonly #listener: TopicListener;
  readonly #deps: TopicFollowerDeps;
  readonly #cluster: Cluster;
  readonly #look: TopicLook;
  readonly #closed = new AbortController();
  readonly #partitions = new Map<number, FollowedPartition>();
  /** Stands for the partitions while nobody knows which there are. */
  readonly #unknown: FollowedPartition;
  /** Leaders that a request is under way to. */
  readonly #active = new Set<number>();
  /** Aborted to end the waits after failures. */
  #nap = new AbortController();
  #onStarted: { resolve: () => void; reject: (error: Error) => void } | undefined;

  /** @param cluster its own: `close` closes it */
  constructor(cluster: Cluster, topic: string, listener: TopicListener, deps: TopicFollowerDeps) {
    this.#topic = topic;
    this.#listener = listener;
    this.#deps = deps;
    this.#cluster = cluster;
    this.#look = new TopicLook(cluster, topic, deps.clock);
    this.#unknown = new FollowedPartition(-1, deps.clock.now());
  }

  /** Resolves when all that is there was told; what is added is told from then on. Call once.
   *  @throws FatalError when the topic is refused; RetriableError when no broker answers for half a minute. It is closed then */
  async start(): Promise<void> {
    const started = new Promise<void>((resolve, reject) => {
      this.#onStarted = { resolve, reject };
    });
    this.#unknown.answeredAt = this.#deps.clock.now();
    this.#pump();
    try {
      await unlessAborted(started, this.#closed.signal);
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** Resolves when everything that was committed before the call was told. Rejects with the signal's reason.
   *  @throws FatalError when the topic is refused */
  async latest(signal: AbortSignal): Promise<void> {
    const ends = await this.#ends(signal);
    // Whoever waits after a failure tries again now.
    this.#nap.abort();
    this.#nap = new AbortController();
    await Promise.all([...ends].map(([id, end]) => this.past(id, end, signal)));
  }

  /** Resolves when everything of the partition before `offset` was told. Rejects with the signal's reason. */
  async past(partition: number, offset: number, signal: AbortSignal): Promise<void> {
    await this.#partition(partition).past(offset, AbortSignal.any([signal, this.#closed.signal]));
  }

  /** Nothing is told after this. Idempotent. */
  close(): void {
    this.#closed.abort(new Interrupted(`topic ${this.#topic} is no longer read`));
    this.#cluster.close();
  }

  async #ends(signal: AbortSignal): Promise<Map<number, number>> {
    const both = AbortSignal.any([signal, this.#closed.signal]);
    const looking = retrying(
      `end of ${this.#topic}`,
      async (attempt) => {
        if (attempt > 1) await this.#describe();
        return await this.#look.offsets([...this.#partitions.keys()], 'latest', 'read_committed');
      },
      this.#deps,
      { signal: both },
    );
    looking.catch(() => undefined);
    return await unlessAborted(looking, both).catch((thrown: unknown) => {
      both.throwIfAborted();
      throw thrown;
    });
  }

  #partition(id: number): FollowedPartition {
    const known = this.#partitions.get(id);
    if (known !== undefined) return known;
    const partition = new FollowedPartition(id, this.#deps.clock.now());
    this.#partitions.set(id, partition);
    return partition;
  }

  /** Starts a turn for each leader that none is under way to. */
  #pump(): void {
    if (this.#closed.signal.aborted) return;
    for (const [leader, partitions] of this.#idle()) {
      this.#active.add(leader);
      for (const partition of partitions) partition.busy = true;
      void this.#turn(leader, partitions).finally(() => {
        this.#active.delete(leader);
        for (const partition of partitions) partition.busy = false;
        this.#pump();
      });
    }
  }

  #idle(): Map<number, FollowedPartition[]> {
    const idle = new Map<number, FollowedPartition[]>();
    for (const partition of this.#partitions.size === 0 ? [this.#unknown] : this.#partitions.values()) {
      const leader = this.#look.leaderOf(partition.id) ?? NO_LEADER;
      if (partition.busy || this.#active.has(leader)) continue;
      idle.set(leader, [...(idle.get(leader) ?? []), partition]);
    }
    return idle;
  }

  /** One round with one leader. Never rejects. */
  async #turn(leader: number, partitions: readonly FollowedPartition[]): Promise<void> {
    try {
      if (leader === NO_LEADER || this.#look.isStale) await this.#describe();
      if (leader === NO_LEADER) return this.#assertLed(partitions);
      // Each goes to its new leader in the next turn.
      if (partitions.some(({ id }) => this.#look.leaderOf(id) !== leader)) return;
      if (partitions.some(({ doubtful }) => doubtful)) await this.#identify(leader, partitions);
      for (const partition of partitions) if (partition.beginning !== undefined) await this.#begin(leader, partition);
      await this.#fetch(leader, partitions);
      this.#answered(partitions);
    } catch (thrown) {
      if (this.#closed.signal.aborted) return;
      await this.#failed(toError(thrown), partitions);
    }
  }

  #answered(partitions: readonly FollowedPartition[]): void {
    const now = this.#deps.clock.now();
    if (partitions.some(({ said }) => said))
      this.#deps.logger.info({ topic: this.#topic, partitions: idsOf(partitions) }, 'the internal topic is read again');
    for (const partition of partitions) {
      partition.answeredAt = now;
      partition.failures = 0;
      partition.said = false;
    }
  }

  async #failed(error: Error, partitions: readonly FollowedPartition[]): Promise<void> {
    const { clock, logger, random } = this.#deps;
    const passes = error instanceof RetriableError;
    const silentMs = clock.now() - Math.min(...partitions.map(({ answeredAt }) => answeredAt));
    this.#look.doubt();
    if (!passes || silentMs > START_GIVES_UP_MS) this.#onStarted?.reject(error);
    if (partitions.some(({ said }) => !said) && (!passes || silentMs > SAY_AFTER_MS)) {
      const code = passes || error instanceof FatalError ? error.code : error.name;
      logger.error(
        { topic: this.#topic, partitions: idsOf(partitions), code, reason: error.message },
        'an internal topic cannot be read; what is known of it stays as it was, and it is tried again',
      );
      for (const partition of partitions) partition.said = true;
    }
    for (const partition of partitions) {
      partition.doubtful = true;
      partition.failures++;
    }
    const waitMs = backoffMs(Math.max(...partitions.map(({ failures }) => failures)), BACKOFF, random);
    await clock.sleep(waitMs, AbortSignal.any([this.#nap.signal, this.#closed.signal])).catch(() => undefined);
  }

  async #describe(): Promise<void> {
    for (const id of await this.#look.describe()) this.#partition(id);
  }

  #assertLed(partitions: readonly FollowedPartition[]): void {
    if (idsOf(partitions).every((id) => this.#look.leaderOf(id) !== undefined)) return;
    throw new RetriableError('LEADER_NOT_AVAILABLE', `topic ${this.#topic} has no leader for the moment`);
  }

  /** After a failure the topic may be another one.
   *  @throws RetriableError while it is missing */
  async #identify(leader: number, partitions: readonly FollowedPartition[]): Promise<void> {
    const remade = await this.#look.isRemade(leader);
    for (const partition of partitions) partition.doubtful = false;
    if (!remade) return;
    for (const partition of this.#partitions.values())
      if (partition.beginning !== 'start') partition.beginning = 'remade';
  }

  async #begin(leader: number, partition: FollowedPartition): Promise<void> {
    if (partition.beginning === 'start') await this.#look.isRemade(leader);
    const { id } = partition;
    const start = (await this.#look.offsets([id], 'earliest', 'read_uncommitted')).get(id) ?? 0;
    const end = (await this.#look.offsets([id], 'latest', 'read_committed')).get(id) ?? start;
    partition.begin(start, end, (why) => this.#listener.began(id, why, { start, end }));
    this.#progressed(partition);
  }

  async #fetch(leader: number, partitions: readonly FollowedPartition[]): Promise<void> {
    const wanted = partitions.map(({ id, position }) => ({ topic: this.#topic, partition: id, position }));
    const answer = await requestFetch(this.#cluster, leader, wanted, LIMITS, LONG_POLL_MS, WATCHDOG_MS);
    for (const partition of partitions) {
      const fetched = answer.partitions.find((p) => p.topic === this.#topic && p.partition === partition.id);
      if (fetched === undefined)
        throw new RetriableError('NO_ANSWER', `the leader left ${this.#topic}-${partition.id} out of its answer`);
      await this.#take(partition, fetched);
    }
  }

  async #take(partition: FollowedPartition, fetched: FetchedPartition): Promise<void> {
    const { errorCode, logStartOffset } = fetched;
    if (errorCode === KafkaCode.offsetOutOfRange) {
      // Whether it is the same topic is asked first.
      partition.doubtful = true;
      partition.beginning = 'out-of-range';
      return;
    }
    if (errorCode !== KafkaCode.none) throw this.#look.refused(errorCode, partition.id);
    const read = await readFetched(this.#cluster.options.fetch ?? 'fast', fetched, partition.position);
    if (this.#closed.signal.aborted) return;
    // Asked again at once it would be answered so again.
    if (read.nextOffset === partition.position && partition.position < fetched.lastStableOffset)
      throw new RetriableError('NO_ANSWER', `${this.#topic}-${partition.id} goes on, and nothing of it came`);
    partition.position = read.nextOffset;
    if (read.records.length > 0) this.#listener.records(partition.id, read.records);
    if (read.damage !== undefined)
      this.#listener.damaged(partition.id, read.damage.from, read.damage.to, read.damage.reason);
    this.#progressed(partition);
    if (partition.isTrimmedTo(logStartOffset)) this.#listener.trimmed(partition.id, logStartOffset);
  }

  #progressed(partition: FollowedPartition): void {
    if (partition.reachesGoal()) this.#listener.reached(partition.id);
    partition.settle();
    if ([...this.#partitions.values()].every(({ isKnown }) => isKnown)) this.#onStarted?.resolve();
  }
}

function idsOf(partitions: readonly FollowedPartition[]): number[] {
  return partitions.map(({ id }) => id).filter((id) => id >= 0);
}
