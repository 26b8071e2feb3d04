/** Looking at and changing topics, and reading groups' offsets. */
import { type Admin, Kafka } from 'kafkajs';
import { FatalError, RetriableError, toError } from '../errors.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import { Cluster, type ClusterDeps, REQUEST_TIMEOUT_MS } from './cluster.ts';
import type { TopicState } from './cluster-metadata.ts';
import type {
  GroupOffset,
  KafkaAdmin,
  KafkaConnectionOptions,
  NewTopic,
  OffsetToCommit,
  StartOffset,
  TopicDescription,
} from './driver.ts';
import { commitRefusal, isRetriableCode, KafkaCode, kafkaErrorName, refusal } from './error-codes.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { deleteGroup, deleteGroupOffsets } from './group-deletion.ts';
import { installIdleTimerShim } from './idle-timer-shim.ts';
import { METADATA_API_KEY, metadataRequest } from './inspect/metadata-request.ts';
import {
  DESCRIBE_CONFIGS_API_KEY,
  type TopicSettings,
  topicSettingsRequest,
} from './inspect/topic-settings-request.ts';
import { findOffsets, type IsolationLevel } from './offset-queries.ts';
import { OffsetsRefused } from './offsets-refused.ts';
import { retrying } from './retrying.ts';
import { withSignIn } from './sign-in.ts';
import { tlsOptions } from './tls-options.ts';
import { transportError } from './transport-errors.ts';

/** How long a request tries before it fails. */
const GIVE_UP_AFTER_MS = 10_000;

/** Who commits for a group that nobody is a member of. Source: KafkaApis, `OffsetCommit` with generation -1. */
const NO_MEMBER = { memberId: '', generationId: -1 };
/** How the coordinator refuses that while there are members. */
const MEMBERS_ARE_THERE: ReadonlySet<number> = new Set([
  KafkaCode.unknownMemberId,
  KafkaCode.illegalGeneration,
  KafkaCode.rebalanceInProgress,
]);

/** What an old broker is asked for when it does not know -1, "the broker's default" (before Kafka 2.4). */
const FALLBACK_REPLICATION = 3;

export class ClusterAdmin implements KafkaAdmin {
  readonly #connection: KafkaConnectionOptions;
  readonly #deps: ClusterDeps;
  readonly #cluster: Cluster;
  /** kafkajs' own client, for what changes topics; made when first needed. */
  #changing: Promise<Admin> | undefined;

  constructor(connection: KafkaConnectionOptions, deps: ClusterDeps) {
    this.#connection = connection;
    this.#deps = withSignIn(connection, deps);
    this.#cluster = new Cluster(connection, this.#deps);
  }

