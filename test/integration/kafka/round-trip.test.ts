import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KafkaDriver, ProducerRecord } from '../../../shared/kafka/driver.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import {
  closedAfterwards,
  consumerOptions,
  newTopic,
  produce,
  started,
  testDriver,
  textRecord,
  texts,
} from './harness.ts';

let driver: KafkaDriver;
beforeAll(async () => {
  driver = await testDriver();
});

describe('what is produced is what is consumed', () => {
  it('keeps keys, values, timestamps, and headers that repeat, are binary, empty or null', async () => {
    const topic = await newTopic(driver, 1);
    const producer = closedAfterwards(driver.producer());
    const bytes = randomBytes(64);
    const records: ProducerRecord[] = [
      {
        key: bytes,
        value: Buffer.from('值'),
        headers: [
          { key: 'a', value: Buffer.from([0xff, 0x00]) },
          { key: 'b', value: null },
          { key: 'a', value: Buffer.alloc(0) },
          { key: '', value: bytes },
        ],
        timestamp: 1_700_000_000_123,
      },
      { key: null, value: null, headers: [], timestamp: 1_700_000_000_000 },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [], timestamp: 1_700_000_100_000 },
    ];
    await producer.send(topic, 0, records);
    const { seen } = await started(driver, consumerOptions([topic]));
    await waitFor(() => seen.delivered.length === 3, { what: 'three records' });
    expect(
      seen.delivered.map(({ key, value, headers, timestamp }) => ({ key, value, headers: [...headers], timestamp })),
    ).toEqual(records);
    expect(seen.delivered.map((r) => [r.offset, r.partition, r.timestampType])).toEqual([
      [0, 0, 'CreateTime'],
      [1, 0, 'CreateTime'],
      [2, 0, 'CreateTime'],
    ]);
  });

  it('gives LogAppendTime where the topic asks for it', async () => {
    const topic = await newTopic(driver, 1, { 'message.timestamp.type': 'LogAppendTime' });
    const before = Date.now();
    const producer = closedAfterwards(driver.producer());
    await producer.send(topic, 0, [textRecord('x', null, 1_000)]);
    const { seen } = await started(driver, consumerOptions([topic]));
    await waitFor(() => seen.delivered.length === 1, { what: 'one record' });
    expect(seen.delivered[0]?.timestampType).toBe('LogAppendTime');
    expect(seen.delivered[0]?.timestamp).toBeGreaterThanOrEqual(before - 1_000);
  });

  it('delivers a 3 MB record through fetches of 1 MB, and what lies around it', async () => {
    const topic = await newTopic(driver, 2, { 'max.message.bytes': '8000000' });
    const large = 'x'.repeat(3_000_000);
    for (const partition of [0, 1]) {
      await produce(driver, topic, texts('before', 3), partition);
      await produce(driver, topic, [large], partition);
      await produce(driver, topic, texts('after', 3), partition);
    }
    const { seen } = await started(
      driver,
      consumerOptions([topic], { fetchMaxBytes: 1_000_000, fetchMaxBytesPerPartition: 1_000_000 }),
    );
    await waitFor(() => seen.delivered.length === 14, { what: 'all fourteen records' });
    expect(seen.delivered.filter((r) => r.value?.length === 3_000_000)).toHaveLength(2);
    expect(seen.delivered.filter((r) => r.partition === 1).map((r) => r.offset)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('stops fetching a paused partition and goes on with it', async () => {
    const topic = await newTopic(driver, 1);
    const { consumer, seen } = await started(driver, consumerOptions([topic]));
    consumer.pause({ topic, partition: 0 });
    await produce(driver, topic, ['one']);
    // The fetch that was under way may still bring it: pause again behind it and look at the second record.
    await waitFor(() => seen.progress.size === 1 || seen.delivered.length === 1, {
      what: 'the fetch under way',
      timeoutMs: 5_000,
    }).catch(() => undefined);
    await produce(driver, topic, ['two']);
    const end = await driverEnd(topic);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(seen.progress.get(`${topic}-0`)?.position ?? 0).toBeLessThan(end);
    consumer.resume({ topic, partition: 0 });
    await waitFor(() => seen.values.length === 2, { what: 'both records after resume' });
    expect(seen.values).toEqual(['one', 'two']);
  });
});

async function driverEnd(topic: string): Promise<number> {
  const admin = driver.admin();
  const end = (await admin.listOffsets(topic, 'latest')).get(0) ?? 0;
  await admin.close();
  return end;
}
