/** Produces with confirmation by all in-sync replicas, one partition a request. */
import murmur2 from 'kafkajs/src/producer/partitioners/default/murmur2.js';
import { RecordError, RetriableError } from '../errors.ts';
import { Cluster, type ClusterDeps } from './cluster.ts';
import type { KafkaConnectionOptions, KafkaProducer, ProducerRecord } from './driver.ts';
import { KafkaCode, refusal } from './error-codes.ts';
import { requestProduce } from './produce-request.ts';
import { retrying } from './retrying.ts';
import { loadCrc32c } from './wire/crc32c.ts';
import { encodedRecordBytes, encodeRecordBatch } from './wire/record-batch-encode.ts';

/** How long a `send` tries before it says that it could not be confirmed. */
const GIVE_UP_AFTER_MS = 30_000;
/** Below the default `max.message.bytes` (1,048,588) of a topic. */
const BATCH_BYTES = 900_000;

const TOO_LARGE: ReadonlySet<number> = new Set([KafkaCode.messageTooLarge, KafkaCode.recordListTooLarge]);

/** Partition of a key as Java's default partitioner chooses it. */
export function partitionOfKey(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitions;
}

/** Cuts records into runs whose batch stays below `maxBytes`; a record that alone passes it stands alone. */
export function cutToSize(records: readonly ProducerRecord[], maxBytes: number): ProducerRecord[][] {
  const runs: ProducerRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const size = encodedRecordBytes(record);
    if (bytes + size > maxBytes) {
      runs.push([]);
      bytes = 0;
    }
    runs.at(-1)?.push(record);
    bytes += size;
  }
  return runs;
}

export class ConfirmedProducer implements KafkaProducer {
  readonly #cluster: Cluster;
  readonly #deps: ClusterDeps;
  readonly #closed = new AbortController();
  /** Next partition of records without a key, by topic. */
  readonly #roundRobin = new Map<string, number>();

  constructor(connection: KafkaConnectionOptions, deps: ClusterDeps) {
    this.#cluster = new Cluster(connection, deps);
    this.#deps = deps;
  }

  async send(topic: string, partition: number | undefined, records: readonly ProducerRecord[]): Promise<void> {
    const byPartition = new Map<number, ProducerRecord[]>();
    if (partition !== undefined) byPartition.set(partition, [...records]);
    else for (const [id, chosen] of await this.#spread(topic, records)) byPartition.set(id, chosen);
    for (const [id, chosen] of byPartition) {
      for (const run of cutToSize(chosen, BATCH_BYTES)) await this.#sendRun(topic, id, run);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(new RetriableError('PRODUCER_CLOSED', 'the producer was closed'));
    this.#cluster.close();
  }

  async #spread(topic: string, records: readonly ProducerRecord[]): Promise<Map<number, ProducerRecord[]>> {
    const ids = await this.#partitionIds(topic);
    const spread = new Map<number, ProducerRecord[]>();
    for (const record of records) {
      const at = record.key === null ? this.#next(topic, ids.length) : partitionOfKey(record.key, ids.length);
      const id = ids[at] ?? 0;
      const list = spread.get(id);
      if (list === undefined) spread.set(id, [record]);
      else list.push(record);
    }
    return spread;
  }

  #next(topic: string, partitions: number): number {
    const next = this.#roundRobin.get(topic) ?? 0;
    this.#roundRobin.set(topic, next + 1);
    return next % partitions;
  }

  async #partitionIds(topic: string): Promise<number[]> {
    return await this.#retrying(`partitions of ${topic}`, async () => {
      const known = this.#cluster.metadata.topic(topic);
      if (known?.errorCode === KafkaCode.none && known.leaders.size > 0) return [...known.leaders.keys()];
      return await this.#describe(topic);
    });
  }

  async #describe(topic: string): Promise<number[]> {
    const [state] = await this.#cluster.describe([topic]);
    const code = state?.errorCode ?? KafkaCode.unknownTopicOrPartition;
    if (code !== KafkaCode.none)
      throw refusal(code, { right: 'WRITE', resource: `topic ${topic}`, context: { topic } });
    return [...(state?.leaders.keys() ?? [])];
  }

  /** One run to one partition; when it is too large as a batch, by halves, so that only a record that alone is too large is refused. */
  async #sendRun(topic: string, partition: number, run: readonly ProducerRecord[]): Promise<void> {
    const batch = encodeRecordBatch(run, await loadCrc32c());
    const code = await this.#retrying(`records for ${topic}-${partition}`, () =>
      this.#produce(topic, partition, batch),
    );
    if (code === KafkaCode.none) return;
    if (run.length > 1) {
      const half = Math.ceil(run.length / 2);
      await this.#sendRun(topic, partition, run.slice(0, half));
      await this.#sendRun(topic, partition, run.slice(half));
      return;
    }
    throw new RecordError(
      'RECORD_TOO_LARGE_FOR_TOPIC',
      `a record of ${batch.length} bytes is larger than topic ${topic} accepts: raise its max.message.bytes`,
      { context: { topic, partition } },
    );
  }

  /** Sends one batch; 0, or a "too large" code. Everything else throws. */
  async #produce(topic: string, partition: number, batch: Buffer): Promise<number> {
    const leader = this.#cluster.metadata.leaderOf(topic, partition);
    if (leader === undefined) {
      await this.#describe(topic);
      if (this.#cluster.metadata.leaderOf(topic, partition) === undefined) {
        throw new RetriableError('LEADER_NOT_AVAILABLE', `${topic}-${partition} has no leader, or does not exist`, {
          context: { topic, partition },
        });
      }
      return await this.#produce(topic, partition, batch);
    }
    const code = await this.#request(leader, topic, partition, batch);
    if (code === KafkaCode.none || TOO_LARGE.has(code)) return code;
    const error = refusal(code, { right: 'WRITE', resource: `topic ${topic}`, context: { topic, partition } });
    if (error instanceof RetriableError) await this.#cluster.describe([topic]);
    throw error;
  }

  async #request(leader: number, topic: string, partition: number, batch: Buffer): Promise<number> {
    try {
      const connection = await this.#cluster.connection(leader, 'requests');
      return (await requestProduce(connection, { topic, partition }, batch)).errorCode;
    } catch (thrown) {
      // Its leader may be another one by now.
      if (thrown instanceof RetriableError) await this.#cluster.describe([topic]);
      throw thrown;
    }
  }

  async #retrying<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    return await retrying(what, attempt, this.#deps, { signal: this.#closed.signal, giveUpAfterMs: GIVE_UP_AFTER_MS });
  }
}
