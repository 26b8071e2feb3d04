/** The Kafka driver: kafkajs' connections and encoding under a consumer, producer and admin of our own (docs/decisions/0002). */
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
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
}

/** A driver for one cluster. Nothing is connected before what it makes is used. */
export function createKafkaDriver(connection: KafkaConnectionOptions, given: KafkaDriverDeps): KafkaDriver {
  const deps = withSignIn(connection, given);
  return {
    admin: () => new ClusterAdmin(connection, deps),
    producer: () => new ConfirmedProducer(connection, deps),
    consumer: (options, listener) => new GroupConsumer(connection, options, listener, deps),
    reader: (options) => new PartitionReader(connection, options, deps),
  };
}
