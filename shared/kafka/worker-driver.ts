/** The driver that a worker's settings ask for: Kafka, and the OpenAPI beside it where the brokers are a managed instance. */
import { kafkaConnection, type WorkerConfig } from '../config/worker-keys.ts';
import { CloudAdmin } from './alikafka/cloud-admin.ts';
import { type CloudDeps, createCloudResources } from './alikafka/create-cloud-resources.ts';
import type { KafkaDriver } from './driver.ts';
import { createKafkaDriver, type KafkaDriverDeps } from './kafkajs-driver.ts';

/** Nothing is connected before what it makes is used.
 *  @throws ConfigError as `kafkaConnection` does */
export function createWorkerDriver(worker: WorkerConfig, deps: KafkaDriverDeps & CloudDeps): KafkaDriver {
  const { secrets, role, ...kafka } = deps;
  const driver = createKafkaDriver(kafkaConnection(worker, secrets), kafka);
  const { logger, clock, random } = kafka;
  const cloud = createCloudResources(worker, { secrets, role, logger, clock, random });
  if (cloud === undefined) return driver;
  return { ...driver, admin: () => new CloudAdmin(driver.admin(), cloud, { logger, clock, random }) };
}
