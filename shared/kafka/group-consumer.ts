/** A consumer in a group: puts membership, positions, reading and commits together, and never ends without saying so. */
import { FatalError, RetriableError, toError } from '../errors.ts';
import type { MemoryAccount } from '../memory-account.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import { TimeLimit } from '../time-limit.ts';
import { type Halt, positionIn } from './assigned-positions.ts';
import { Cluster, type ClusterDeps } from './cluster.ts';
import type {
  ConsumerListener,
  ConsumerOptions,
  KafkaConnectionOptions,
  KafkaConsumer,
  OffsetToCommit,
} from './driver.ts';
import { Fetcher } from './fetcher.ts';
import { type CommittedOffset, GroupCoordinator } from './group-coordinator.ts';
import { GroupMember } from './group-member.ts';
import { asFailure, Interrupted, unlessAborted } from './interruption.ts';
import { LogIdentity } from './log-identity.ts';
import { OffsetCommitter } from './offset-committer.ts';
import { findOffsets } from './offset-queries.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { PartitionTable } from './partition-table.ts';
import { commitBeginning } from './remade-topic.ts';
import { retrying } from './retrying.ts';
import type { StartPositionsDeps } from './start-positions.ts';
import { TopicSubscription } from './subscription.ts';

/** How long `start` tries to reach any broker. */
const START_WITHIN_MS = 10_000;
/** How long a topic that was made a moment ago may be unknown to the broker that is asked. */
const TOPIC_GRACE_MS = 2_000;

export interface GroupConsumerDeps extends ClusterDeps {
  /** A fetch without an answer for this long beyond its own wait is given up, and the broker connected to anew. Default: as `requestFetch`. */
  readonly fetchWatchdogMs?: number;
  /** Where it is counted what fetches bring; nowhere when absent. */
  readonly memory?: MemoryAccount;
}

export class GroupConsumer implements KafkaConsumer {
  readonly #listener: ConsumerListener;
  readonly #cluster: Cluster;
  readonly #deps: StartPositionsDeps;
  readonly #subscription: TopicSubscription;
  readonly #partitions: PartitionTable;
  readonly #identity: LogIdentity;
  readonly #fetcher: Fetcher;
  readonly #committer: OffsetCommitter;
  readonly #member: GroupMember;
  /** Aborted when the consumer is to end, by `close` or by failure. */
  readonly #end = new AbortController();
  /** Aborted when it has ended: nothing is waited for any more. */
  readonly #over = new AbortController();
  #failure: Error | undefined;
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** Partitions in doubt that are being looked at, and those that begin anew. */
  readonly #examined = new Set<OwnedPartition>();
  readonly #renewed = new WeakSet<OwnedPartition>();
  /** Set while `start` waits. */
  #pendingStart: { resolve(): void; reject(error: Error): void } | undefined;

