/** What Spillway needs of a Kafka client. One implementation stands behind it; nothing above knows which. */
import type { FatalError } from '../errors.ts';
import type { BatchSegment, RecordBlock, RecordHeader, TopicPartition } from '../records.ts';
import type { TopicSettings } from './inspect/topic-settings-request.ts';

/** TLS, with PEM texts. */
export interface TlsOptions {
  /** Trusted certificates; those that Node.js trusts when absent. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Opens `key`. */
  readonly passphrase?: string;
  /** False: a broker's certificate need not hold the name it is reached by. */
  readonly checkHostname?: boolean;
}

/** A client that gets tokens by the OAuth 2.0 client credentials grant. Source: KIP-768. */
export interface ClientCredentials {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  /** Whether id and secret are URL-encoded before they go into the header. */
  readonly urlEncoded: boolean;
  /** Sent to the broker beside the token. */
  readonly extensions: Readonly<Record<string, string>>;
}

/** How to sign in. The functions are called at each sign-in, so that rotated credentials are picked up.
 *  They throw `ConfigError` when a secret is out of reach. */
export type SaslOptions =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly credentials: () => { readonly username: string; readonly password: string };
    }
  | { readonly mechanism: 'oauthbearer'; readonly clientCredentials: () => ClientCredentials };

/** How answers are read and records decoded: by our own reading and walking, or all by kafkajs, as the fall-back. */
export type FetchWay = 'fast' | 'kafkajs';

/** How brokers are reached; parsed from `bootstrap.servers`, `security.protocol`, `sasl.*`, `ssl.*`. */
export interface KafkaConnectionOptions {
  readonly bootstrapServers: readonly string[];
  readonly clientId: string;
  readonly ssl?: TlsOptions;
  readonly sasl?: SaslOptions;
  /** `fast` when absent. */
  readonly fetch?: FetchWay;
}

/** Where a partition without a committed offset begins; a number is epoch ms. */
export type StartOffset = 'earliest' | 'latest' | number;

export interface ConsumerOptions {
  readonly groupId: string;
  /** Fixed names, or a pattern: topics that appear later are picked up, at their beginning. */
  readonly topics: readonly string[] | RegExp;
  readonly startOffset: StartOffset;
  readonly isolationLevel: 'read_committed' | 'read_uncommitted';
  /** Bytes of one fetch over all partitions, and over one partition. A larger single record is still delivered. Read anew for each fetch. */
  readonly fetchMaxBytes: number;
  readonly fetchMaxBytesPerPartition: number;
  readonly fetchMaxWaitMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  /** How long a revoke may drain before the partition is let go undrained. Below `rebalanceTimeoutMs`. */
  readonly drainTimeoutMs: number;
  /** How often metadata is looked at for new partitions and topics. */
  readonly metadataMaxAgeMs: number;
}

/** A partition this member owns from now on. */
export interface AssignedPartition extends TopicPartition {
  /** Offset of the next record to deliver; already committed by the time `assigned` is called. */
  readonly position: number;
  /** Metadata string of the committed offset, '' when none. */
  readonly metadata: string;
  /** The committed offset that `metadata` came with, where it is not `position`: Kafka deleted what was between. */
  readonly committed?: number;
  /** Set when the partition cannot be read until a person decides (a committed offset past the log end). Nothing is fetched. */
  readonly halted?: { readonly code: string; readonly message: string };
}

/** Called from the consumer's own loop, never concurrently with itself. Must not throw. A pending `revoked` holds up nothing else:
 *  partitions that stay go on being delivered, and `lost` may come, before its promise resolves. */
export interface ConsumerListener {
  /** After a join, before the first fetch: exactly the partitions that were not owned before. */
  assigned(partitions: readonly AssignedPartition[]): void;
  /** The partitions go to another member. Fence them before returning the promise; resolve when they are drained and their
   *  commits are sent. Commits for them are accepted until the promise resolves or `drainTimeoutMs` passed. */
  revoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** The partitions are gone already (session lost): commit nothing for them. */
  lost(partitions: readonly TopicPartition[]): void;
  /** Records in offset order, one block at a time. */
  records(block: RecordBlock): void;
  /** After each fetched partition: `position` is the next offset to fetch, past control, aborted and compacted records too;
   *  `endOffset` the high watermark (the last stable offset under `read_committed`). */
  progressed(partition: TopicPartition, position: number, endOffset: number): void;
  /** Kafka deleted records before they were read: `from` (inclusive) to `to` (exclusive) are gone. */
  gap(partition: TopicPartition, from: number, to: number): void;
  /** The consumer gave up; it has left the group and will call nothing more. */
  failed(error: FatalError): void;
}

export interface OffsetToCommit extends TopicPartition {
  readonly offset: number;
  /** At most 4,096 bytes of UTF-8 over all of one partition. */
  readonly metadata?: string;
}

export interface KafkaConsumer {
  /** Joins the group and begins to deliver. Resolves after the first assignment.
   *  @throws FatalError when the cluster refuses (credentials, rights, missing topic); RetriableError when it cannot be reached */
  start(): Promise<void>;
  /** No fetch includes the partition until `resume`. What was already under way is still delivered. */
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** Takes a partition over again as a new owner would, in place of what it was: `assigned` comes with what is committed for it by then. Nothing
   *  is delivered in between. Of a partition that is not owned, or is on its way to another member, nothing comes. */
  reread(partition: TopicPartition): void;
  /** Commits while this member owns every partition named, in the generation they were assigned in.
   *  @throws RetriableError `COMMIT_FENCED` when it no longer does; other codes when the coordinator could not be reached */
  commit(offsets: readonly OffsetToCommit[]): Promise<void>;
  /** Revokes everything (drain, commit), leaves the group, closes its connections. Idempotent. */
  close(): Promise<void>;
}

