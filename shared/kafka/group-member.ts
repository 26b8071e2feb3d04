/** One membership of a group, generation after generation. `consumer-state.ts` draws its states. */
import { aborted } from '../aborted.ts';
import { type FatalError, toError } from '../errors.ts';
import { partitionName } from '../records.ts';
import { resolvePositions } from './assigned-positions.ts';
import { ConsumerStateMachine } from './consumer-state.ts';
import type { ConsumerOptions } from './driver.ts';
import { sendHeartbeats } from './heartbeats.ts';
import { Interrupted, unlessAborted } from './interruption.ts';
import type { LogIdentity } from './log-identity.ts';
import { type Joined, LOST, Membership } from './membership.ts';
import type { PartitionTable } from './partition-table.ts';
import { retrying } from './retrying.ts';
import { commitStartPositions, type StartPositionsDeps } from './start-positions.ts';
import type { TopicPartitions, TopicSubscription } from './subscription.ts';
import { watchTopics } from './topic-watch.ts';

const LEAVE_TIMEOUT_MS = 1_000;

export interface GroupMemberDeps extends StartPositionsDeps {
  readonly subscription: TopicSubscription;
  readonly partitions: PartitionTable;
  readonly identity: Pick<LogIdentity, 'forgotten' | 'idsOf' | 'lookAt'>;
  /** Partitions became fetchable. */
  readonly wake: () => void;
  /** Called once, when the first assignment is taken over. */
  readonly settled: () => void;
  /** Something that runs beside the loop was refused for good. */
  readonly fail: (error: unknown) => void;
  /** Aborted when the membership is to end. */
  readonly end: AbortSignal;
}

/** What may end one generation: `any` of everything, `lost` only when the coordinator forgot this member. */
class Round {
  readonly any = new AbortController();
  readonly lost = new AbortController();
}

export class GroupMember {
  readonly #options: ConsumerOptions;
  readonly #deps: GroupMemberDeps;
  readonly #membership: Membership;
  readonly #machine = new ConsumerStateMachine();
  #round = new Round();
  #heartbeats = new AbortController();
  #topics: TopicPartitions = new Map();
  /** Topics of the first look. */
  #atFirst: ReadonlySet<string> | undefined;
  readonly #readBefore = new Set<string>();

  constructor(options: ConsumerOptions, deps: GroupMemberDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#membership = new Membership(deps.coordinator, deps.cluster, options);
  }

  get membership(): Membership {
    return this.#membership;
  }

  get isJoining(): boolean {
    return this.#machine.state === 'joining';
  }

  /** The group rebalances, or topics changed: join again. */
  rebalance(): void {
    this.#round.any.abort(new Interrupted());
  }

  /** The coordinator does not know this member any more. */
  lost(): void {
    this.#round.lost.abort(new Interrupted());
    this.rebalance();
  }

