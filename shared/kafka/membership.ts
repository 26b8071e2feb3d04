/** Joining a group: JoinGroup, the assignment when this member leads, SyncGroup. */
import { RetriableError } from '../errors.ts';
import type { TopicPartition } from '../records.ts';
import { assignPartitions } from './assignment.ts';
import type { Cluster } from './cluster.ts';
import type { ConsumerOptions } from './driver.ts';
import { KafkaCode, kafkaErrorName } from './error-codes.ts';
import type { GroupCoordinator, JoinAnswer, Session } from './group-coordinator.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  PROTOCOL_NAME,
} from './group-protocol.ts';
import { describeAll, partitionsOf, type TopicPartitions } from './subscription.ts';

export interface Joined {
  readonly assigned: readonly TopicPartition[];
  /** All partitions that the group reads, when this member leads; undefined otherwise. */
  readonly ledPartitions: readonly TopicPartition[] | undefined;
}

/** The coordinator no longer knew this member: let everything go, then join as a new one. */
export const LOST = 'lost';

type JoinOptions = Pick<ConsumerOptions, 'sessionTimeoutMs' | 'rebalanceTimeoutMs'>;

const NEW_MEMBER: Session = { memberId: '', generationId: -1 };

const UNKNOWN: ReadonlySet<number> = new Set([
  KafkaCode.unknownMemberId,
  KafkaCode.illegalGeneration,
  KafkaCode.fencedInstanceId,
]);

export class Membership {
  readonly #coordinator: GroupCoordinator;
  readonly #cluster: Cluster;
  readonly #options: JoinOptions;
  /** Current from the JoinGroup answer on, not only from SyncGroup: commits are checked against it. */
  session: Session = NEW_MEMBER;

  constructor(coordinator: GroupCoordinator, cluster: Cluster, options: JoinOptions) {
    this.#coordinator = coordinator;
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Joins once, claiming `owned`, which this member goes on processing meanwhile.
   *  @throws RetriableError when it must be tried again (the group rebalances anew, the coordinator moved)
   *  @throws FatalError when the group is refused */
  async join(topics: TopicPartitions, owned: readonly TopicPartition[]): Promise<Joined | typeof LOST> {
    const answer = await this.#joinGroup(encodeSubscription({ topics: [...topics.keys()], owned }));
    if (UNKNOWN.has(answer.errorCode)) return this.reset();
    if (answer.errorCode !== KafkaCode.none) throw this.#coordinator.refused(answer.errorCode);
    const session = { memberId: answer.memberId, generationId: answer.generationId };
    this.session = session;

    const leads = answer.leaderId === answer.memberId;
    const led = leads ? await this.#ledPartitions(answer) : undefined;
    const assignments = led === undefined ? new Map<string, Buffer>() : this.#assign(answer, led);
    const synced = await this.#coordinator.sync(session, assignments, this.#options.rebalanceTimeoutMs);
    if (UNKNOWN.has(synced.errorCode)) return this.reset();
    if (synced.errorCode === KafkaCode.rebalanceInProgress) {
      throw new RetriableError(kafkaErrorName(synced.errorCode), `group ${this.#coordinator.groupId} rebalances again`);
    }
    if (synced.errorCode !== KafkaCode.none) throw this.#coordinator.refused(synced.errorCode);
    return { assigned: decodeAssignment(synced.memberAssignment ?? Buffer.alloc(0)), ledPartitions: led };
  }

  /** Forgets who this member was. */
  reset(): typeof LOST {
    this.session = NEW_MEMBER;
    return LOST;
  }

  async #joinGroup(subscription: Buffer): Promise<JoinAnswer> {
    const request = (memberId: string) =>
      this.#coordinator.join({
        sessionTimeoutMs: this.#options.sessionTimeoutMs,
        rebalanceTimeoutMs: this.#options.rebalanceTimeoutMs,
        memberId,
        protocolName: PROTOCOL_NAME,
        subscription,
      });
    const answer = await request(this.session.memberId);
    if (answer.errorCode !== KafkaCode.memberIdRequired) return answer;
    this.session = { memberId: answer.memberId, generationId: -1 };
    return await request(answer.memberId);
  }

  async #ledPartitions(answer: JoinAnswer): Promise<readonly TopicPartition[]> {
    const topics = answer.members.flatMap((m) => decodeSubscription(m.memberMetadata).topics);
    return partitionsOf(await describeAll(this.#cluster, topics));
  }

  #assign(answer: JoinAnswer, partitions: readonly TopicPartition[]): Map<string, Buffer> {
    const members = answer.members.map((m) => ({ memberId: m.memberId, ...decodeSubscription(m.memberMetadata) }));
    const assignment = assignPartitions(members, partitions);
    return new Map([...assignment].map(([memberId, mine]) => [memberId, encodeAssignment(mine)]));
  }
}
