import { beforeAll, describe, expect, it } from 'vitest';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import {
  closedAfterwards,
  consumerOptions,
  foreignClient,
  newTopic,
  produce,
  recordingConsumer,
  started,
  testDriver,
  textRecord,
  texts,
} from './harness.ts';

let driver: KafkaDriver;
beforeAll(async () => {
  driver = await testDriver();
});

async function committed(groupId: string, topic: string) {
  const admin = driver.admin();
  const offsets = await admin.committedOffsets(groupId, topic);
  await admin.close();
  return offsets;
}

describe('where a new group begins', () => {
  it('at the beginning, committed before the first record is delivered', async () => {
    const topic = await newTopic(driver, 1);
    await produce(driver, topic, texts('v', 3));
    const options = consumerOptions([topic], { startOffset: 'earliest' });
    const { seen } = await started(driver, options);
    expect(await committed(options.groupId, topic)).toEqual(new Map([[0, { offset: 0, metadata: '' }]]));
    await waitFor(() => seen.delivered.length === 3, { what: 'three records' });
  });

  it('at the end, and does not move when it crashes before the first record', async () => {
    const topic = await newTopic(driver, 2);
    await produce(driver, topic, texts('old', 5), 0);
    const options = consumerOptions([topic], { startOffset: 'latest' });
    const first = await started(driver, options);
    expect(first.seen.assignments.map((p) => [p.partition, p.position]).sort()).toEqual([
      [0, 5],
      [1, 0],
    ]);
    // It ends without having committed anything itself; what comes meanwhile must be seen by the next one.
    await first.consumer.close();
    await produce(driver, topic, texts('new', 2), 0);
    await produce(driver, topic, texts('other', 2), 1);
    const second = await started(driver, options);
    await waitFor(() => second.seen.delivered.length === 4, { what: 'the four records written in between' });
    expect(second.seen.values.sort()).toEqual(['new0', 'new1', 'other0', 'other1']);
  });

  it('at a time, and at the end where no record is that late', async () => {
    const topic = await newTopic(driver, 2);
    const producer = closedAfterwards(driver.producer());
    for (const [value, at] of [
      ['a', 1_000_000],
      ['b', 2_000_000],
      ['c', 3_000_000],
    ] as const) {
      await producer.send(topic, 0, [textRecord(value, null, at)]);
      await producer.send(topic, 1, [textRecord(value, null, 10)]);
    }
    const { seen } = await started(driver, consumerOptions([topic], { startOffset: 1_500_000 }));
    expect(seen.assignments.map((p) => [p.partition, p.position]).sort()).toEqual([
      [0, 1],
      [1, 3],
    ]);
    await waitFor(() => seen.delivered.length === 2, { what: 'b and c' });
    expect(seen.values).toEqual(['b', 'c']);
  });

  it('gives back the metadata of a commit', async () => {
    const topic = await newTopic(driver, 1);
    await produce(driver, topic, texts('v', 3));
    const options = consumerOptions([topic]);
    const first = await started(driver, options);
    await first.consumer.commit([{ topic, partition: 0, offset: 2, metadata: '状态' }]);
    await first.consumer.close();
    const second = await started(driver, options);
    expect(second.seen.assignments).toEqual([{ topic, partition: 0, position: 2, metadata: '状态' }]);
  });

  it('reads partitions that are added later from their beginning, also with `latest`', async () => {
    const topic = await newTopic(driver, 1);
    await produce(driver, topic, ['old']);
    const { seen } = await started(
      driver,
      consumerOptions([topic], { startOffset: 'latest', metadataMaxAgeMs: 3_000 }),
    );
    const kafkajs = (await foreignClient()).admin();
    await kafkajs.connect();
    await kafkajs.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await kafkajs.disconnect();
    // Written before the consumer can know of the partition.
    const producer = closedAfterwards(driver.producer());
    await producer.send(topic, 2, [textRecord('early')]);
    await waitFor(() => seen.values.includes('early'), { what: 'the record in the added partition' });
    expect(seen.assignments.map((p) => [p.partition, p.position])).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
    expect(seen.revocations).toEqual([]);
  });

  it('picks up topics that match a pattern later, from their beginning, and no others', async () => {
    const prefix = uniqueName('regex');
    const first = await newTopic(driver, 1, {}, `${prefix}-a`);
    await newTopic(driver, 1, {}, `other-${prefix}-a`);
    await produce(driver, first, ['old']);
    const { seen } = await started(
      driver,
      consumerOptions(new RegExp(`${prefix}-[a-z]`), { startOffset: 'latest', metadataMaxAgeMs: 1_000 }),
    );
    const second = await newTopic(driver, 2, {}, `${prefix}-b`);
    await produce(driver, second, ['early'], 1);
    await waitFor(() => seen.values.includes('early'), { what: 'the record in the new topic' });
    expect(new Set(seen.assignments.map((p) => p.topic))).toEqual(new Set([first, second]));
  });

  it('starts with a pattern that matches nothing yet', async () => {
    const prefix = uniqueName('none-yet');
    const { seen } = await started(driver, consumerOptions(new RegExp(`${prefix}.*`)));
    expect(seen.assignments).toEqual([]);
    const topic = await newTopic(driver, 1, {}, `${prefix}-1`);
    await produce(driver, topic, ['first']);
    await waitFor(() => seen.values.includes('first'), { what: 'the first record' });
  });

  it('goes on with the others while a topic is deleted, and takes it back from its beginning when it is made anew', async () => {
    const [stays, goes] = [await newTopic(driver, 1), await newTopic(driver, 1)];
    await produce(driver, goes, texts('old', 3));
    const { seen } = await started(
      driver,
      consumerOptions([stays, goes], { startOffset: 'latest', drainTimeoutMs: 500 }),
    );
    const admin = closedAfterwards(driver.admin());
    await admin.deleteTopics([goes]);
    await waitFor(() => seen.revocations.length === 1, { what: 'the deleted topic to be let go' });
    await produce(driver, stays, ['meanwhile']);
    await waitFor(() => seen.values.includes('meanwhile'), { what: 'the other topic' });
    await newTopic(driver, 1, {}, goes);
    await produce(driver, goes, ['anew']);
    await waitFor(() => seen.values.includes('anew'), { what: 'the topic that was made anew' });
    expect(seen.failures).toEqual([]);
    expect(seen.values).toEqual(['meanwhile', 'anew']);
  });

  it('refuses topics that do not exist, naming them', async () => {
    const topic = await newTopic(driver, 1);
    const missing = uniqueName('missing');
    const { consumer, seen } = recordingConsumer(driver, consumerOptions([topic, missing]));
    await expect(consumer.start()).rejects.toMatchObject({
      name: 'FatalError',
      code: 'TOPIC_MISSING',
      message: expect.stringContaining(missing),
    });
    expect(seen.failures).toEqual([]);
  });
});
