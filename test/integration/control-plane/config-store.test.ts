import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Refused } from '../../../functions/control-plane/refused.ts';
import { connectorOf, storesOf } from '../../helpers/control-plane/stores.ts';
import { kafkaForTests, uniqueName } from '../../helpers/kafka.ts';
import { readTopic } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

/** kafkajs' own clients, which know nothing of ours. */
async function foreignClients(bootstrapServers: string) {
  const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  onTestFinished(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });
  await Promise.all([admin.connect(), producer.connect()]);
  return { admin, producer };
}

async function workersOf(count: number, settings: Readonly<Record<string, string>> = {}) {
  const { bootstrapServers } = await kafkaForTests();
  const group = uniqueName('workers');
  const workers = Array.from({ length: count }, () => storesOf(bootstrapServers, group, settings));
  const [first] = workers;
  if (first === undefined) throw new Error('no workers');
  return { bootstrapServers, group, workers, first, topic: first.topics.config.name };
}

describe('the config topic', () => {
  it('lets one of many win that create the same connector at once, on every worker', async () => {
    const { workers, bootstrapServers, topic } = await workersOf(3);
    await Promise.all(workers.map(({ start }) => start()));
    const creations = workers.flatMap(({ config }, worker) =>
      Array.from({ length: 3 }, (_, i) =>
        config.update((state) => {
          if (state.connectors.has('orders')) throw new Refused(409, 'there is one already');
          const by = `${worker}-${i}`;
          return { writes: [connectorOf('orders', by), connectorOf(`other-${by}`)], answer: by };
        }),
      ),
    );
    const ends = await Promise.allSettled(creations);
    const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    expect(won).toHaveLength(1);
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [(end.reason as Error).message] : []));
    expect(refused).toEqual(Array(8).fill('there is one already'));
    for (const { config, names } of workers) {
      expect((await config.latest()).connectors.get('orders')?.config).toEqual({ x: won[0] });
      expect(names()).toEqual(['orders', `other-${won[0]}`]);
    }
    // As Kafka Connect's own tools read it.
    const [record] = await readTopic(bootstrapServers, topic, 1);
    expect([String(record?.key), String(record?.value)]).toEqual([
      'connector-orders',
      `{"properties":{"x":"${won[0]}"}}`,
    ]);
  });

  it('tells orders to all who listen, and to nobody who comes later', async () => {
    const { workers, first, bootstrapServers, group } = await workersOf(2);
    const [, second] = workers;
    await Promise.all(workers.map(({ start }) => start()));
    const order = { order: 'restart', connector: 'a', includeTasks: true, onlyFailed: false } as const;
    await first.write(connectorOf('a'), { write: 'order', order });
    expect(first.orders).toEqual([order]);
    await waitFor(() => second?.orders.length === 1, { what: 'the order at the other worker' });
    const late = storesOf(bootstrapServers, group);
    await late.start();
    await late.write(connectorOf('b'));
    expect(late.orders).toEqual([]);
    expect(late.names()).toEqual(['a', 'b']);
  });

  it('wiped of half its records, filled with garbage, deleted and made anew: what is valid goes on, and what was known is written again', async () => {
    const { workers, first, bootstrapServers, group, topic } = await workersOf(2);
    const { admin, producer } = await foreignClients(bootstrapServers);
    await Promise.all(workers.map(({ start }) => start()));
    await first.write(connectorOf('a'), { write: 'target', name: 'a', target: 'STOPPED' });
    await first.write(connectorOf('b'));
    await first.write(connectorOf('c'));
    await first.write({ write: 'delete', name: 'c' });
    const wiped = first.config.state().connectors.get('b')?.revision;
    const policy = (value: string) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          { type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'cleanup.policy', value }] },
        ],
      });
    // As a compacted topic loses records in life: by somebody who set it to be deleted from for a while.
    await policy('delete');
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(wiped) }] });
    await policy('compact');
    await producer.send({
      topic,
      messages: [
        { key: 'connector-b', value: 'garbage' },
        { key: Buffer.from([0xff]), value: 'no text for a key' },
        { key: 'connector-a', value: '{"properties":{"x":5}}' },
        { key: 'somebody-elses', value: '{}' },
      ],
    });
    const saidOf = ({ said }: typeof first, text: string) => said.filter(({ message }) => message.includes(text));
    for (const worker of workers) {
      await waitFor(() => worker.config.unreadable === 4, { what: 'the garbage' });
      await waitFor(() => saidOf(worker, 'is in it again').length > 0, { what: 'what was lost to be written again' });
      expect(worker.names()).toEqual(['a', 'b']);
      expect(saidOf(worker, 'the beginning of the configuration topic was deleted')).toHaveLength(1);
      const lost = saidOf(worker, 'lost what this worker still knows').flatMap(({ fields }) => fields['lost']);
      expect(new Set(lost)).toEqual(new Set(['a', 'b']));
      expect(saidOf(worker, 'not understood')[0]?.fields).toMatchObject({ topic, partition: 0, key: 'connector-b' });
    }
    // Whoever starts now finds all of it.
    const late = storesOf(bootstrapServers, group);
    await late.start();
    expect(late.names()).toEqual(['a', 'b']);
    expect(late.config.state().connectors.get('a')?.target).toBe('STOPPED');

    await admin.deleteTopics({ topics: [topic] });
    await waitFor(async () => !(await admin.listTopics()).includes(topic), { what: 'the topic to go' });
    const config = { topic, numPartitions: 1, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] };
    await waitFor(() => admin.createTopics({ topics: [config] }).catch(() => false), { what: 'the topic made anew' });
    const all = [...workers, late];
    for (const worker of all) {
      await waitFor(() => saidOf(worker, 'not what was read any more').length > 0, { what: 'the new topic noticed' });
      await waitFor(async () => (await worker.config.latest()).connectors.get('a')?.config['x'] === '1', {
        what: 'what the new topic lacks',
      });
    }
    await late.write(connectorOf('d'));
    const newest = storesOf(bootstrapServers, group);
    await newest.start();
    for (const worker of [...all, newest]) {
      await worker.config.latest();
      expect(worker.names()).toEqual(['a', 'b', 'd']);
      expect(worker.config.state().connectors.get('a')?.target).toBe('STOPPED');
    }
  });

  it('is refused with two partitions, or where Kafka deletes old records', async () => {
    const { bootstrapServers, first, topic, group } = await workersOf(1);
    const { admin } = await foreignClients(bootstrapServers);
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await expect(first.start()).rejects.toMatchObject({
      code: 'INTERNAL_TOPIC_UNFIT',
      message: expect.stringContaining('config.storage.topic) has 2 partitions'),
    });
    const other = storesOf(bootstrapServers, group, { 'config.storage.topic': `${topic}.plain` });
    await admin.createTopics({ topics: [{ topic: `${topic}.plain`, numPartitions: 1 }] });
    await expect(other.start()).rejects.toMatchObject({
      code: 'INTERNAL_TOPIC_UNFIT',
      message: expect.stringContaining('cleanup.policy=delete'),
    });
  });
});
