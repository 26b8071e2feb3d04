/** Requests to the broker that coordinates one group. Error codes are passed on, except those that say "ask another broker". */
import { RetriableError } from '../errors.ts';
import type { TopicPartition } from '../records.ts';
import { partitionName } from '../records.ts';
import type { ApiName, BrokerConnection } from './broker-connection.ts';
import { type Cluster, type Purpose, REQUEST_TIMEOUT_MS } from './cluster.ts';
import type { GroupOffset, OffsetToCommit } from './driver.ts';
import { KafkaCode, refusal } from './error-codes.ts';
import { byTopic } from './group-protocol.ts';
import { askTopicIds, type ToldTopics } from './topic-ids.ts';
import { safeOffset } from './wire/offset.ts';

const ASK_ANOTHER: ReadonlySet<number> = new Set([
  KafkaCode.coordinatorLoadInProgress,
  KafkaCode.coordinatorNotAvailable,
  KafkaCode.notCoordinator,
]);

/** Over the rebalance timeout, which is how long a JoinGroup may rightly wait. */
const JOIN_MARGIN_MS = 5_000;

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

export interface JoinAnswer {
  readonly errorCode: number;
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** Filled for the leader only. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

/** Identity of a member in one generation of the group. */
export interface Session {
  readonly memberId: string;
  readonly generationId: number;
}

interface PartitionAnswers {
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly offset?: string;
      readonly metadata?: string | null;
    }[];
  }[];
  readonly errorCode?: number;
}