  async clusterId(): Promise<string> {
    return await this.#retrying('cluster id', async () => {
      const connection = await this.#cluster.anyConnection();
      const request = metadataRequest([], connection.supports(METADATA_API_KEY)?.maxVersion ?? 0);
      if (request === undefined)
        throw new FatalError('KAFKA_TOO_OLD', 'the brokers tell no cluster id: Kafka 0.11 or newer is needed');
      return (await connection.send(request, REQUEST_TIMEOUT_MS)).clusterId;
    });
  }

  async listTopics(): Promise<string[]> {
    const topics = await this.#retrying('listing topics', () => this.#cluster.describe('all'));
    return topics
      .filter((t) => !t.isInternal)
      .map((t) => t.name)
      .sort();
  }

  async describeTopics(names: readonly string[]): Promise<TopicDescription[]> {
    const topics = await this.#retrying('describing topics', () => this.#described(names));
    return topics.map((t) => ({ name: t.name, partitions: [...t.leaders.keys()] }));
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    const states = await this.#retrying('describing topics', () => this.#cluster.describe(topics.map((t) => t.name)));
    // What may not be described is tried, and refused as what it is.
    const existing = new Set(states.filter((t) => t.errorCode === KafkaCode.none).map((t) => t.name));
    for (const topic of topics) {
      if (existing.has(topic.name)) continue;
      try {
        await this.#create(topic);
      } catch (thrown) {
        throw withOtherWay(thrown);
      }
    }
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    const existing = (await this.describeTopics(names)).map((t) => t.name);
    if (existing.length === 0) return;
    await this.#change(`topic ${existing.join(', ')}`, 'DELETE', (admin) =>
      admin.deleteTopics({ topics: [...existing] }),
    );
  }

  async topicSettings(names: readonly string[]): Promise<ReadonlyMap<string, TopicSettings>> {
    return await this.#retrying('topic settings', async () => {
      const connection = await this.#cluster.anyConnection();
      if ((connection.supports(DESCRIBE_CONFIGS_API_KEY)?.maxVersion ?? 0) < 1) return new Map();
      return await connection.send(topicSettingsRequest(names), REQUEST_TIMEOUT_MS);
    });
  }

  async listOffsets(
    topic: string,
    at: StartOffset,
    isolationLevel: IsolationLevel = 'read_uncommitted',
  ): Promise<Map<number, number>> {
    return await this.#retrying(`offsets of ${topic}`, async () => {
      const [state] = await this.#described([topic]);
      if (state === undefined) throw new FatalError('TOPIC_MISSING', `no such topic: ${topic}`, { context: { topic } });
      const partitions = [...state.leaders.keys()].map((partition) => ({ topic, partition }));
      const { offsets, errors } = await findOffsets(this.#cluster, partitions, at, isolationLevel);
      const error = errors.values().next().value;
      if (error !== undefined) throw error;
      return new Map(partitions.map((tp) => [tp.partition, offsets.get(partitionName(tp)) ?? 0]));
    });
  }

  async committedOffsets(groupId: string, topic: string): Promise<Map<number, { offset: number; metadata: string }>> {
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    return await this.#retrying(`offsets of group ${groupId}`, async () => {
      const [state] = await this.#described([topic]);
      const partitions = [...(state?.leaders.keys() ?? [])].map((partition) => ({ topic, partition }));
      const committed = await coordinator.committed(partitions);
      return new Map(
        partitions.flatMap((tp) => {
          const found = committed.get(partitionName(tp));
          return found === undefined ? [] : [[tp.partition, found] as const];
        }),
      );
    });
  }

  async groupOffsets(groupId: string): Promise<readonly GroupOffset[]> {
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    return await this.#retrying(`offsets of group ${groupId}`, () => coordinator.allCommitted());
  }

  async commitOffsets(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void> {
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    let refused: Map<string, FatalError | RetriableError> = new Map();
    try {
      // What passes by itself is asked again, all of it: a commit that is made twice is made once.
      await this.#retrying(`offsets of group ${groupId}`, async () => {
        refused = new Map();
        refused = refusals(groupId, await coordinator.commit(NO_MEMBER, offsets));
        const errors = [...refused.values()];
        const first = errors.find((error) => error instanceof RetriableError) ?? errors[0];
        if (first !== undefined) throw first;
      });
    } catch (thrown) {
      const partly = refused.size > 0 && refused.size < offsets.length;
      throw partly ? new OffsetsRefused(groupId, offsets.length, refused) : thrown;
    }
  }

  async deleteGroup(groupId: string): Promise<void> {
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    await this.#retrying(`group ${groupId}`, () => deleteGroup(coordinator));
  }

  async deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void> {
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    await this.#retrying(`offsets of group ${groupId}`, () => deleteGroupOffsets(coordinator, partitions));
  }

  async close(): Promise<void> {
    this.#cluster.close();
    const changing = this.#changing;
    this.#changing = undefined;
    if (changing === undefined) return;
    try {
      await (await changing).disconnect();
    } catch (thrown) {
      this.#deps.logger.debug({ reason: toError(thrown).message }, 'the admin client was not connected');
    }
  }

  /** Topics that exist among `names`. */
  async #described(names: readonly string[]): Promise<TopicState[]> {
    const topics = await this.#cluster.describe(names);
    return topics.filter(({ name, errorCode }) => {
      if (errorCode === KafkaCode.unknownTopicOrPartition) return false;
      if (errorCode !== KafkaCode.none)
        throw refusal(errorCode, { right: 'DESCRIBE', resource: `topic ${name}`, context: { topic: name } });
      return true;
    });
  }

  async #create(topic: NewTopic): Promise<void> {
    const create = (replicationFactor: number) =>
      this.#change(`topic ${topic.name}`, 'CREATE', async (admin) => {
        // False when it exists already, by another's hand a moment ago.
        await admin.createTopics({
          topics: [
            {
              topic: topic.name,
              numPartitions: topic.partitions,
              replicationFactor,
              configEntries: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
            },
          ],
          waitForLeaders: false,
        });
      });
    try {
      await create(topic.replicationFactor);
    } catch (thrown) {
      const unknownDefault =
        topic.replicationFactor === -1 && thrown instanceof FatalError && thrown.code === 'INVALID_REPLICATION_FACTOR';
      if (!unknownDefault) throw thrown;
      await create(Math.min(FALLBACK_REPLICATION, this.#cluster.metadata.brokers.length));
    }
    await this.#retrying(`leaders of ${topic.name}`, async () => {
      const [state] = await this.#described([topic.name]);
      const ready =
        state !== undefined &&
        state.leaders.size === topic.partitions &&
        [...state.leaders.values()].every((leader) => leader >= 0);
      if (!ready)
        throw new RetriableError('LEADER_NOT_AVAILABLE', `topic ${topic.name} has no leaders yet`, {
          context: { topic: topic.name },
        });
    });
  }

  async #change(resource: string, right: string, work: (admin: Admin) => Promise<void>): Promise<void> {
    await this.#retrying(`${right} ${resource}`, async () => {
      try {
        await work(await this.#admin());
      } catch (thrown) {
        throw changeError(thrown, resource, right, this.#connection.bootstrapServers.join(', '));
      }
    });
  }

  #admin(): Promise<Admin> {
    this.#changing ??= this.#connect().catch((thrown: unknown) => {
      this.#changing = undefined;
      throw thrown;
    });
    return this.#changing;
  }

  async #connect(): Promise<Admin> {
    installIdleTimerShim();
    const { bootstrapServers, clientId, ssl } = this.#connection;
    const { logger, signIn } = this.#deps;
    const kafka = new Kafka({
      brokers: [...bootstrapServers],
      clientId,
      ...(ssl === undefined ? {} : { ssl: tlsOptions(ssl) }),
      // Typed as kafkajs' built-in mechanisms only; it takes any with an `authenticationProvider`.
      ...(signIn === undefined ? {} : { sasl: { ...signIn } as never }),
      // Renewed when the session is over, and not 10 s before: a shorter one could never be used.
      reauthenticationThreshold: 0,
      retry: { retries: 2 },
      logCreator: () => (entry) => logger.debug({ namespace: entry.namespace }, `kafkajs: ${entry.log.message}`),
    });
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  }

  async #retrying<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    return await retrying(what, attempt, this.#deps, { giveUpAfterMs: GIVE_UP_AFTER_MS });
  }
}

