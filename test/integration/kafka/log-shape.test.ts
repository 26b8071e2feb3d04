import { beforeAll, describe, expect, it } from 'vitest';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import {
  closedAfterwards,
  consumerOptions,
  foreignClient,
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

async function deleteRecords(topic: string, before: number): Promise<void> {
  const admin = (await foreignClient()).admin();
  await admin.connect();
  // kafkajs deletes records only of topics whose metadata it has.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(before) }] });
  await admin.disconnect();
}

describe('records that Kafka deleted before they were read', () => {
  it('are a gap when the group comes back, and reading goes on at the earliest', async () => {
    const topic = await newTopic(driver, 1);
    const options = consumerOptions([topic]);
    await produce(driver, topic, texts('v', 10));
    const first = await started(driver, options);
    await first.consumer.commit([{ topic, partition: 0, offset: 2, metadata: 'kept' }]);
    await first.consumer.close();
    await deleteRecords(topic, 7);
    const { seen } = await started(driver, options);
    await waitFor(() => seen.delivered.length === 3, { what: 'the three records that are left' });
    expect(seen.assignments).toEqual([{ topic, partition: 0, position: 7, metadata: 'kept', committed: 2 }]);
    expect(seen.gaps).toEqual([{ tp: `${topic}-0`, from: 2, to: 7 }]);
    expect(seen.values).toEqual(['v7', 'v8', 'v9']);
    const admin = closedAfterwards(driver.admin());
    expect(await admin.committedOffsets(options.groupId, topic)).toEqual(
      new Map([[0, { offset: 7, metadata: 'kept' }]]),
    );
  });

  it('are a gap in the middle of reading', async () => {
    const topic = await newTopic(driver, 1);
    const { consumer, seen } = await started(driver, consumerOptions([topic]));
    await waitFor(() => seen.progress.size === 1, { what: 'a fetch' });
    consumer.pause({ topic, partition: 0 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await produce(driver, topic, texts('v', 10));
    const from = seen.delivered.length;
    await deleteRecords(topic, 6);
    consumer.resume({ topic, partition: 0 });
    await waitFor(() => seen.values.includes('v9'), { what: 'the last record' });
    expect(seen.gaps).toEqual([{ tp: `${topic}-0`, from, to: 6 }]);
    expect(seen.values.slice(from)).toEqual(['v6', 'v7', 'v8', 'v9']);
  });
});

describe('a committed offset past the end of the log', () => {
  it('halts that partition and no other, until a person decides', async () => {
    const topic = await newTopic(driver, 2);
    const options = consumerOptions([topic]);
    await produce(driver, topic, texts('v', 3), 0);
    await produce(driver, topic, texts('w', 3), 1);
    const first = await started(driver, options);
    await first.consumer.commit([{ topic, partition: 0, offset: 100, metadata: 'm' }]);
    await first.consumer.close();
    const { seen } = await started(driver, options);
    const halted = seen.assignments.find((p) => p.partition === 0);
    expect(halted).toMatchObject({ position: 100, metadata: 'm', halted: { code: 'OFFSET_PAST_END' } });
    expect(halted?.halted?.message).toContain(`${topic}-0`);
    await waitFor(() => seen.delivered.length === 3, { what: 'the other partition' });
    await produce(driver, topic, texts('later', 3), 0);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(seen.delivered.every((r) => r.partition === 1)).toBe(true);
    const admin = closedAfterwards(driver.admin());
    expect((await admin.committedOffsets(options.groupId, topic)).get(0)).toEqual({ offset: 100, metadata: 'm' });
  });
});

describe('a topic that is deleted and made anew while its partition is paused', () => {
  it('is read from its new beginning when the old position is past its end', async () => {
    const topic = await newTopic(driver, 1);
    await produce(driver, topic, texts('old', 10));
    const { consumer, seen } = await started(driver, consumerOptions([topic], { metadataMaxAgeMs: 600_000 }));
    await waitFor(() => seen.delivered.length === 10, { what: 'the old records' });
    await consumer.commit([{ topic, partition: 0, offset: 10 }]);
    consumer.pause({ topic, partition: 0 });
    await new Promise((resolve) => setTimeout(resolve, 700));
    const admin = closedAfterwards(driver.admin());
    await admin.deleteTopics([topic]);
    await waitFor(async () => (await admin.describeTopics([topic])).length === 0, { what: 'the deletion' });
    await newTopic(driver, 1, {}, topic);
    await produce(driver, topic, texts('new', 5));
    consumer.resume({ topic, partition: 0 });
    await waitFor(() => seen.delivered.length === 15, { what: 'the new records' });
    expect(seen.values.slice(10)).toEqual(texts('new', 5));
    expect(seen.assignments.map(({ position, halted }) => [position, halted])).toEqual([
      [0, undefined],
      [0, undefined],
    ]);
    expect([seen.losses, seen.gaps]).toEqual([[{ topic, partition: 0 }], []]);
    await consumer.commit([{ topic, partition: 0, offset: 5 }]);
  });
});

describe('transactions', () => {
  it('shows committed records only, and the position passes markers and what was rolled back', async () => {
    const topic = await newTopic(driver, 1);
    const producer = (await foreignClient()).producer({
      transactionalId: `tx-${topic}`,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    const transaction = async (values: string[], end: 'commit' | 'abort') => {
      const tx = await producer.transaction();
      for (const value of values) await tx.send({ topic, messages: [{ value }] });
      await tx[end]();
    };
    await transaction(['kept1', 'kept2'], 'commit');
    await transaction(['gone1', 'gone2'], 'abort');
    await produce(driver, topic, ['plain']);
    await transaction(['kept3'], 'commit');
    await transaction(['gone3'], 'abort');
    await producer.disconnect();

    const { seen } = await started(driver, consumerOptions([topic]));
    await waitFor(() => seen.progress.get(`${topic}-0`)?.position === 11, {
      what: 'the end of the log, its last marker included',
    });
    expect(seen.values).toEqual(['kept1', 'kept2', 'plain', 'kept3']);
    expect(seen.progress.get(`${topic}-0`)).toEqual({ position: 11, end: 11 });

    const raw = await started(driver, consumerOptions([topic], { isolationLevel: 'read_uncommitted' }));
    await waitFor(() => raw.seen.progress.get(`${topic}-0`)?.position === 11, { what: 'the end of the log' });
    expect(raw.seen.values).toEqual(['kept1', 'kept2', 'gone1', 'gone2', 'plain', 'kept3', 'gone3']);
  });

  it('does not pass an open transaction, and says so by the end offset', async () => {
    const topic = await newTopic(driver, 1);
    const producer = (await foreignClient()).producer({
      transactionalId: `open-${topic}`,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    await produce(driver, topic, ['before']);
    const tx = await producer.transaction();
    await tx.send({ topic, messages: [{ value: 'open' }] });
    await produce(driver, topic, ['after']);
    const admin = closedAfterwards(driver.admin());
    expect((await admin.listOffsets(topic, 'latest', 'read_committed')).get(0)).toBe(1);
    expect((await admin.listOffsets(topic, 'latest')).get(0)).toBe(3);
    const { seen } = await started(driver, consumerOptions([topic]));
    await waitFor(() => seen.progress.get(`${topic}-0`)?.position === 1, { what: 'the record before' });
    expect(seen.progress.get(`${topic}-0`)?.end).toBe(1);
    await tx.commit();
    await producer.disconnect();
    await waitFor(() => seen.delivered.length === 3, { what: 'all three' });
    expect(seen.values).toEqual(['before', 'open', 'after']);
  });
});

describe('batches that the broker (Java) compressed', () => {
  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('%s', async (codec) => {
    const topic = await newTopic(driver, 1, { 'compression.type': codec });
    const values = texts('压缩-'.repeat(200), 300);
    const producer = closedAfterwards(driver.producer());
    const headers = [
      { key: 'h', value: Buffer.from([1, 2, 0xff]) },
      { key: 'h', value: null },
    ];
    await producer.send(
      topic,
      0,
      values.map((v) => ({ ...textRecord(v, v.slice(-3)), headers })),
    );
    const { seen } = await started(driver, consumerOptions([topic]));
    await waitFor(() => seen.delivered.length === 300, { what: '300 records' });
    expect(seen.values).toEqual(values);
    expect(seen.delivered.map((r) => r.offset)).toEqual(values.map((_, i) => i));
    expect([...(seen.delivered[299]?.headers ?? [])]).toEqual(headers);
  });
});

it('moves past what compaction removed', async () => {
  const topic = await newTopic(driver, 1, {
    'cleanup.policy': 'compact',
    'min.cleanable.dirty.ratio': '0.0',
    'segment.ms': '100',
    'max.compaction.lag.ms': '100',
  });
  const producer = closedAfterwards(driver.producer());
  const write = async (keys: readonly string[], value: string) => {
    await producer.send(
      topic,
      0,
      keys.map((k) => textRecord(value, k)),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  await write(texts('k', 10), 'old');
  await write(texts('k', 10), 'new');
  // The batch of `new` keeps its head and loses its tail.
  await write(texts('k', 10).slice(5), 'newest');
  await write(['last'], 'last');
  await write(['very last'], 'very last');
  // The broker cleans in its own time, and not always all of it at once: the wait is for the last of it.
  const offsets = [10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25, 26];
  const compacted = await waitFor(
    async () => {
      const { consumer, seen } = await started(driver, consumerOptions([topic]));
      await waitFor(() => seen.progress.get(`${topic}-0`)?.position === 27, { what: 'the end' });
      await consumer.close();
      return seen.delivered.length <= offsets.length ? seen : undefined;
    },
    { what: 'compaction by the broker', timeoutMs: 120_000 },
  );
  expect(compacted.values).toEqual([
    ...texts('new', 5).map(() => 'new'),
    ...texts('x', 5).map(() => 'newest'),
    'last',
    'very last',
  ]);
  expect(compacted.delivered.map((r) => r.offset)).toEqual(offsets);
}, 150_000);
