/** Topics and records that faults bring themselves, for the connectors `objects-apart` (`apart-...`), `function-apart` (`told-...`),
 *  `documents-apart` (`kept-...`) and `rows-apart` (`stored-...`). */
import { CompressionTypes, type Producer } from 'kafkajs';
import { waitFor } from '../../helpers/wait-for.ts';
import type { Closing } from './closing.ts';
import type { RecordKind } from './content.ts';
import { createTopics } from './create-topics.ts';
import { untilDrained } from './drained.ts';
import { errorTopicFindings, type Finding } from './findings.ts';
import type { Deletion, Ledger, SentRecord } from './ledger.ts';
import { offsetsIn } from './offsets-in.ts';
import { METADATA_MAX_AGE_MS, sendBooked } from './send-booked.ts';
import { type ConnectorSpec, errorTopicOf, reads, type TopicSpec } from './topology.ts';
import type { Cluster } from './world.ts';

export type ApartTopic = `apart-${string}` | `told-${string}` | `kept-${string}` | `stored-${string}`;

const PATIENCE_MS = 60_000;
const REPLICAS = 3;

/** One a run. */
export class Apart {
  readonly #topics = new Map<ApartTopic, TopicSpec>();
  #producer: Promise<Producer> | undefined;
  #reads = 0;
  /** What was in error topics before a fault deleted them, by connector. */
  readonly takenAway = new Map<string, Finding[]>();

  constructor(
    private readonly cluster: Cluster,
    private readonly ledger: Ledger,
    private readonly connectors: readonly ConnectorSpec[],
    private readonly closing: Closing,
  ) {}

  get topics(): readonly TopicSpec[] {
    return [...this.#topics.values()];
  }

  /** Makes the topic where it is missing. Connectors find it within seconds. */
  async topic(
    name: ApartTopic,
    partitions: number,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<TopicSpec> {
    const there = this.#topics.get(name);
    if (there !== undefined) return there;
    const configEntries = Object.entries({ 'min.insync.replicas': '2', ...configs });
    await createTopics(this.cluster.admin, [
      {
        topic: name,
        numPartitions: partitions,
        replicationFactor: REPLICAS,
        configEntries: configEntries.map(([key, value]) => ({ name: key, value })),
      },
    ]);
    const made: TopicSpec = { name, partitions, configs, transactional: false, recordsPerSecond: 0 };
    this.#topics.set(name, made);
    return made;
  }

  /** Sends records of these kinds, in one request. Undefined: of the kind that its number says.
   *  @throws Error of kafkajs when they are not confirmed */
  async send(
    topic: ApartTopic,
    partition: number,
    kinds: readonly (RecordKind | undefined)[],
  ): Promise<readonly SentRecord[]> {
    this.#producer ??= this.#connected();
    const records = kinds.map((kind) => this.ledger.next({ topic, partition }, kind));
    await sendBooked(await this.#producer, records, this.ledger, CompressionTypes.None);
    return records;
  }

  /** Takes note of the records that Kafka removed from compacted topics. Only while nobody waits for them any more, or nobody reads. */
  async noteCompaction(): Promise<void> {
    for (const { name, partitions, configs } of this.topics) {
      if (configs['cleanup.policy'] !== 'compact') continue;
      for (let partition = 0; partition < partitions; partition++) {
        const there = await offsetsIn(this.cluster.direct, name, partition, 0);
        for (const record of this.ledger.acknowledged((topic) => topic === name))
          if (record.partition === partition && !there.has(record.offset)) record.deleted ??= 'compaction';
      }
    }
  }

  /** Deletes the topic with all its records; resolves when it is gone. */
  async remove(name: ApartTopic): Promise<void> {
    const { partitions = 0 } = this.#topics.get(name) ?? {};
    await this.cluster.admin.deleteTopics({ topics: [name] });
    await this.#untilGone(name);
    this.#topics.delete(name);
    for (let partition = 0; partition < partitions; partition++) this.deleted(name, partition, 0, Infinity, 'topic');
  }

  /** Kafka deleted these offsets. */
  deleted(topic: ApartTopic, partition: number, from: number, to: number, by: Deletion): void {
    this.ledger.deletedByKafka({ topic, partition }, from, to, by);
  }

  /** Resolves when `last`, records of one topic, are committed.
   *  @throws Error when that stands still */
  async taken(last: readonly SentRecord[]): Promise<void> {
    const readers = this.connectors.filter((connector) => last.some(({ topic }) => reads(connector, topic)));
    const stuck = await untilDrained(this.cluster.admin, readers, last, PATIENCE_MS);
    if (stuck.length > 0) throw new Error(`not committed: ${JSON.stringify(stuck)}`);
  }

  /** Deletes a connector's error topic; what was in it is remembered. Only while nobody writes there. */
  async removeErrorTopic(connector: ConnectorSpec): Promise<void> {
    const { client, admin } = this.cluster;
    const found = await errorTopicFindings(client, [connector], `taken-away-${++this.#reads}`);
    const before = this.takenAway.get(connector.name) ?? [];
    this.takenAway.set(connector.name, [...before, ...(found.get(connector.name) ?? [])]);
    await admin.deleteTopics({ topics: [errorTopicOf(connector)] });
    await this.#untilGone(errorTopicOf(connector));
  }

  async #untilGone(topic: string): Promise<void> {
    const { admin } = this.cluster;
    await waitFor(async () => !(await admin.listTopics()).includes(topic), {
      what: `${topic} to be gone`,
      timeoutMs: PATIENCE_MS,
    });
  }

  async #connected(): Promise<Producer> {
    const producer = this.cluster.client.producer({
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
    });
    await producer.connect();
    this.closing.push(() => producer.disconnect());
    return producer;
  }
}
