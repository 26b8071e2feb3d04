/** What a cluster tells of one topic: its partitions and their leaders, its offsets, and whether it is still the one that was read. */
import type { Clock } from '../../clock.ts';
import { partitionName } from '../../records.ts';
import type { Cluster } from '../cluster.ts';
import { KafkaCode, refusal } from '../error-codes.ts';
import { verdictOn } from '../log-identity.ts';
import { findOffsets, type IsolationLevel } from '../offset-queries.ts';
import { askTopicIds } from '../topic-ids.ts';

/** How often partitions that were added are looked for. */
const LOOK_AROUND_MS = 60_000;

export class TopicLook {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #clock: Clock;
  #describedAt = Number.NEGATIVE_INFINITY;
  /** Hex digits; undefined before it is known, and where brokers give none. */
  #id: string | undefined;

  constructor(cluster: Cluster, topic: string, clock: Clock) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#clock = clock;
  }

  /** Node id; undefined while none is known. */
  leaderOf(partition: number): number | undefined {
    return this.#cluster.metadata.leaderOf(this.#topic, partition);
  }

  /** It was described a while ago, or something went wrong since. */
  get isStale(): boolean {
    return this.#clock.now() - this.#describedAt > LOOK_AROUND_MS;
  }

  doubt(): void {
    this.#describedAt = Number.NEGATIVE_INFINITY;
  }

  /** Looks up the leaders. @returns ids of the partitions
   *  @throws RetriableError, FatalError when it is missing or refused */
  async describe(): Promise<readonly number[]> {
    const [state] = await this.#cluster.describe([this.#topic]);
    const code = state?.errorCode ?? KafkaCode.unknownTopicOrPartition;
    if (code !== KafkaCode.none) throw this.refused(code);
    this.#describedAt = this.#clock.now();
    return [...(state?.leaders.keys() ?? [])];
  }

  /** Whether the topic is another one than at the last call, by the id that `leader` tells; false at the first.
   *  @throws RetriableError while it is missing */
  async isRemade(leader: number): Promise<boolean> {
    const told = (await askTopicIds(await this.#cluster.connection(leader, 'requests'), [this.#topic]))?.get(
      this.#topic,
    );
    const verdict = verdictOn(this.#id ?? told?.id, told);
    if (verdict === 'missing') throw this.refused(told?.errorCode ?? KafkaCode.unknownTopicOrPartition);
    if (told?.id !== undefined) this.#id = told.id;
    return verdict === 'remade';
  }

  /** By partition.
   *  @throws RetriableError, FatalError of the first partition that has none */
  async offsets(
    partitions: readonly number[],
    at: 'earliest' | 'latest',
    isolationLevel: IsolationLevel,
  ): Promise<Map<number, number>> {
    const wanted = partitions.map((partition) => ({ topic: this.#topic, partition }));
    const { offsets, errors } = await findOffsets(this.#cluster, wanted, at, isolationLevel);
    const error = errors.values().next().value;
    if (error !== undefined) throw error;
    return new Map(wanted.map((tp) => [tp.partition, offsets.get(partitionName(tp)) ?? 0]));
  }

  /** A broker's refusal, as an error that names the topic. */
  refused(code: number, partition?: number): Error {
    const context = { topic: this.#topic, ...(partition !== undefined && { partition }) };
    return refusal(code, { right: 'READ', resource: `topic ${this.#topic}`, context });
  }
}