/** What the coordinator refused of a commit without a member, by partition name.
 *  @throws FatalError `GROUP_HAS_MEMBERS` */
function refusals(groupId: string, codes: ReadonlyMap<string, number>): Map<string, FatalError | RetriableError> {
  const refused = new Map<string, FatalError | RetriableError>();
  for (const [name, code] of codes) {
    if (code === KafkaCode.none) continue;
    if (MEMBERS_ARE_THERE.has(code)) {
      throw new FatalError(
        'GROUP_HAS_MEMBERS',
        `group ${groupId} has members: its offsets are theirs; stop them first, and wait for session.timeout.ms if they were killed`,
      );
    }
    refused.set(name, commitRefusal(code, groupId, name));
  }
  return refused;
}

/** How brokers refuse topics to clients altogether: by rights, or by a policy of whoever runs them. */
const FORBIDDEN = /_AUTHORIZATION_FAILED$|^POLICY_VIOLATION$/;

/** A managed instance makes topics by its own interface only, and what its brokers say does not tell. */
function withOtherWay(thrown: unknown): unknown {
  if (!(thrown instanceof FatalError) || !FORBIDDEN.test(thrown.code)) return thrown;
  const message = `${thrown.message}. If these brokers are an instance of ApsaraMQ for Kafka (alikafka), set alikafka.instance.id and alikafka.region in the worker settings: topics are then made through its OpenAPI`;
  return new FatalError(thrown.code, message, { cause: thrown, context: thrown.context, mayHeal: thrown.mayHeal });
}

/** The protocol error inside what kafkajs' admin throws (`KafkaJSAggregateError`, "retries exceeded", the error itself), as ours. */
function changeError(thrown: unknown, resource: string, right: string, address: string): Error {
  const error = toError(thrown) as Error & { code?: unknown; errors?: unknown[]; retriable?: boolean };
  const inner = error.errors?.[0] ?? (typeof error.code === 'number' ? undefined : error.cause);
  if (inner !== undefined) return changeError(inner, resource, right, address);
  if (typeof error.code !== 'number') return transportError(error, address);
  if (isRetriableCode(error.code) || kafkaErrorName(error.code).endsWith('_AUTHORIZATION_FAILED'))
    return refusal(error.code, { right, resource });
  return new FatalError(kafkaErrorName(error.code), `Kafka refused ${right} of ${resource}: ${error.message}`, {
    cause: error,
  });
}
