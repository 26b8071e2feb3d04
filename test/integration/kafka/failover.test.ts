import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalKafka, startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { closedAfterwards, consumerOptions, started, textRecord } from './harness.ts';

let kafka: LocalKafka;
let driver: KafkaDriver;
beforeAll(async () => {
  kafka = await startKafka({ brokers: 3 });
  driver = createKafkaDriver(
    { bootstrapServers: kafka.bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun },
    { logger: silentLogger, clock: systemClock, random: Math.random },
  );
}, 180_000);
afterAll(async () => {
  await kafka?.stop();
}, 60_000);

it('brokers are killed and come back one after the other: no confirmed record is missing, commits go on', async () => {
  const topic = 'failover';
  const admin = closedAfterwards(driver.admin());
  await admin.createTopics([{ name: topic, partitions: 4, replicationFactor: 3, configs: {} }]);
  const options = consumerOptions([topic]);
  const { consumer, seen } = await started(driver, options);
  const producer = closedAfterwards(driver.producer());
  const confirmed: string[] = [];
  let writing = true;
  const writer = (async () => {
    for (let i = 0; writing; i++) {
      const values = [0, 1, 2].map((n) => `r${i}.${n}`);
      try {
        await producer.send(
          topic,
          i % 4,
          values.map((v) => textRecord(v)),
        );
        confirmed.push(...values);
      } catch (thrown) {
        // Not confirmed: it may be there or not.
        expect(thrown).toMatchObject({ name: 'RetriableError' });
      }
      await systemClock.sleep(5);
    }
  })();
  for (const broker of kafka.brokers) {
    const before = confirmed.length;
    await waitFor(() => confirmed.length > before + 60, { what: 'writes before the kill', timeoutMs: 120_000 });
    await broker.kill('SIGKILL');
    const during = confirmed.length;
    await waitFor(() => confirmed.length > during + 60, {
      what: `writes without broker ${broker.id}`,
      timeoutMs: 120_000,
    });
    await broker.restart();
  }
  writing = false;
  await writer;
  await waitFor(
    () => {
      const values = new Set(seen.values);
      return confirmed.every((value) => values.has(value));
    },
    { what: 'every confirmed record', timeoutMs: 120_000 },
  );
  expect(confirmed.length).toBeGreaterThan(360);
  expect(seen.failures).toEqual([]);
  expect(seen.gaps).toEqual([]);
  await waitFor(
    () =>
      seen.commit([0, 1, 2, 3].map((partition) => ({ topic, partition }))).then(
        () => true,
        () => undefined,
      ),
    { what: 'a commit', timeoutMs: 120_000 },
  );
  await consumer.close();
}, 400_000);
