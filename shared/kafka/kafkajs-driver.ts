/** The Kafka driver: kafkajs' connections and encoding under a consumer, producer and admin of our own (docs/decisions/0002). */
import type { BufferPool } from '../buffer-pool.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { MemoryAccount } from '../memory-account.ts';
import { ClusterAdmin } from './admin.ts';
import type { KafkaConnectionOptions, KafkaDriver } from './driver.ts';
import { GroupConsumer } from './group-consumer.ts';
import { PartitionReader } from './partition-reader.ts';
import { ConfirmedProducer } from './producer.ts';
import { withSignIn } from './sign-in.ts';

export interface KafkaDriverDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  /** Where it is counted what consumers' fetches bring; nowhere when absent. */
  readonly memory?: MemoryAccount;
  /** What consumers' fetches are read into. */
  readonly frames?: BufferPool;
}

/** A driver for one cluster. Nothing is connected before what it makes is used. */
export function createKafkaDriver(connection: KafkaConnectionOptions, given: KafkaDriverDeps): KafkaDriver {
  const { memory, frames, ...parts } = given;
  const deps = { ...withSignIn(connection, parts), proved: new Set<string>() };
  const counted = { ...(memory && { memory }), ...(frames && { frames }) };
  return {
    admin: () => new ClusterAdmin(connection, deps),
    producer: () => new ConfirmedProducer(connection, deps),
    consumer: (options, listener) => new GroupConsumer(connection, options, listener, { ...deps, ...counted }),
    reader: (options) => new PartitionReader(connection, options, deps),
  };
}