  constructor(
    connection: KafkaConnectionOptions,
    options: ConsumerOptions,
    listener: ConsumerListener,
    deps: GroupConsumerDeps,
  ) {
    const logger = deps.logger.child({ group: options.groupId });
    this.#listener = listener;
    this.#cluster = new Cluster(connection, { ...deps, logger });
    const coordinator = new GroupCoordinator(this.#cluster, options.groupId);
    this.#deps = { ...deps, logger, cluster: this.#cluster, coordinator };
    this.#subscription = new TopicSubscription(options.topics, this.#cluster);
    this.#partitions = new PartitionTable({ listener, clock: deps.clock, logger });
    this.#identity = new LogIdentity({
      ...this.#deps,
      doubt: (partition) => this.#doubt(partition),
    });
    this.#fetcher = new Fetcher(options, {
      ...this.#deps,
      listener,
      watchdogMs: deps.fetchWatchdogMs,
      owned: () => this.#partitions.all(),
      outOfRange: (partition) => this.#beside(this.#relocate(partition)),
      confirm: (leader, partitions) => this.#identity.confirm(leader, partitions),
      doubtful: (partition) => this.#beside(this.#identify(partition)),
      halt: (partition, error) => this.#beside(this.#halt(partition, error)),
      fail: (error) => this.#fail(error),
      memory: deps.memory,
      frames: deps.frames,
    });
    this.#member = new GroupMember(options, {
      ...this.#deps,
      subscription: this.#subscription,
      partitions: this.#partitions,
      identity: this.#identity,
      wake: () => this.#fetcher.wake(),
      settled: () => {
        this.#pendingStart?.resolve();
        this.#pendingStart = undefined;
      },
      fail: (error) => this.#fail(error),
      end: this.#end.signal,
    });
    this.#committer = new OffsetCommitter({
      ...this.#deps,
      owned: (name) => this.#partitions.get(name),
      committable: (partitions) => this.#identity.committable(partitions),
      session: () => this.#member.membership.session,
      joining: () => this.#member.isJoining,
      lost: (session) => {
        if (session === this.#member.membership.session) this.#member.lost();
      },
      signal: this.#over.signal,
    });
  }

  async start(): Promise<void> {
    if (this.#running !== undefined || this.#closing !== undefined) throw new Error('a consumer starts once');
    const started = new Promise<void>((resolve, reject) => {
      this.#pendingStart = { resolve, reject };
    });
    this.#running = this.#run();
    await started;
  }

  pause(tp: TopicPartition): void {
    const partition = this.#partitions.get(partitionName(tp));
    if (partition !== undefined) partition.pausedAt = this.#deps.clock.now();
  }

  resume(tp: TopicPartition): void {
    const partition = this.#partitions.get(partitionName(tp));
    if (partition === undefined) return;
    partition.pausedAt = undefined;
    this.#fetcher.wake();
  }

  reread(tp: TopicPartition): void {
    const partition = this.#partitions.get(partitionName(tp));
    if (partition?.deliverable) this.#beside(this.#retake(partition));
  }

  commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.#committer.commit(offsets);
  }

  close(): Promise<void> {
    this.#end.abort(new Interrupted());
    this.#closing ??= this.#running ?? Promise.resolve();
    return this.#closing;
  }

  /** From the first contact to the end. Never rejects. */
  async #run(): Promise<void> {
    try {
      await this.#firstContact();
      await this.#member.run();
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.#end.abort(new Interrupted());
    this.#over.abort(new Interrupted());
    this.#fetcher.stop();
    this.#cluster.close();
    const failure = this.#failure;
    const start = this.#pendingStart;
    this.#pendingStart = undefined;
    if (start !== undefined)
      start.reject(failure ?? new RetriableError('CONSUMER_CLOSED', 'the consumer was closed while it started'));
    else if (failure !== undefined) this.#listener.failed(asFailure(failure));
  }

  /** Ends the consumer at once: what it owns is let go undrained, since nothing more could be confirmed. The first reason counts. */
  #fail(thrown: unknown): void {
    if (thrown instanceof Interrupted || this.#failure !== undefined) return;
    this.#failure = toError(thrown);
    this.#partitions.releaseAll();
    this.#end.abort(new Interrupted());
  }

  /** @throws RetriableError `BROKER_UNREACHABLE`, FatalError `TOPIC_MISSING` and refusals */
  async #firstContact(): Promise<void> {
    const grace = new TimeLimit(this.#deps.clock, TOPIC_GRACE_MS);
    const look = async () => {
      try {
        await this.#subscription.lookFirst();
      } catch (thrown) {
        const fresh = thrown instanceof FatalError && thrown.code === 'TOPIC_MISSING' && grace.leftMs > 0;
        throw fresh ? new RetriableError(thrown.code, thrown.message) : thrown;
      }
    };
    const { signal } = this.#end;
    await unlessAborted(
      retrying('first contact', look, this.#deps, { signal, giveUpAfterMs: START_WITHIN_MS }),
      signal,
    );
  }

  /** The broker has no record at a partition's position: find out why, and go on at the earliest or stop. */
  async #relocate(partition: OwnedPartition): Promise<void> {
    const found = await retrying(`position of ${partition.name}`, () => this.#look(partition), this.#deps, {
      signal: this.#end.signal,
    });
    if (!partition.deliverable) return;
    if (found.halted !== undefined) {
      const { isSame, topicId } = await this.#examine(partition);
      if (!isSame) return await this.#beginAnew(partition, topicId);
      return await this.#halt(partition, found.halted);
    }
    partition.position = found.position;
    partition.held = false;
    if (found.gap !== undefined) this.#partitions.reportGap(partition, found.gap.from, found.gap.to);
    this.#fetcher.wake();
  }

  /** Nothing is read of the partition, and nothing committed, until it is known what it is. */
  #doubt(partition: OwnedPartition): void {
    if (partition.doubtful) return;
    partition.doubtful = true;
    partition.held = true;
    if (partition.deliverable) this.#beside(this.#identify(partition));
  }

  /** The partition's leader did not know it for a while, or its topic has another id: it moved, or was deleted and made anew. */
  async #identify(partition: OwnedPartition): Promise<void> {
    if (this.#examined.has(partition)) return;
    this.#examined.add(partition);
    const { isSame, topicId } = await this.#examine(partition).finally(() => this.#examined.delete(partition));
    if (!isSame) return await this.#beginAnew(partition, topicId);
    partition.doubtful = false;
    partition.held = false;
    this.#fetcher.wake();
  }

  /** As `LogIdentity.examine`, as long as it takes. */
  async #examine(partition: OwnedPartition): Promise<{ isSame: boolean; topicId: string | undefined }> {
    const ask = async (attempt: number) =>
      partition.deliverable
        ? await this.#identity.examine(partition, attempt > 1)
        : { isSame: true, topicId: partition.topicId };
    return await retrying(`identity of ${partition.name}`, ask, this.#deps, { signal: this.#end.signal });
  }

  /** @param topicId of the topic that is there now */
  async #beginAnew(partition: OwnedPartition, topicId: string | undefined): Promise<void> {
    if (this.#renewed.has(partition)) return;
    this.#renewed.add(partition);
    partition.doubtful = true;
    const wanted = () => partition.deliverable;
    const session = () => this.#member.membership.session;
    const beginning = await commitBeginning(partition, wanted, session, this.#deps, this.#end.signal);
    if (beginning === undefined || !partition.deliverable) return;
    this.#deps.logger.warn(
      { topic: partition.topic, partition: partition.partition, from: beginning },
      'the topic was deleted and made anew; it is read from its beginning',
    );
    this.#partitions.restart(partition, beginning, topicId);
    this.#fetcher.wake();
  }

  async #look(partition: OwnedPartition): Promise<ReturnType<typeof positionIn>> {
    const [starts, ends] = await Promise.all([
      findOffsets(this.#cluster, [partition], 'earliest', 'read_uncommitted'),
      findOffsets(this.#cluster, [partition], 'latest', 'read_uncommitted'),
    ]);
    const error = starts.errors.get(partition.name) ?? ends.errors.get(partition.name);
    if (error !== undefined) {
      await this.#cluster.describe([partition.topic]);
      throw error;
    }
    return positionIn(
      partition,
      partition.position,
      starts.offsets.get(partition.name) ?? 0,
      ends.offsets.get(partition.name) ?? 0,
    );
  }

  async #halt(partition: OwnedPartition, { code, message }: Halt): Promise<void> {
    const committed = await this.#committedOf(partition);
    if (!partition.deliverable) return;
    this.#partitions.halt(partition, partition.position, committed?.metadata ?? '', { code, message });
  }

  async #retake(partition: OwnedPartition): Promise<void> {
    const committed = await this.#committedOf(partition);
    if (!partition.deliverable) return;
    // An owned partition has a commit, but where its topic was made anew.
    if (committed === undefined) return this.#doubt(partition);
    this.#partitions.retake(partition, committed);
    this.#fetcher.wake();
  }

  /** Nothing is fetched of the partition from here on. */
  async #committedOf(partition: OwnedPartition): Promise<CommittedOffset | undefined> {
    partition.held = true;
    const ask = () => this.#deps.coordinator.committed([partition]);
    const found = await retrying(`commit of ${partition.name}`, ask, this.#deps, { signal: this.#end.signal });
    return found.get(partition.name);
  }

  /** Runs beside the member; what it throws because it is no longer wanted is nobody's business. */
  #beside(work: Promise<void>): void {
    work.catch((thrown: unknown) => this.#fail(thrown));
  }
}
