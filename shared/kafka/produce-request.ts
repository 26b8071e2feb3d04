/** One Produce request for one partition, confirmed by all in-sync replicas. */
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { FatalError, RetriableError } from '../errors.ts';
import type { TopicPartition } from '../records.ts';
import { partitionName } from '../records.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { REQUEST_TIMEOUT_MS } from './cluster.ts';

const ALL_REPLICAS = -1;

interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly baseOffset?: string;
    }[];
  }[];
}

export interface Produced {
  /** Kafka error code. */
  readonly errorCode: number;
  /** Of the batch's first record. */
  readonly baseOffset: number;
}

/** Sends one encoded batch to the partition's leader. A batch of a transaction goes under its `transactionalId`.
 *  @throws RetriableError when the connection fails, or the answer leaves the partition out; FatalError `KAFKA_TOO_OLD` */
export async function requestProduce(
  connection: Pick<BrokerConnection, 'request'>,
  { topic, partition }: TopicPartition,
  batch: Buffer,
  transactionalId: string | null = null,
): Promise<Produced> {
  const answer = await connection.request<ProduceAnswer>(
    'Produce',
    { acks: ALL_REPLICAS, timeout: REQUEST_TIMEOUT_MS, topicData: [] },
    {
      timeoutMs: REQUEST_TIMEOUT_MS,
      encode: (version) => encodeProduce(version, transactionalId, { topic, partition }, batch),
    },
  );
  const found = answer.topics.find((t) => t.topicName === topic)?.partitions.find((p) => p.partition === partition);
  // Silence is not success.
  if (found === undefined)
    throw new RetriableError(
      'PRODUCE_NOT_ANSWERED',
      `the broker left ${partitionName({ topic, partition })} out of its answer`,
    );
  return { errorCode: found.errorCode, baseOffset: Number(found.baseOffset ?? -1) };
}

/** Body of a Produce request for one partition; versions 3 to 7 are laid out alike. */
function encodeProduce(
  version: number,
  transactionalId: string | null,
  { topic, partition }: TopicPartition,
  batch: Buffer,
): Encoder {
  if (version < 3)
    throw new FatalError(
      'KAFKA_TOO_OLD',
      `the broker speaks Produce version ${version}, 3 is needed (Kafka 0.11 or newer)`,
    );
  return new Encoder(batch.length + topic.length * 3 + 64)
    .writeString(transactionalId)
    .writeInt16(ALL_REPLICAS)
    .writeInt32(REQUEST_TIMEOUT_MS)
    .writeInt32(1)
    .writeString(topic)
    .writeInt32(1)
    .writeInt32(partition)
    .writeBytes(batch);
}
