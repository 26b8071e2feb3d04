/** Appends records to the partitions of their keys, and tells where they are. */
import { RetriableError } from '../../errors.ts';
import { partitionName } from '../../records.ts';
import { Cluster, type ClusterDeps } from '../cluster.ts';
import type { KafkaConnectionOptions, ProducerRecord } from '../driver.ts';
import { KafkaCode, refusal } from '../error-codes.ts';
import { requestProduce } from '../produce-request.ts';
import { partitionOfKey } from '../producer.ts';
import { loadCrc32c } from '../wire/crc32c.ts';
import { encodeRecordBatch } from '../wire/record-batch-encode.ts';

/** A record with a key, which decides its partition as Java's default partitioner does. */
export type KeyedRecord = ProducerRecord & { readonly key: Buffer };

/** Where a record is. */
export interface Appended {
  readonly partition: number;
  readonly offset: number;
}

export class LogWriter {
  readonly #topic: string;
  readonly #cluster: Cluster;

  constructor(connection: KafkaConnectionOptions, topic: string, deps: ClusterDeps) {
    this.#topic = topic;
    this.#cluster = new Cluster(connection, deps);
  }

  /** Tries once. Calls back for the records of each partition that are confirmed by all in-sync replicas, with the offset of the first; those of
   *  one partition keep their order.
   *  @throws RetriableError, FatalError of the first partition that failed, when all were tried */
  async append<T extends KeyedRecord>(
    records: readonly T[],
    confirmed: (records: readonly T[], first: Appended) => void,
  ): Promise<void> {
    const partitions = await this.#partitions();
    const runs = new Map<number, T[]>();
    for (const record of records) {
      const partition = partitions[partitionOfKey(record.key, partitions.length)] ?? 0;
      const run = runs.get(partition);
      if (run === undefined) runs.set(partition, [record]);
      else run.push(record);
    }
    const ends = await Promise.allSettled(
      [...runs].map(async ([partition, run]) => {
        const offset = await this.#produce(partition, run);
        confirmed(run, { partition, offset });
      }),
    );
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed === undefined) return;
    // Leaders may have moved.
    await this.#cluster.describe([this.#topic]).catch(() => undefined);
    throw failed.reason;
  }

  /** Closes its connections. */
  close(): void {
    this.#cluster.close();
  }

  async #partitions(): Promise<readonly number[]> {
    const known = this.#cluster.metadata.topic(this.#topic);
    const state = known?.errorCode === KafkaCode.none ? known : (await this.#cluster.describe([this.#topic]))[0];
    const code = state?.errorCode ?? KafkaCode.unknownTopicOrPartition;
    if (code !== KafkaCode.none) throw this.#refusal(code);
    return [...(state?.leaders.keys() ?? [])];
  }

  async #produce(partition: number, records: readonly ProducerRecord[]): Promise<number> {
    const tp = { topic: this.#topic, partition };
    const leader = this.#cluster.metadata.leaderOf(this.#topic, partition);
    if (leader === undefined)
      throw new RetriableError('LEADER_NOT_AVAILABLE', `${partitionName(tp)} has no leader, or does not exist`);
    const batch = encodeRecordBatch(records, await loadCrc32c());
    const connection = await this.#cluster.connection(leader, 'requests');
    const { errorCode, baseOffset } = await requestProduce(connection, tp, batch);
    if (errorCode !== KafkaCode.none) throw this.#refusal(errorCode);
    return baseOffset;
  }

  #refusal(code: number): Error {
    return refusal(code, { right: 'WRITE', resource: `topic ${this.#topic}`, context: { topic: this.#topic } });
  }
}