/** A record to produce, bytes untouched. */
export interface ProducerRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  /** Epoch ms. */
  readonly timestamp: number;
}

export interface KafkaProducer {
  /** Resolves when all in-sync replicas have every record. `partition` undefined: by the key's hash, as Java's default partitioner.
   *  One request carries one partition: a leader failover cannot lose part of a `send`.
   *  @throws RetriableError when it could not be confirmed (some may be there), FatalError when it is refused for good
   *  @throws RecordError `RECORD_TOO_LARGE_FOR_TOPIC` when the broker refuses the size */
  send(topic: string, partition: number | undefined, records: readonly ProducerRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface TopicDescription {
  readonly name: string;
  /** Partition ids, ascending. */
  readonly partitions: readonly number[];
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** A committed offset. */
export interface GroupOffset extends TopicPartition {
  readonly offset: number;
  readonly metadata: string;
}

export interface KafkaAdmin {
  /** '' when the cluster has none.
   *  @throws FatalError `KAFKA_TOO_OLD`; RetriableError when no broker answers */
  clusterId(): Promise<string>;
  listTopics(): Promise<string[]>;
  /** Topics that exist among `names`. */
  describeTopics(names: readonly string[]): Promise<TopicDescription[]>;
  /** Creates what is missing; a topic that exists already is left alone. */
  createTopics(topics: readonly NewTopic[]): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /** Settings by topic; those that may not be read (DESCRIBE_CONFIGS), or that an old broker does not tell, are absent. */
  topicSettings(names: readonly string[]): Promise<ReadonlyMap<string, TopicSettings>>;
  /** Makes sure that a group may be joined that reads `topics`; absent where groups come into being by being joined. With `create` false it is
   *  looked for only.
   *  @throws FatalError when it is not there and is not to be made, or cannot be; RetriableError when nobody can tell now */
  prepareGroup?(groupId: string, topics: readonly string[], create: boolean): Promise<void>;
  /** End offsets (`read_committed`: last stable), beginnings, or the first offset at or after an epoch ms, by partition id. */
  listOffsets(
    topic: string,
    at: StartOffset,
    isolationLevel?: ConsumerOptions['isolationLevel'],
  ): Promise<Map<number, number>>;
  /** Committed offsets of a group by partition id; partitions without a commit are absent. */
  committedOffsets(groupId: string, topic: string): Promise<Map<number, { offset: number; metadata: string }>>;
  /** Everything that a group has committed, whatever the topics; nothing of a group that is not there. */
  groupOffsets(groupId: string): Promise<readonly GroupOffset[]>;
  /** Commits for a group without members, in one request. Metadata that is not given is emptied.
   *  @throws FatalError `GROUP_HAS_MEMBERS` while somebody runs, and refusals of everything: nothing is committed then
   *  @throws OffsetsRefused when some partitions are committed and others refused: it says which
   *  @throws RetriableError when the coordinator gave no final answer: some may be committed */
  commitOffsets(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void>;
  /** Forgets all that a group without members committed, and the group. One that is not there is no error.
   *  @throws FatalError `GROUP_HAS_MEMBERS`, and refusals; RetriableError when the coordinator gave no final answer */
  deleteGroup(groupId: string): Promise<void>;
  /** As `deleteGroup`, of these partitions only. Needs Kafka 2.4.
   *  @throws FatalError `KAFKA_TOO_OLD` as well */
  deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void>;
  close(): Promise<void>;
}

/** How a partition is read without a group. */
export interface ReaderOptions {
  readonly isolationLevel: ConsumerOptions['isolationLevel'];
  /** Bytes of one fetch. A larger single record is still read. */
  readonly fetchMaxBytes: number;
}

/** Records of one fetch. */
export interface RecordPage {
  /** In offset order; none where all offsets are those of control, aborted or compacted records. */
  readonly blocks: readonly RecordBlock[];
  /** Where to read on; past `from`. */
  readonly nextOffset: number;
}

/** Reads records here and there: joins no group, commits nothing, leaves nothing behind. */
export interface KafkaReader {
  /** Up to `count` records of a partition from offset `from` (inclusive) on, in offset order; fewer, or none, when the partition ends
   *  before. Does not wait for records to come.
   *  @throws FatalError `OFFSET_OUT_OF_RANGE` and refusals; RetriableError when the cluster cannot be reached */
  read(topic: string, partition: number, from: number, count: number): Promise<BatchSegment[]>;
  /** What one fetch brings, from offset `from` (inclusive, below the partition's end) on.
   *  @throws as `read` does; RetriableError `NO_ANSWER` when there is nothing to be had */
  page(topic: string, partition: number, from: number): Promise<RecordPage>;
  close(): Promise<void>;
}

/** One cluster. Every method opens its own connections; `close` of what it made is the caller's. */
export interface KafkaDriver {
  admin(): KafkaAdmin;
  producer(): KafkaProducer;
  consumer(options: ConsumerOptions, listener: ConsumerListener): KafkaConsumer;
  reader(options: ReaderOptions): KafkaReader;
}
