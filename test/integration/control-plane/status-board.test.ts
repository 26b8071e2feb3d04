import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunState, Status } from '../../../functions/control-plane/status-board.ts';
import { systemClock } from '../../../shared/clock.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { storesOf } from '../../helpers/control-plane/stores.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import { kafkaForTests, uniqueName } from '../../helpers/kafka.ts';
import { readTopic } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const status = (state: RunState, workerId: string, generation: number): Status => ({
  state,
  workerId,
  generation,
  version: '1.0.0',
});

async function twoBoards() {
  const { bootstrapServers } = await kafkaForTests();
  const group = uniqueName('workers');
  const [one, two] = [storesOf(bootstrapServers, group), storesOf(bootstrapServers, group)];
  await Promise.all([one.board.start(), two.board.start()]);
  return { bootstrapServers, group, one, two, topic: one.topics.status.name };
}

describe('the status topic', () => {
  it('says the same on every worker, also to one that starts later, and as Kafka Connect writes it', async () => {
    const { bootstrapServers, group, one, two, topic } = await twoBoards();
    one.board.putConnector('a', status('RUNNING', 'w1:1', 1));
    for (let task = 0; task < 12; task++) one.board.putTask('a', task, status('RUNNING', 'w1:1', 1));
    one.board.noteTopic('a', 0, 'orders');
    one.board.putActivity('a', 'w1:1', { events: ['x'] });
    two.board.putActivity('a', 'w2:1', { events: [] });
    // Here at once.
    expect([one.board.tasks('a').size, one.board.topics('a')]).toEqual([12, ['orders']]);
    await Promise.all([one.board.flush(30_000), two.board.flush(30_000)]);
    const late = storesOf(bootstrapServers, group);
    await late.board.start();
    for (const { board } of [one, two, late]) {
      await waitFor(() => board.tasks('a').size === 12 && board.activities('a').size === 2, { what: 'the statuses' });
      expect(board.connector('a')).toEqual(status('RUNNING', 'w1:1', 1));
      expect([...board.tasks('a').keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(board.topics('a')).toEqual(['orders']);
      expect(board.activities('a').get('w1:1')).toEqual({ events: ['x'] });
    }
    const records = await readTopic(bootstrapServers, topic, 16);
    const found = records.find(({ key }) => String(key) === 'status-task-a-3');
    expect(JSON.parse(String(found?.value))).toEqual({
      state: 'RUNNING',
      trace: null,
      worker_id: 'w1:1',
      generation: 1,
      version: '1.0.0',
    });

    one.board.resetTopics('a');
    one.board.forgetTask('a', 11);
    await waitFor(() => two.board.topics('a').length === 0 && two.board.tasks('a').size === 11, {
      what: 'what was forgotten',
    });
    one.board.forgetConnector('a');
    expect([one.board.connector('a'), one.board.tasks('a').size, one.board.activities('a').size]).toEqual([
      undefined,
      0,
      0,
    ]);
    for (const { board } of [two, late])
      await waitFor(
        () => board.connector('a') === undefined && board.tasks('a').size + board.activities('a').size === 0,
        {
          what: 'the connector to be forgotten',
        },
      );
  });

  it('what a worker of an older generation says late does not count', async () => {
    const { one, two } = await twoBoards();
    one.board.putTask('a', 0, status('RUNNING', 'w1:1', 4));
    await waitFor(() => two.board.tasks('a').size === 1, { what: 'the first status' });
    two.board.putTask('a', 0, status('RUNNING', 'w2:1', 5));
    await waitFor(() => one.board.tasks('a').get(0)?.workerId === 'w2:1', { what: 'the newer generation' });
    one.board.putTask('a', 0, status('UNASSIGNED', 'w1:1', 4));
    await one.board.flush(30_000);
    for (const { board } of [one, two]) expect(board.tasks('a').get(0)).toEqual(status('RUNNING', 'w2:1', 5));
  });

  it('is told again what it lost, and passes over what it does not understand', async () => {
    const { bootstrapServers, one, two, topic } = await twoBoards();
    const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun };
    const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
    const [producer, admin] = [driver.producer(), driver.admin()];
    onTestFinished(async () => {
      await Promise.all([producer.close(), admin.close()]);
    });
    const garbage = { key: Buffer.from('status-task-a-0'), value: Buffer.from('garbage'), headers: [], timestamp: 1 };
    await producer.send(topic, undefined, [garbage]);
    one.board.putTask('a', 0, status('RUNNING', 'w1:1', 1));
    await one.board.flush(30_000);
    await waitFor(() => two.board.tasks('a').size === 1 && two.board.unreadable === 1, {
      what: 'the status after garbage',
    });

    await admin.deleteTopics([topic]);
    await waitFor(async () => (await admin.describeTopics([topic])).length === 0, { what: 'the topic to go' });
    const anew = { name: topic, partitions: 6, replicationFactor: -1, configs: { 'cleanup.policy': 'compact' } };
    await waitFor(
      () =>
        admin
          .createTopics([anew])
          .then(() => true)
          .catch(() => false),
      { what: 'the topic made anew' },
    );
    const [record] = await readTopic(bootstrapServers, topic, 1);
    expect(String(record?.key)).toBe('status-task-a-0');
    expect(two.board.tasks('a').size).toBe(1);
  });
});
