/** Looks at a cluster without touching it: no topic is made, no group is joined. */
import { FatalError, RetriableError } from '../../errors.ts';
import { type BrokerAddress, parseBrokerAddress } from '../broker-address.ts';
import { BrokerConnection } from '../broker-connection.ts';
import { Cluster, type ClusterDeps, REQUEST_TIMEOUT_MS } from '../cluster.ts';
import type { KafkaConnectionOptions } from '../driver.ts';
import { isRetriableCode, KafkaCode, refusal } from '../error-codes.ts';
import { retrying } from '../retrying.ts';
import { withSignIn } from '../sign-in.ts';
import { oldestPossibleRelease } from './broker-age.ts';
import { DESCRIBE_GROUPS_API_KEY, type GroupInspection, groupRequest, NO_GROUP } from './group-request.ts';
import { METADATA_API_KEY, type MetadataInspection, metadataRequest } from './metadata-request.ts';
import {
  DESCRIBE_CONFIGS_API_KEY,
  metadataMaxBytesRequest,
  type TopicSettings,
  topicSettingsRequest,
} from './topic-settings-request.ts';

/** What came of connecting to one broker as configured. */
export type BrokerTrial =
  | { readonly reached: true; readonly release: string | undefined }
  | { readonly reached: false; readonly error: RetriableError | FatalError };

const GIVE_UP_AFTER_MS = 10_000;
const OFFSETS_TOPIC = '__consumer_offsets';

export class ClusterInspector {
  readonly #connection: KafkaConnectionOptions;
  readonly #deps: ClusterDeps;
  readonly #cluster: Cluster;

  constructor(connection: KafkaConnectionOptions, deps: ClusterDeps) {
    this.#connection = connection;
    this.#deps = withSignIn(connection, deps);
    this.#cluster = new Cluster(connection, this.#deps);
  }

  /** Connects once, signs in, and asks what every client may ask; closes again. Never throws for what the broker or the way does. */
  async tryBroker(address: BrokerAddress | string): Promise<BrokerTrial> {
    const parsed = typeof address === 'string' ? parseBrokerAddress(address) : address;
    try {
      const connection = await BrokerConnection.open(parsed, this.#connection, this.#deps);
      try {
        // A listener that wants a sign-in takes the connection without one, and closes it at the first real question.
        await this.#askMetadata(connection, []);
        return { reached: true, release: oldestPossibleRelease((apiKey) => connection.supports(apiKey)) };
      } finally {
        connection.close();
      }
    } catch (thrown) {
      if (!(thrown instanceof RetriableError) && !(thrown instanceof FatalError)) throw thrown;
      return { reached: false, error: thrown };
    }
  }

  /** Topics by name, or all with `undefined`; what cannot be described comes back with its error code.
   *  @throws RetriableError, FatalError when the cluster does not answer */
  async metadata(names: readonly string[] | undefined): Promise<MetadataInspection> {
    return await this.#retrying('metadata', async () => {
      const found = await this.#askMetadata(await this.#cluster.anyConnection(), names);
      const passing = found.topics.find(({ errorCode }) => passes(errorCode));
      if (passing !== undefined)
        throw refusal(passing.errorCode, { right: 'DESCRIBE', resource: `topic ${passing.name}` });
      return found;
    });
  }

  /** Settings by topic; those that may not be read (DESCRIBE_CONFIGS), or that an old broker does not tell, are absent.
   *  @throws RetriableError, FatalError when the cluster does not answer */
  async topicSettings(names: readonly string[]): Promise<ReadonlyMap<string, TopicSettings>> {
    if (names.length === 0) return new Map();
    return await this.#retrying('topic settings', async () => {
      const connection = await this.#cluster.anyConnection();
      if ((connection.supports(DESCRIBE_CONFIGS_API_KEY)?.maxVersion ?? 0) < 1) return new Map();
      return await connection.send(topicSettingsRequest(names), REQUEST_TIMEOUT_MS);
    });
  }

  /** Bytes of metadata that a broker takes with a committed offset (`offset.metadata.max.bytes`); `undefined` where that may not be read
   *  (DESCRIBE_CONFIGS of the cluster). One broker is asked: they are to be alike.
   *  @throws RetriableError, FatalError when the cluster does not answer */
  async metadataMaxBytes(): Promise<number | undefined> {
    const { brokers } = await this.metadata([]);
    return await this.#retrying('broker settings', async () => {
      const connection = await this.#cluster.anyConnection();
      if ((connection.supports(DESCRIBE_CONFIGS_API_KEY)?.maxVersion ?? 0) < 1) return undefined;
      return await connection.send(metadataMaxBytesRequest(brokers.map(({ nodeId }) => nodeId)), REQUEST_TIMEOUT_MS);
    });
  }

  /** State of a group. Where no group has ever committed anything the coordinator is not asked, for asking would make Kafka's
   *  topic of offsets.
   *  @throws RetriableError, FatalError when the cluster does not answer; FatalError `GROUP_AUTHORIZATION_FAILED` */
  async group(groupId: string): Promise<GroupInspection> {
    const { topics } = await this.metadata([OFFSETS_TOPIC]);
    if (topics[0]?.errorCode === KafkaCode.unknownTopicOrPartition) return NO_GROUP;
    return await this.#retrying(`group ${groupId}`, async () => {
      const attempted = { right: 'READ', resource: `group ${groupId}` };
      // So that the coordinator's address is known.
      await this.#cluster.describe([]);
      const answer = await (await this.#cluster.anyConnection()).request<{
        errorCode: number;
        coordinator: { nodeId: number; host: string; port: number };
      }>('FindCoordinator', { groupId }, { timeoutMs: REQUEST_TIMEOUT_MS });
      if (answer.errorCode !== 0) throw refusal(answer.errorCode, attempted);
      const { nodeId, host, port } = answer.coordinator;
      this.#cluster.metadata.learnBroker(nodeId, { host, port });
      const coordinator = await this.#cluster.connection(nodeId, 'requests');
      const newest = coordinator.supports(DESCRIBE_GROUPS_API_KEY)?.maxVersion ?? 0;
      const group = await coordinator.send(groupRequest(groupId, newest), REQUEST_TIMEOUT_MS);
      if (group.errorCode !== 0) throw refusal(group.errorCode, attempted);
      return group;
    });
  }

  /** Closes its connections. */
  close(): void {
    this.#cluster.close();
  }

  async #askMetadata(connection: BrokerConnection, names: readonly string[] | undefined): Promise<MetadataInspection> {
    const request = metadataRequest(names, connection.supports(METADATA_API_KEY)?.maxVersion ?? 0);
    if (request !== undefined) return await connection.send(request, REQUEST_TIMEOUT_MS);
    throw new FatalError(
      'KAFKA_TOO_OLD',
      `broker ${connection.address} cannot be looked at without changing it: Kafka 0.11 or newer is needed`,
    );
  }

  async #retrying<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    return await retrying(what, attempt, this.#deps, { giveUpAfterMs: GIVE_UP_AFTER_MS });
  }
}

/** Missing topics are an answer; what passes by itself is asked again. */
function passes(errorCode: number): boolean {
  return errorCode !== 0 && errorCode !== KafkaCode.unknownTopicOrPartition && isRetriableCode(errorCode);
}
