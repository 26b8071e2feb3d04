import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { type BatchSegment, recordAt, type SinkRecord } from '../../../shared/records.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import { kafkaForTests } from '../../helpers/kafka.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { newTopic, produce, testDriver, texts } from './harness.ts';

function recordsIn(segments: readonly BatchSegment[]): SinkRecord[] {
  return segments.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, index) => recordAt(block, from + index)),
  );
}

function readerOf(driver: KafkaDriver, isolationLevel: 'read_committed' | 'read_uncommitted' = 'read_committed') {
  const reader = driver.reader({ isolationLevel, fetchMaxBytes: 10_000 });
  onTestFinished(() => reader.close());
  return async (topic: string, from: number, count: number, partition = 0) =>
    recordsIn(await reader.read(topic, partition, from, count)).map(({ offset, value }) => `${offset}:${value}`);
}

describe('a reader', () => {
  it('reads from the middle of a batch, over many fetches, and no more than asked for', async () => {
    const driver = await testDriver();
    const topic = await newTopic(driver);
    const long = texts('v'.repeat(200), 300);
    await produce(driver, topic, long);
    const read = readerOf(driver);
    expect(await read(topic, 7, 2)).toEqual([`7:${long[7]}`, `8:${long[8]}`]);
    expect(await read(topic, 0, 250)).toEqual(long.slice(0, 250).map((value, offset) => `${offset}:${value}`));
    expect(await read(topic, 298, 10)).toEqual([`298:${long[298]}`, `299:${long[299]}`]);
    expect(await read(topic, 300, 10)).toEqual([]);
  });

  it('passes over aborted transactions unless it reads uncommitted', async () => {
    const { bootstrapServers } = await kafkaForTests();
    const driver = await testDriver();
    const topic = await newTopic(driver);
    const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
    onTestFinished(() => producer.disconnect());
    await producer.connect();
    for (const [value, end] of [
      ['committed', 'commit'],
      ['aborted', 'abort'],
      ['after', 'commit'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, compression: CompressionTypes.GZIP, messages: [{ value }] });
      await transaction[end]();
    }
    expect(await readerOf(driver)(topic, 0, 10)).toEqual(['0:committed', '4:after']);
    expect(await readerOf(driver, 'read_uncommitted')(topic, 0, 10)).toEqual(['0:committed', '2:aborted', '4:after']);
  });

  it('refuses an offset that is not there, and a topic or partition that is not', async () => {
    const driver = await testDriver();
    const topic = await newTopic(driver);
    await produce(driver, topic, ['one']);
    const read = readerOf(driver);
    await expect(read(topic, 5, 1)).rejects.toMatchObject({ name: 'FatalError', code: 'OFFSET_OUT_OF_RANGE' });
    await expect(read(topic, 0, 1, 9)).rejects.toMatchObject({ name: 'FatalError', code: 'TOPIC_MISSING' });
  });

  it('leaves a cluster without groups without groups', async () => {
    const kafka = await startKafka({ dir: await temporaryFolder(), logger: silentLogger });
    onTestFinished(() => kafka.stop());
    const connection = { bootstrapServers: kafka.bootstrapServers.split(','), clientId: 'test', fetch: fetchOfRun };
    const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
    const topic = await newTopic(driver);
    await produce(driver, topic, ['one', 'two']);
    const admin = new Kafka({ brokers: connection.bootstrapServers, logLevel: logLevel.NOTHING }).admin();
    onTestFinished(() => admin.disconnect());
    await admin.connect();
    const topicsBefore = await admin.listTopics();
    expect(await readerOf(driver)(topic, 0, 10)).toEqual(['0:one', '1:two']);
    expect((await admin.listGroups()).groups).toEqual([]);
    // Not even the topic that groups are kept in came to be.
    expect(await admin.listTopics()).toEqual(topicsBefore);
  });
});