export class GroupCoordinator {
  readonly groupId: string;
  readonly #cluster: Cluster;
  #nodeId: number | undefined;

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster;
    this.groupId = groupId;
  }

  async join(request: {
    readonly sessionTimeoutMs: number;
    readonly rebalanceTimeoutMs: number;
    readonly memberId: string;
    readonly protocolName: string;
    readonly subscription: Buffer;
  }): Promise<JoinAnswer> {
    return await this.#send<JoinAnswer>(
      'JoinGroup',
      {
        groupId: this.groupId,
        sessionTimeout: request.sessionTimeoutMs,
        rebalanceTimeout: request.rebalanceTimeoutMs,
        memberId: request.memberId,
        protocolType: 'consumer',
        groupProtocols: [{ name: request.protocolName, metadata: request.subscription }],
      },
      'group',
      request.rebalanceTimeoutMs + JOIN_MARGIN_MS,
    );
  }

  /** `assignments` is empty unless this member leads. */
  async sync(
    session: Session,
    assignments: ReadonlyMap<string, Buffer>,
    timeoutMs: number,
  ): Promise<{ readonly errorCode: number; readonly memberAssignment: Buffer | null }> {
    const groupAssignment = [...assignments].map(([memberId, memberAssignment]) => ({ memberId, memberAssignment }));
    return await this.#send(
      'SyncGroup',
      { groupId: this.groupId, ...session, groupAssignment },
      'group',
      timeoutMs + JOIN_MARGIN_MS,
    );
  }

  /** Kafka error code. */
  async heartbeat({ memberId, generationId }: Session, timeoutMs: number): Promise<number> {
    const args = { groupId: this.groupId, memberId, groupGenerationId: generationId };
    return (await this.#send<{ errorCode: number }>('Heartbeat', args, 'group', timeoutMs)).errorCode;
  }

  async leave(memberId: string, timeoutMs: number): Promise<void> {
    // Not on the `group` connection, where a JoinGroup may be waiting.
    await this.#send('LeaveGroup', { groupId: this.groupId, memberId }, 'requests', timeoutMs);
  }

  /** Error code by partition name; never 0 for a partition that the answer leaves out. */
  async commit({ memberId, generationId }: Session, offsets: readonly OffsetToCommit[]): Promise<Map<string, number>> {
    const topics = [...byTopic(offsets).keys()].map((topic) => ({
      topic,
      partitions: offsets
        .filter((o) => o.topic === topic)
        .map((o) => ({ partition: o.partition, offset: String(o.offset), metadata: o.metadata ?? '' })),
    }));
    const answer = await this.#send<PartitionAnswers>(
      'OffsetCommit',
      { groupId: this.groupId, groupGenerationId: generationId, memberId, topics },
      'requests',
      REQUEST_TIMEOUT_MS,
    );
    const codes = new Map(offsets.map((o) => [partitionName(o), -1]));
    for (const { topic, partitions } of answer.responses) {
      for (const { partition, errorCode } of partitions) {
        this.#checkCoordinator(errorCode);
        codes.set(partitionName({ topic, partition }), errorCode);
      }
    }
    return codes;
  }

  /** Committed offsets by partition name; partitions without one are absent.
   *  @throws FatalError or RetriableError when the group or a topic is refused */
  async committed(partitions: readonly TopicPartition[]): Promise<Map<string, CommittedOffset>> {
    if (partitions.length === 0) return new Map();
    const found = await this.#fetchOffsets(partitions);
    return new Map(found.map(({ topic, partition, ...committed }) => [partitionName({ topic, partition }), committed]));
  }

  /** Everything that the group has committed.
   *  @throws as `committed` does */
  async allCommitted(): Promise<readonly GroupOffset[]> {
    return await this.#fetchOffsets([]);
  }

  /** @param partitions all of the group where there are none: kafkajs sends an empty list as null, from version 3 on (Kafka 0.11) */
  async #fetchOffsets(partitions: readonly TopicPartition[]): Promise<readonly GroupOffset[]> {
    const topics = [...byTopic(partitions)].map(([topic, ids]) => ({
      topic,
      partitions: ids.map((partition) => ({ partition })),
    }));
    const answer = await this.#send<PartitionAnswers>(
      'OffsetFetch',
      { groupId: this.groupId, topics },
      'requests',
      REQUEST_TIMEOUT_MS,
    );
    if (answer.errorCode !== undefined && answer.errorCode !== 0) throw this.refused(answer.errorCode);
    const found: GroupOffset[] = [];
    for (const { topic, partitions: answered } of answer.responses) {
      for (const { partition, errorCode, offset, metadata } of answered) {
        this.#checkCoordinator(errorCode);
        if (errorCode !== 0)
          throw refusal(errorCode, { right: 'READ', resource: `topic ${topic}`, context: { topic, partition } });
        const committed = safeOffset(Number(offset ?? -1));
        if (committed >= 0) found.push({ topic, partition, offset: committed, metadata: metadata ?? '' });
      }
    }
    return found;
  }

  /** As `askTopicIds`, of the coordinator itself. */
  async topicIds(topics: readonly string[]): Promise<ToldTopics | undefined> {
    return await this.#ask('requests', (connection) => askTopicIds(connection, topics));
  }

  /** What `request` gets of the coordinator, whose error codes that say "ask another broker" are thrown. */
  async asking<T extends { readonly errorCode: number }>(
    request: (connection: BrokerConnection) => Promise<T>,
  ): Promise<T> {
    const answer = await this.#ask('requests', request);
    this.#checkCoordinator(answer.errorCode);
    return answer;
  }

  /** The coordinator's refusal, as an error that names the group. */
  refused(code: number): Error {
    return refusal(code, { right: 'READ', resource: `group ${this.groupId}` });
  }

  async #send<T>(api: ApiName, args: object, purpose: Purpose, timeoutMs: number): Promise<T> {
    return await this.#ask(purpose, async (connection) => {
      const answer = await connection.request<T>(api, args, { timeoutMs });
      this.#checkCoordinator((answer as { errorCode?: number }).errorCode ?? 0);
      return answer;
    });
  }

  async #ask<T>(purpose: Purpose, request: (connection: BrokerConnection) => Promise<T>): Promise<T> {
    const nodeId = this.#nodeId ?? (await this.#find());
    try {
      return await request(await this.#cluster.connection(nodeId, purpose));
    } catch (thrown) {
      // Wherever it moved to: the next try asks.
      if (thrown instanceof RetriableError) this.#nodeId = undefined;
      throw thrown;
    }
  }

  #checkCoordinator(code: number): void {
    if (!ASK_ANOTHER.has(code)) return;
    this.#nodeId = undefined;
    throw this.refused(code);
  }

  async #find(): Promise<number> {
    const connection = await this.#cluster.anyConnection();
    const answer = await connection.request<{
      errorCode: number;
      coordinator: { nodeId: number; host: string; port: number };
    }>('FindCoordinator', { groupId: this.groupId }, { timeoutMs: REQUEST_TIMEOUT_MS });
    if (answer.errorCode !== 0) throw this.refused(answer.errorCode);
    const { nodeId, host, port } = answer.coordinator;
    this.#cluster.metadata.learnBroker(nodeId, { host, port });
    this.#nodeId = nodeId;
    return nodeId;
  }
}
