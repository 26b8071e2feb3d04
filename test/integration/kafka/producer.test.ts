import { beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import {
  closedAfterwards,
  consumerOptions,
  foreignClient,
  newTopic,
  Recording,
  started,
  testDriver,
  textRecord,
  texts,
} from './harness.ts';

let driver: KafkaDriver;
beforeAll(async () => {
  driver = await testDriver();
});

it('spreads keys as another client does, and records without one over all partitions', async () => {
  const topic = await newTopic(driver, 4);
  const keys = texts('key-', 40);
  const producer = closedAfterwards(driver.producer());
  await producer.send(topic, undefined, [
    ...keys.map((k) => textRecord('ours', k)),
    ...texts('n', 40).map((v) => textRecord(v)),
  ]);
  const foreign = (await foreignClient()).producer();
  await foreign.connect();
  await foreign.send({ topic, messages: keys.map((key) => ({ key, value: 'theirs' })) });
  await foreign.disconnect();
  const { seen } = await started(driver, consumerOptions([topic]));
  await waitFor(() => seen.delivered.length === 120, { what: '120 records' });
  const where = (value: string) =>
    new Map(seen.delivered.filter((r) => String(r.value) === value).map((r) => [String(r.key), r.partition]));
  expect(where('ours')).toEqual(where('theirs'));
  expect(new Set(where('ours').values()).size).toBeGreaterThan(1);
  const withoutKey = [0, 1, 2, 3].map((p) => seen.delivered.filter((r) => r.partition === p && r.key === null).length);
  expect(withoutKey).toEqual([10, 10, 10, 10]);
});

it('refuses only the record that is too large for the topic, and has written those before it', async () => {
  const topic = await newTopic(driver, 1, { 'max.message.bytes': '20000' });
  const producer = closedAfterwards(driver.producer());
  // 100 records of 500 bytes are too much for one batch, and none of them alone is.
  await producer.send(
    topic,
    0,
    texts('x'.repeat(490), 100).map((v) => textRecord(v)),
  );
  await expect(producer.send(topic, 0, [textRecord('small'), textRecord('y'.repeat(30_000))])).rejects.toMatchObject({
    name: 'RecordError',
    code: 'RECORD_TOO_LARGE_FOR_TOPIC',
  });
  const { seen } = await started(driver, consumerOptions([topic]));
  await waitFor(() => seen.delivered.length === 101, { what: '101 records' });
  expect(seen.values.at(-1)).toBe('small');
});

it('cuts what is more than one batch may hold', async () => {
  const topic = await newTopic(driver, 1);
  const producer = closedAfterwards(driver.producer());
  const values = texts('z'.repeat(100_000), 40);
  await producer.send(
    topic,
    0,
    values.map((v) => textRecord(v)),
  );
  const { seen } = await started(driver, consumerOptions([topic]));
  await waitFor(() => seen.delivered.length === 40, { what: '40 records' });
  expect(seen.values).toEqual(values);
});

it('an admin leaves existing topics alone, deletes, and says what is not there', async () => {
  const admin = closedAfterwards(driver.admin());
  const name = uniqueName('admin');
  const topic = { name, partitions: 2, replicationFactor: -1, configs: { 'retention.ms': '-1' } };
  await admin.createTopics([topic]);
  await admin.createTopics([{ ...topic, partitions: 7 }]);
  expect(await admin.describeTopics([name, uniqueName('none')])).toEqual([{ name, partitions: [0, 1] }]);
  expect(await admin.listTopics()).toContain(name);
  expect(await admin.listOffsets(name, 'earliest')).toEqual(
    new Map([
      [0, 0],
      [1, 0],
    ]),
  );
  expect(await admin.committedOffsets(uniqueName('nobody'), name)).toEqual(new Map());
  await expect(
    admin.createTopics([{ ...topic, name: uniqueName('bad'), configs: { 'no.such.key': '1' } }]),
  ).rejects.toMatchObject({
    name: 'FatalError',
    code: 'INVALID_CONFIG',
  });
  await admin.deleteTopics([name, uniqueName('none')]);
  await waitFor(async () => (await admin.describeTopics([name])).length === 0, { what: 'the topic to be gone' });
  await expect(admin.listOffsets(name, 'latest')).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
});

it('says that no broker can be reached, and where it looked', async () => {
  const lonely = createKafkaDriver(
    { bootstrapServers: ['127.0.0.1:1'], clientId: 'tests' },
    { logger: silentLogger, clock: systemClock, random: Math.random },
  );
  const consumer = closedAfterwards(lonely.consumer(consumerOptions(['t']), new Recording()));
  await expect(consumer.start()).rejects.toMatchObject({
    name: 'RetriableError',
    code: 'BROKER_UNREACHABLE',
    message: expect.stringContaining('127.0.0.1:1'),
  });
});
