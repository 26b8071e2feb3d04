/** Reads records of a partition without a group, with the requests and the decoding of the consumer. */
import { FatalError, RetriableError } from '../errors.ts';
import { type BatchSegment, partitionName } from '../records.ts';
import { Cluster, type ClusterDeps } from './cluster.ts';
import type { KafkaConnectionOptions, KafkaReader, ReaderOptions, RecordPage } from './driver.ts';
import { refusal } from './error-codes.ts';
import { requestFetch } from './fetch-request.ts';
import { retrying } from './retrying.ts';
import { decodeRecords } from './wire/decode-records.ts';
import type { FetchedPartition } from './wire/fetch-response.ts';

/** How long one fetch tries before it fails. */
const GIVE_UP_AFTER_MS = 10_000;
/** A broker with records answers at once; it is asked only below the partition's end. */
const MAX_WAIT_MS = 500;

export class PartitionReader implements KafkaReader {
  readonly #options: ReaderOptions;
  readonly #deps: ClusterDeps;
  readonly #cluster: Cluster;

  constructor(connection: KafkaConnectionOptions, options: ReaderOptions, deps: ClusterDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#cluster = new Cluster(connection, deps);
  }

  async read(topic: string, partition: number, from: number, count: number): Promise<BatchSegment[]> {
    const readCommitted = this.#options.isolationLevel === 'read_committed';
    const segments: BatchSegment[] = [];
    let position = from;
    let wanted = count;
    while (wanted > 0) {
      const fetched = await this.#fetch(topic, partition, position);
      const { blocks, nextOffset } = await this.#decoded(fetched, position);
      for (const block of blocks) {
        const to = Math.min(block.count, wanted);
        if (to > 0) segments.push({ block, from: 0, to });
        wanted -= to;
      }
      const end = readCommitted ? fetched.lastStableOffset : fetched.highWatermark;
      if (nextOffset >= end || nextOffset === position) break;
      position = nextOffset;
    }
    return segments;
  }

  async page(topic: string, partition: number, from: number): Promise<RecordPage> {
    const name = partitionName({ topic, partition });
    return await this.#retrying(`reading ${name}`, async () => {
      const page = await this.#decoded(await this.#fetch(topic, partition, from), from);
      if (page.nextOffset === from)
        throw new RetriableError('NO_ANSWER', `${name} has no records from offset ${from} on`);
      return page;
    });
  }

  async close(): Promise<void> {
    this.#cluster.close();
  }

  async #decoded(fetched: FetchedPartition, from: number): Promise<RecordPage> {
    return await decodeRecords(this.#cluster.options.fetch ?? 'fast', {
      topic: fetched.topic,
      partition: fetched.partition,
      bytes: fetched.records,
      fetchOffset: from,
      readCommitted: this.#options.isolationLevel === 'read_committed',
      abortedTransactions: fetched.abortedTransactions,
    });
  }

  async #retrying<T>(what: string, attempt: (attemptNumber: number) => Promise<T>): Promise<T> {
    return await retrying(what, attempt, this.#deps, { giveUpAfterMs: GIVE_UP_AFTER_MS });
  }

  async #fetch(topic: string, partition: number, position: number): Promise<FetchedPartition> {
    const name = partitionName({ topic, partition });
    const { fetchMaxBytes, isolationLevel } = this.#options;
    const limits = { fetchMaxBytes, fetchMaxBytesPerPartition: fetchMaxBytes, isolationLevel };
    const attempt = async (attemptNumber: number): Promise<FetchedPartition> => {
      const { metadata } = this.#cluster;
      if (attemptNumber > 1 || metadata.topic(topic) === undefined) await this.#cluster.describe([topic]);
      const state = metadata.topic(topic);
      const attempted = { right: 'READ', resource: `topic ${topic}`, context: { topic, partition } };
      if (state !== undefined && state.errorCode !== 0) throw refusal(state.errorCode, attempted);
      if (state !== undefined && !state.leaders.has(partition)) {
        throw new FatalError('TOPIC_MISSING', `no partition ${name} at this cluster; check its topic and number`);
      }
      const leader = metadata.leaderOf(topic, partition);
      if (leader === undefined) throw new RetriableError('LEADER_NOT_AVAILABLE', `${name} has no leader`);
      const answer = await requestFetch(this.#cluster, leader, [{ topic, partition, position }], limits, MAX_WAIT_MS);
      const fetched = answer.partitions.find((p) => p.topic === topic && p.partition === partition);
      if (fetched === undefined) throw new RetriableError('NO_ANSWER', `the leader left ${name} out of its answer`);
      if (fetched.errorCode !== 0) throw refusal(fetched.errorCode, attempted);
      return fetched;
    };
    return await this.#retrying(`reading ${name}`, attempt);
  }
}
