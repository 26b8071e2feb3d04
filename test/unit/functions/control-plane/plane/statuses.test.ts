import { describe, expect, it } from 'vitest';
import type { ConfigOrder } from '../../../../../functions/control-plane/config-state.ts';
import { ossConfig, planeInMemory, refusal, status } from '../../../../helpers/control-plane/service.ts';

/** A connector `c` that runs, with a task that runs and one that failed. */
async function halfFailed() {
  const made = planeInMemory();
  await made.plane.create('c', ossConfig(), 'STARTED');
  made.board.putConnector('c', status('RUNNING'));
  made.board.putTask('c', 0, status('RUNNING'));
  made.board.putTask('c', 1, status('FAILED', { workerId: 'w2:8083', trace: 'FatalError: no such bucket' }));
  const orders: ConfigOrder[] = [];
  made.topic.hear({ changed: () => undefined, ordered: (order) => orders.push(order) });
  return { ...made, orders };
}

const RUNNING = { state: 'RUNNING', worker_id: 'w1:8083', version: '1.2.3' };
const FAILED = { state: 'FAILED', worker_id: 'w2:8083', version: '1.2.3', trace: 'FatalError: no such bucket' };

describe('status', () => {
  it('is what the workers say', async () => {
    const { plane } = await halfFailed();
    const tasks = [
      { id: 0, ...RUNNING },
      { id: 1, ...FAILED },
    ];
    expect(plane.status('c')).toEqual({ name: 'c', connector: RUNNING, tasks, type: 'sink' });
    expect(plane.taskStatus('c', 1)).toEqual(tasks[1]);
    expect(plane.info('c').tasks).toEqual([
      { connector: 'c', task: 0 },
      { connector: 'c', task: 1 },
    ]);
    expect(plane.tasks('c').map(({ id, config }) => [id.task, config['name']])).toEqual([
      [0, 'c'],
      [1, 'c'],
    ]);
  });

  it('is UNASSIGNED until somebody takes the connector up', async () => {
    const { plane } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    const connector = { state: 'UNASSIGNED', worker_id: '', version: '1.2.3' };
    expect(plane.status('c')).toEqual({ name: 'c', connector, tasks: [], type: 'sink' });
  });

  it('is gone with the connector, whatever was said of it', async () => {
    const { plane } = await halfFailed();
    await plane.remove('c', false);
    expect(await refusal(() => plane.status('c'))).toBe('404 No status found for connector c');
    expect(await refusal(() => plane.taskStatus('c', 0))).toBe('404 No status found for task c-0');
    expect(await refusal(() => plane.tasks('c'))).toBe('404 Connector c not found');
    expect(await refusal(() => plane.info('c'))).toBe('404 Connector c not found');
  });

  it('knows no other task', async () => {
    const { plane } = await halfFailed();
    expect(await refusal(() => plane.taskStatus('c', 9))).toBe('404 No status found for task c-9');
  });
});

describe('restart', () => {
  const states = ({ connector, tasks }: { connector: { state: string }; tasks: readonly { state: string }[] }) =>
    [connector, ...tasks].map(({ state }) => state);

  it.each([
    [{ includeTasks: true, onlyFailed: false }, ['RESTARTING', 'RESTARTING', 'RESTARTING']],
    [{ includeTasks: true, onlyFailed: true }, ['RUNNING', 'RUNNING', 'RESTARTING']],
    [{ includeTasks: false, onlyFailed: true }, ['RUNNING', 'RUNNING', 'FAILED']],
    [{ includeTasks: false, onlyFailed: false }, ['RESTARTING', 'RUNNING', 'FAILED']],
  ])('of %o is ordered, and shows %o', async (options, shown) => {
    const { plane, orders } = await halfFailed();
    const answer = await plane.restart('c', options);
    expect(states(answer)).toEqual(shown);
    expect(answer.tasks[1]?.trace).toBe('FatalError: no such bucket');
    expect(orders).toEqual([{ order: 'restart', connector: 'c', ...options }]);
    expect(states(plane.status('c'))).toEqual(['RUNNING', 'RUNNING', 'FAILED']);
  });

  it('of the connector alone says when its configuration cannot run', async () => {
    const { plane, topic } = await halfFailed();
    topic.put('c', { 'connector.class': 'oss-sink', name: 'c' });
    const plain = { includeTasks: false, onlyFailed: false };
    expect(await refusal(() => plane.restart('c', plain))).toBe('500 Failed to start connector: c');
  });

  it('of a task is ordered', async () => {
    const { plane, orders } = await halfFailed();
    await plane.restartTask('c', 1);
    expect(orders).toEqual([{ order: 'restart-task', connector: 'c', task: 1 }]);
    expect(await refusal(() => plane.restartTask('c', 9))).toBe('404 Unknown task: c-9');
    expect(await refusal(() => plane.restartTask('nope', 0))).toBe('404 Unknown connector: nope');
    expect(await refusal(() => plane.restart('nope', { includeTasks: true, onlyFailed: true }))).toBe(
      '404 Unknown connector: nope',
    );
  });
});

describe('topics', () => {
  it('are those that tasks read, until they are reset', async () => {
    const { plane, board } = await halfFailed();
    board.noteTopic('c', 0, 'orders');
    expect(plane.topics('c')).toEqual(['orders']);
    await plane.resetTopics('c');
    expect(plane.topics('c')).toEqual([]);
    expect(plane.topics('nope')).toEqual([]);
    await plane.resetTopics('nope');
  });

  it('are forgotten with the connector', async () => {
    const { plane, board } = await halfFailed();
    board.noteTopic('c', 0, 'orders');
    await plane.remove('c', false);
    await plane.create('c', ossConfig(), 'STARTED');
    expect(plane.topics('c')).toEqual([]);
  });
});

describe('cluster and health', () => {
  it('say who answers, and whether it can', () => {
    const { plane, setReady } = planeInMemory();
    expect(plane.cluster()).toEqual({ version: '1.2.3', commit: 'unknown', kafka_cluster_id: 'cluster-of-test' });
    setReady(false);
    expect(plane.health()).toEqual({ healthy: false, message: 'Worker is still starting up.' });
    setReady(true);
    expect(plane.health()).toMatchObject({ healthy: true });
    setReady(false);
    expect(plane.health()).toEqual({ healthy: false, message: 'Worker is going down. Ask another one.' });
  });
});

describe('what is stored', () => {
  it('shows references, and hides secrets that another way brought in', async () => {
    const { plane, topic } = planeInMemory();
    const secrets = { 'oss.access.key.id': '${env:SPILLWAY_SECRET_KEY}', 'oss.access.key.secret': 'hunter2' };
    topic.put('foreign', ossConfig({ name: 'foreign', ...secrets }));
    const shown = plane.info('foreign').config;
    expect(shown).toMatchObject({
      'oss.access.key.id': '${env:SPILLWAY_SECRET_KEY}',
      'oss.access.key.secret': '[hidden]',
    });
    expect(plane.info('foreign').config).toEqual(shown);
    topic.put('unknown', { 'connector.class': 'no.such.C', 'db.password': 'hunter2' });
    expect(JSON.stringify(plane.info('unknown'))).not.toContain('hunter2');
  });
});
