import { onTestFinished } from 'vitest';
import { type LocalBroker, startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { freePorts } from '../../infra/local/supervise/ports.ts';
import { systemClock } from '../../shared/clock.ts';
import type { KafkaConnectionOptions, KafkaDriver } from '../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { fetchOfRun } from './fetch-of-run.ts';

/** A broker that every client reaches through a proxy, since it names the proxy's port as its own. */
export interface ProxiedKafka {
  readonly broker: LocalBroker;
  readonly proxy: FaultProxy;
  /** The proxy's address. */
  readonly bootstrapServers: string;
  readonly connection: KafkaConnectionOptions;
  readonly driver: KafkaDriver;
}

/** Starts a broker of its own and a proxy in front of it; both go with the test. */
export async function startProxiedKafka(): Promise<ProxiedKafka> {
  const [port = 0, proxyPort = 0] = await freePorts(2);
  const proxy = await startFaultProxy(proxyPort, port);
  onTestFinished(() => proxy.close());
  const overrides = { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxyPort}` };
  const kafka = await startKafka({ port, overrides });
  onTestFinished(() => kafka.stop());
  const [broker] = kafka.brokers;
  if (broker === undefined) throw new Error('a Kafka without brokers');
  const bootstrapServers = `127.0.0.1:${proxyPort}`;
  const connection = { bootstrapServers: [bootstrapServers], clientId: 'tests', fetch: fetchOfRun };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  return { broker, proxy, bootstrapServers, connection, driver };
}