  /** Lives until `end` aborts or the group refuses for good (`fail` is told), then drains, commits and leaves. Never rejects. */
  async run(): Promise<void> {
    const { end, partitions, fail } = this.#deps;
    this.#beside(this.#watch());
    try {
      while (!end.aborted) await this.#generation();
    } catch (thrown) {
      fail(thrown);
    }
    this.#machine.enter('closing');
    await partitions.revoke([...partitions.all()], this.#options.drainTimeoutMs, this.#round.lost.signal);
    await this.#leave();
    this.#machine.enter('closed');
  }

  /** Tells the coordinator, so that the others need not wait for the session to run out. Best effort. */
  async #leave(): Promise<void> {
    this.#heartbeats.abort(new Interrupted());
    this.#round.any.abort(new Interrupted());
    const { memberId } = this.#membership.session;
    if (memberId === '') return;
    try {
      const { clock, coordinator } = this.#deps;
      const late = new AbortController();
      const cancel = clock.after(LEAVE_TIMEOUT_MS, () => late.abort());
      await unlessAborted(coordinator.leave(memberId, LEAVE_TIMEOUT_MS), late.signal).finally(cancel);
    } catch (thrown) {
      this.#deps.logger.debug(
        { reason: toError(thrown).message },
        'leaving the group was not answered; the session will run out',
      );
    }
  }

  /** Join, let go of what went, take over what came, stay until something happens. */
  async #generation(): Promise<void> {
    this.#machine.enter('joining');
    const joined = await this.#join();
    if (joined === undefined) return;
    this.#round = new Round();
    this.#startHeartbeats();
    const mine = new Set(joined.assigned.map(partitionName));
    const gone = [...this.#deps.partitions.all()].filter((p) => !mine.has(p.name));
    if (gone.length > 0) {
      // What else came is not taken over yet: the next join, at once, gives what went to the others.
      this.#machine.enter('revoking');
      await this.#deps.partitions.revoke(gone, this.#options.drainTimeoutMs, this.#round.lost.signal);
    } else {
      this.#machine.enter('stable');
      await this.#stay(joined);
    }
    if (this.#round.lost.signal.aborted) this.#loseSession();
  }

  /** Undefined when the consumer ends first. */
  async #join(): Promise<Joined | undefined> {
    const { end, subscription, partitions } = this.#deps;
    const once = async () => {
      this.#topics = await subscription.look();
      this.#atFirst ??= new Set(this.#topics.keys());
      return await this.#membership.join(this.#topics, [...partitions.all()]);
    };
    this.#heartbeats.abort(new Interrupted());
    try {
      for (;;) {
        const joined = await unlessAborted(retrying('joining the group', once, this.#deps, { signal: end }), end);
        if (joined !== LOST) return joined;
        this.#deps.partitions.loseAll();
      }
    } catch (thrown) {
      if (end.aborted) return undefined;
      throw thrown;
    }
  }

  async #stay(joined: Joined): Promise<void> {
    const { partitions, identity, wake, settled, end } = this.#deps;
    const over = AbortSignal.any([this.#round.any.signal, end]);
    if (joined.ledPartitions !== undefined) this.#beside(this.#leadStart(joined.ledPartitions, over));
    const added = joined.assigned.filter((tp) => partitions.get(partitionName(tp)) === undefined);
    try {
      if (added.length > 0) {
        const resolved = await resolvePositions(added, () => this.#membership.session, identity, this.#deps, over);
        partitions.adopt(resolved);
        for (const { topic } of resolved) this.#readBefore.add(topic);
        wake();
      }
    } catch (thrown) {
      if (over.aborted) return;
      throw thrown;
    }
    settled();
    await aborted(over);
  }

  async #leadStart(partitions: readonly { topic: string; partition: number }[], over: AbortSignal): Promise<void> {
    const options = {
      startOffset: this.#options.startOffset,
      isolationLevel: this.#options.isolationLevel,
      isPattern: this.#deps.subscription.isPattern,
      readBefore: this.#readBefore,
      atFirst: this.#atFirst ?? new Set<string>(),
    };
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    await retrying('topic ids', () => this.#deps.identity.forgotten(topics), this.#deps, { signal: over });
    await commitStartPositions(partitions, options, () => this.#membership.session, this.#deps, over);
    for (const { topic } of partitions) this.#readBefore.add(topic);
  }

  #startHeartbeats(): void {
    this.#heartbeats = new AbortController();
    const { coordinator, fail } = this.#deps;
    const { heartbeatIntervalMs, sessionTimeoutMs } = this.#options;
    const events = {
      rebalance: () => this.rebalance(),
      lost: () => this.lost(),
      failed: (error: FatalError) => fail(error),
    };
    const options = { intervalMs: heartbeatIntervalMs, sessionTimeoutMs };
    this.#beside(
      sendHeartbeats(this.#membership.session, coordinator, options, events, this.#deps, this.#heartbeats.signal),
    );
  }

  #loseSession(): void {
    this.#deps.logger.warn({}, 'the group forgot this member; its partitions are given up and it joins anew');
    this.#membership.reset();
    this.#deps.partitions.loseAll();
  }

  async #watch(): Promise<void> {
    const { metadataMaxAgeMs } = this.#options;
    const { subscription, identity, partitions, end } = this.#deps;
    await watchTopics(
      subscription,
      () => this.#topics,
      metadataMaxAgeMs,
      () => this.rebalance(),
      () => identity.lookAt(partitions.all()),
      this.#deps,
      end,
    );
  }

  /** Runs beside the loop; what it throws because it is no longer wanted is nobody's business. */
  #beside(work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      if (!(thrown instanceof Interrupted)) this.#deps.fail(thrown);
    });
  }
}
