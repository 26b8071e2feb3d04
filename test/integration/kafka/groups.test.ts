import { beforeAll, describe, expect, it } from 'vitest';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import {
  consumerOptions,
  foreignClient,
  newTopic,
  produce,
  recordingConsumer,
  started,
  testDriver,
  texts,
} from './harness.ts';

let driver: KafkaDriver;
beforeAll(async () => {
  driver = await testDriver();
});

describe('members of one group', () => {
  it('share partitions; who keeps one reads on without a stop, and nothing is lost or read twice when commits are drained', async () => {
    const topic = await newTopic(driver, 4);
    const options = consumerOptions([topic]);
    const a = await started(driver, options);
    a.seen.onRevoked = (partitions) => a.seen.commit(partitions);
    expect(a.seen.owned.size).toBe(4);
    for (const partition of [0, 1, 2, 3]) await produce(driver, topic, texts(`first-${partition}-`, 50), partition);
    await waitFor(() => a.seen.delivered.length === 200, { what: 'the first 200 records' });

    const b = await started(driver, options);
    b.seen.onRevoked = (partitions) => b.seen.commit(partitions);
    await waitFor(() => b.seen.owned.size === 2 && a.seen.owned.size === 2, { what: 'two partitions for each' });
    expect(a.seen.revocations).toHaveLength(2);
    expect(a.seen.assignments).toHaveLength(4);
    // Committed by a's drain, not read again by b.
    expect(b.seen.assignments.map((p) => p.position)).toEqual([50, 50]);

    for (const partition of [0, 1, 2, 3]) await produce(driver, topic, texts(`second-${partition}-`, 50), partition);
    await waitFor(() => a.seen.delivered.length + b.seen.delivered.length === 400, { what: '400 records' });
    await a.consumer.close();
    await waitFor(() => b.seen.owned.size === 4, { what: 'all partitions at b' });
    for (const partition of [0, 1, 2, 3]) await produce(driver, topic, texts(`third-${partition}-`, 50), partition);
    await waitFor(() => b.seen.values.filter((v) => v.startsWith('third')).length === 200, {
      what: 'the last 200 records at b',
    });
    const all = [...a.seen.values, ...b.seen.values];
    expect(all).toHaveLength(600);
    expect(new Set(all).size).toBe(600);
  });

  it('refuses commits for partitions that went to another member', async () => {
    const topic = await newTopic(driver, 2);
    const options = consumerOptions([topic]);
    const a = await started(driver, options);
    await started(driver, options);
    const gone = await waitFor(
      () => a.seen.revocations[0] !== undefined && a.seen.owned.size === 1 && a.seen.revocations[0],
      { what: 'a revoke' },
    );
    await expect(a.consumer.commit([{ ...gone, offset: 1 }])).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'COMMIT_FENCED',
    });
    const kept = a.seen.assignments.find((p) => p.partition !== gone.partition);
    await a.consumer.commit([{ topic, partition: kept?.partition ?? -1, offset: 0 }]);
  });

  it('accepts commits while it drains, and lets go undrained after the drain timeout', async () => {
    const topic = await newTopic(driver, 2);
    const options = consumerOptions([topic], { drainTimeoutMs: 1_500 });
    await produce(driver, topic, texts('v', 5), 0);
    await produce(driver, topic, texts('w', 5), 1);
    const a = await started(driver, options);
    await waitFor(() => a.seen.delivered.length === 10, { what: 'ten records' });
    let committedInDrain = false;
    a.seen.onRevoked = async ([tp]) => {
      if (tp === undefined) return;
      await a.consumer.commit([{ ...tp, offset: 3, metadata: 'drained' }]);
      committedInDrain = true;
      await new Promise(() => undefined);
    };
    const b = await started(driver, options);
    await waitFor(() => b.seen.assignments.length === 1, { what: 'a partition at b' });
    expect(committedInDrain).toBe(true);
    expect(b.seen.assignments[0]).toMatchObject({ position: 3, metadata: 'drained' });
    await expect(
      a.consumer.commit([{ topic, partition: b.seen.assignments[0]?.partition ?? -1, offset: 5 }]),
    ).rejects.toMatchObject({
      code: 'COMMIT_FENCED',
    });
  });

  it('keeps its membership while the listener commits nothing for longer than the session', async () => {
    const topic = await newTopic(driver, 1);
    const { consumer, seen } = await started(
      driver,
      consumerOptions([topic], { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 300 }),
    );
    await produce(driver, topic, texts('v', 3));
    await waitFor(() => seen.delivered.length === 3, { what: 'three records' });
    consumer.pause({ topic, partition: 0 });
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    await consumer.commit([{ topic, partition: 0, offset: 3 }]);
    expect([seen.losses, seen.revocations]).toEqual([[], []]);
  });

  it('gives everything up when the group forgot it, and joins anew', async () => {
    const topic = await newTopic(driver, 1);
    const options = consumerOptions([topic], { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 60_000 });
    await produce(driver, topic, texts('v', 2));
    const { consumer, seen } = await started(driver, options);
    await waitFor(() => seen.delivered.length === 2, { what: 'two records' });
    // No heartbeat for longer than the session: the coordinator drops the member, and only the commit learns of it.
    await waitFor(
      async () => {
        const refused = await consumer.commit([{ topic, partition: 0, offset: 0 }]).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused === undefined) await new Promise((resolve) => setTimeout(resolve, 2_500));
        return refused as Error | undefined;
      },
      { what: 'a refused commit' },
    ).then((refused) => expect(refused).toMatchObject({ code: 'COMMIT_FENCED' }));
    await waitFor(() => seen.assignments.length === 2, { what: 'a second assignment' });
    expect(seen.losses).toEqual([{ topic, partition: 0 }]);
    await waitFor(() => seen.delivered.length === 4, { what: 'the records again' });
    expect(seen.failures).toEqual([]);
  });

  it('tells members with another protocol apart', async () => {
    const topic = await newTopic(driver, 1);
    const groupId = uniqueName('mixed');
    const foreign = (await foreignClient()).consumer({ groupId });
    await foreign.connect();
    await foreign.subscribe({ topic });
    let joined = false;
    foreign.on('consumer.group_join', () => {
      joined = true;
    });
    await foreign.run({ eachMessage: async () => undefined });
    await waitFor(() => joined, { what: 'the foreign member' });
    const { consumer } = recordingConsumer(driver, consumerOptions([topic], { groupId }));
    await expect(consumer.start()).rejects.toMatchObject({ name: 'FatalError', code: 'INCONSISTENT_GROUP_PROTOCOL' });
    await foreign.disconnect();
  });

  it('closes fast when nothing is pending, and twice', async () => {
    const topic = await newTopic(driver, 1);
    const { consumer, seen } = await started(driver, consumerOptions([topic], { fetchMaxWaitMs: 20_000 }));
    await produce(driver, topic, ['v']);
    await waitFor(() => seen.progress.size === 1, { what: 'a fetch' });
    const before = performance.now();
    await Promise.all([consumer.close(), consumer.close()]);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(seen.revocations).toEqual([{ topic, partition: 0 }]);
    await expect(consumer.commit([{ topic, partition: 0, offset: 1 }])).rejects.toBeDefined();
  });
});
