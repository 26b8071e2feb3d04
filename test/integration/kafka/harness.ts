/** A driver on the tests' Kafka, and listeners that write down what they are told. Everything made is closed after the test. */
import { Kafka, logLevel } from 'kafkajs';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import type { FatalError } from '../../../shared/errors.ts';
import type {
  AssignedPartition,
  ConsumerListener,
  ConsumerOptions,
  KafkaConsumer,
  KafkaDriver,
  ProducerRecord,
} from '../../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { partitionName, recordAt, type SinkRecord, type TopicPartition } from '../../../shared/records.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import { kafkaForTests, uniqueName } from '../../helpers/kafka.ts';

/** What a test may know of one consumer. */
export class Recording implements ConsumerListener {
  readonly delivered: SinkRecord[] = [];
  readonly assignments: AssignedPartition[] = [];
  readonly revocations: TopicPartition[] = [];
  readonly losses: TopicPartition[] = [];
  readonly gaps: { tp: string; from: number; to: number }[] = [];
  readonly failures: FatalError[] = [];
  /** Position and end offset last reported, by partition name. */
  readonly progress = new Map<string, { position: number; end: number }>();
  /** Next offset to deliver of what is owned now. */
  readonly owned = new Map<string, number>();
  /** Set by the test once the consumer exists; used by `commitOwned`. */
  consumer: KafkaConsumer | undefined;
  onRevoked: (partitions: readonly TopicPartition[]) => Promise<void> = async () => undefined;

  assigned(partitions: readonly AssignedPartition[]): void {
    this.assignments.push(...partitions);
    for (const p of partitions) this.owned.set(partitionName(p), p.position);
  }
  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.revocations.push(...partitions);
    await this.onRevoked(partitions);
    for (const p of partitions) this.owned.delete(partitionName(p));
  }
  lost(partitions: readonly TopicPartition[]): void {
    this.losses.push(...partitions);
    for (const p of partitions) this.owned.delete(partitionName(p));
  }
  records(block: Parameters<ConsumerListener['records']>[0]): void {
    for (let i = 0; i < block.count; i++) this.delivered.push(recordAt(block, i));
  }
  progressed(tp: TopicPartition, position: number, end: number): void {
    this.progress.set(partitionName(tp), { position, end });
    this.owned.set(partitionName(tp), position);
  }
  gap(tp: TopicPartition, from: number, to: number): void {
    this.gaps.push({ tp: partitionName(tp), from, to });
  }
  failed(error: FatalError): void {
    this.failures.push(error);
  }

  get values(): string[] {
    return this.delivered.map((r) => String(r.value));
  }

  /** Commits everything delivered of `partitions`. */
  async commit(partitions: readonly TopicPartition[]): Promise<void> {
    const offsets = partitions.map((tp) => ({
      topic: tp.topic,
      partition: tp.partition,
      offset: this.owned.get(partitionName(tp)) ?? 0,
    }));
    await this.consumer?.commit(offsets);
  }

  /** Every partition read to its end, as far as reported. */
  caughtUp(partitions: number): boolean {
    const all = [...this.progress.values()];
    return all.length >= partitions && all.every((p) => p.position >= p.end);
  }
}

/** Closes `thing` after the test, whatever happened. */
export function closedAfterwards<T extends { close(): Promise<void> }>(thing: T): T {
  onTestFinished(() => thing.close());
  return thing;
}

export async function testDriver(logger: Logger = silentLogger): Promise<KafkaDriver> {
  const { bootstrapServers } = await kafkaForTests();
  return createKafkaDriver(
    { bootstrapServers: bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun },
    { logger, clock: systemClock, random: Math.random },
  );
}

export function consumerOptions(
  topics: ConsumerOptions['topics'],
  overrides: Partial<ConsumerOptions> = {},
): ConsumerOptions {
  return {
    groupId: uniqueName('group'),
    topics,
    startOffset: 'earliest',
    isolationLevel: 'read_committed',
    fetchMaxBytes: 16_000_000,
    fetchMaxBytesPerPartition: 1_000_000,
    fetchMaxWaitMs: 200,
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 300,
    rebalanceTimeoutMs: 30_000,
    drainTimeoutMs: 10_000,
    metadataMaxAgeMs: 500,
    ...overrides,
  };
}

/** A consumer that was made but not started. */
export function recordingConsumer(
  driver: KafkaDriver,
  options: ConsumerOptions,
): { consumer: KafkaConsumer; seen: Recording } {
  const seen = new Recording();
  const consumer = closedAfterwards(driver.consumer(options, seen));
  seen.consumer = consumer;
  return { consumer, seen };
}

/** A started consumer. */
export async function started(
  driver: KafkaDriver,
  options: ConsumerOptions,
): Promise<{ consumer: KafkaConsumer; seen: Recording }> {
  const made = recordingConsumer(driver, options);
  await made.consumer.start();
  return made;
}

export async function newTopic(
  driver: KafkaDriver,
  partitions = 1,
  configs: Record<string, string> = {},
  name = uniqueName('topic'),
): Promise<string> {
  const admin = driver.admin();
  try {
    await admin.createTopics([{ name, partitions, replicationFactor: -1, configs }]);
  } finally {
    await admin.close();
  }
  return name;
}

export function textRecord(value: string, key: string | null = null, timestamp = Date.now()): ProducerRecord {
  return { key: key === null ? null : Buffer.from(key), value: Buffer.from(value), headers: [], timestamp };
}

/** `prefix0` to `prefix<count-1>`. */
export function texts(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

export async function produce(
  driver: KafkaDriver,
  topic: string,
  values: readonly string[],
  partition: number | undefined = 0,
): Promise<void> {
  const producer = driver.producer();
  try {
    await producer.send(
      topic,
      partition,
      values.map((v) => textRecord(v)),
    );
  } finally {
    await producer.close();
  }
}

/** kafkajs' own public client: a producer, consumer and admin that are not ours. */
export async function foreignClient(): Promise<Kafka> {
  const { bootstrapServers } = await kafkaForTests();
  return new Kafka({ brokers: bootstrapServers.split(','), clientId: 'foreign', logLevel: logLevel.NOTHING });
}
