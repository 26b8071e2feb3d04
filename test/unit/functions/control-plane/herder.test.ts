import { describe, expect, it } from 'vitest';
import { config, memoryCluster } from '../../../helpers/control-plane/memory-cluster.ts';
import { settle } from '../../../helpers/manual-clock.ts';

const NEVER = new AbortController().signal;

describe('a herder', () => {
  it('runs what is there when it comes, and says so', async () => {
    const { topic, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 2));
    const { host, herder } = await worker('w1');
    expect(host.running('c')).toEqual([0, 1]);
    expect(statuses('c')).toBe('RUNNING w1, 0 RUNNING w1, 1 RUNNING w1');
    expect(herder.membership()).toEqual({ leader: 'w1', workers: ['w1'], generation: 1 });
  });

  it('follows what comes, changes and goes, and leaves the others alone', async () => {
    const { topic, board, worker, statuses } = memoryCluster();
    const { host } = await worker('w1');
    topic.put('a', config('a', 1));
    topic.put('b', config('b', 1));
    await settle();
    host.calls.length = 0;
    topic.put('a', config('a', 2, { x: 'new' }));
    await settle();
    expect(host.running('a')).toEqual([0, 1]);
    expect(host.of('a').setup.raw['x']).toBe('new');
    topic.put('a', config('a', 1));
    await settle();
    expect(statuses('a')).toBe('RUNNING w1, 0 RUNNING w1');
    topic.write({ write: 'delete', name: 'a' });
    await settle();
    expect(host.opened.has('a')).toBe(false);
    expect([board.connector('a'), board.tasks('a').size]).toEqual([undefined, 0]);
    expect(host.calls.filter((call) => call.includes(' b'))).toEqual([]);
  });

  it('pauses, resumes and stops', async () => {
    const { topic, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 1));
    const { host } = await worker('w1');
    const target = async (to: 'PAUSED' | 'STARTED' | 'STOPPED') => {
      topic.write({ write: 'target', name: 'c', target: to });
      await settle();
      return statuses('c');
    };
    expect(await target('PAUSED')).toBe('PAUSED w1, 0 PAUSED w1');
    expect(await target('STARTED')).toBe('RUNNING w1, 0 RUNNING w1');
    expect(await target('STOPPED')).toBe('STOPPED w1');
    expect(host.opened.size).toBe(0);
    expect(await target('PAUSED')).toBe('PAUSED w1');
    expect(host.opened.size).toBe(0);
    expect(await target('STARTED')).toBe('RUNNING w1, 0 RUNNING w1');
    expect(host.calls).toEqual(['open c', 'run c 0', 'pause c', 'resume c', 'stop c', 'open c', 'run c 0']);
  });

  it('gives no tasks to a connector that is created PAUSED, until it is resumed', async () => {
    const { topic, worker, statuses } = memoryCluster();
    const { host } = await worker('w1');
    topic.write({ write: 'target', name: 'c', target: 'PAUSED' });
    topic.put('c', config('c', 2));
    await settle();
    expect([statuses('c'), host.calls]).toEqual(['PAUSED w1', []]);
    topic.write({ write: 'target', name: 'c', target: 'STARTED' });
    await settle();
    expect(statuses('c')).toBe('RUNNING w1, 0 RUNNING w1, 1 RUNNING w1');
  });

  it('lets the tasks of a paused connector come back paused after all workers were gone', async () => {
    const { topic, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 1));
    const first = await worker('w1');
    topic.write({ write: 'target', name: 'c', target: 'PAUSED' });
    await settle();
    await first.herder.stop(NEVER);
    expect(statuses('c')).toBe('UNASSIGNED w1, 0 UNASSIGNED w1');
    const second = await worker('w2');
    expect(statuses('c')).toBe('PAUSED w2, 0 PAUSED w2');
    expect(second.host.calls).toEqual(['open c', 'pause c', 'run c 0']);
  });

  it('says of a task that failed why, and RESTARTING where it is started again by itself', async () => {
    const { topic, board, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 2));
    const { host } = await worker('w1');
    host.of('c').fail(0, 'bucket missing');
    host.of('c').fail(1, 'secret gone', true);
    await settle();
    expect(statuses('c')).toBe('RUNNING w1, 0 FAILED w1, 1 RESTARTING w1');
    expect(board.tasks('c').get(0)?.trace).toContain('bucket missing');
    topic.write({ write: 'target', name: 'c', target: 'PAUSED' });
    topic.write({ write: 'target', name: 'c', target: 'STARTED' });
    await settle();
    expect(host.calls.filter((call) => call.startsWith('run'))).toEqual(['run c 0,1']);
  });

  it('notes the topics that tasks read', async () => {
    const { topic, board, worker } = memoryCluster();
    topic.put('c', config('c', 1));
    const { host } = await worker('w1');
    host.of('c').events.topic(0, 'orders');
    expect(board.topics('c')).toEqual(['orders']);
  });

  it('takes over levels of loggers that were set for the cluster', async () => {
    const { topic, worker } = memoryCluster();
    topic.write({ write: 'logger', name: 'spillway.kafka', level: 'DEBUG' });
    const { levels } = await worker('w1');
    expect(levels()).toEqual([['spillway.kafka', 'DEBUG']]);
    topic.write({ write: 'logger', name: 'root', level: 'WARN' });
    expect(levels().at(-1)).toEqual(['root', 'WARN']);
  });
});

describe('restarts', () => {
  it('of a task, which shows RESTARTING until it runs', async () => {
    const { topic, board, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 2));
    const { host } = await worker('w1');
    host.of('c').fail(1, 'bucket missing');
    await settle();
    board.said.length = 0;
    topic.write({ write: 'order', order: { order: 'restart-task', connector: 'c', task: 1 } });
    await settle();
    expect([...new Set(board.said)]).toEqual(['task c-1 RESTARTING w1', 'task c-1 RUNNING w1']);
    expect(statuses('c')).toBe('RUNNING w1, 0 RUNNING w1, 1 RUNNING w1');
    expect(board.tasks('c').get(1)?.trace).toBeUndefined();
  });

  it('of what failed only, where only that is asked for', async () => {
    const { topic, worker } = memoryCluster();
    topic.put('c', config('c', 3));
    const { host } = await worker('w1');
    host.of('c').fail(1, 'bucket missing');
    host.of('c').fail(2, 'broker away', true);
    await settle();
    const order = { order: 'restart', connector: 'c', includeTasks: true } as const;
    topic.write({ write: 'order', order: { ...order, onlyFailed: true } });
    topic.write({ write: 'order', order: { ...order, onlyFailed: false } });
    expect(host.calls.slice(2)).toEqual(['restart c 1,2', 'restart c 0,1,2']);
  });

  it('of the connector alone touches no task', async () => {
    const { topic, board, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 1));
    const { host } = await worker('w1');
    board.said.length = 0;
    topic.write({
      write: 'order',
      order: { order: 'restart', connector: 'c', includeTasks: false, onlyFailed: false },
    });
    await settle();
    expect(board.said).toEqual(['connector c RESTARTING w1', 'connector c RUNNING w1']);
    expect([statuses('c'), host.calls]).toEqual(['RUNNING w1, 0 RUNNING w1', ['open c', 'run c 0']]);
  });

  it('lift stop marks, those of tasks that are given out for it too', async () => {
    const { topic, clock, worker } = memoryCluster();
    topic.put('c', config('c', 2), 'STOPPED');
    const workers = [await worker('w1'), await worker('w2')];
    topic.write(
      { write: 'target', name: 'c', target: 'STARTED' },
      { write: 'order', order: { order: 'resume', connector: 'c' } },
    );
    await settle();
    const lifted = () => workers.map(({ host }) => host.calls.filter((call) => call === 'resumeStopped c').length);
    expect(lifted()).toEqual([1, 1]);
    await clock.advance(60_000);
    topic.put('c', config('c', 2, { x: 'new' }));
    await settle();
    expect(lifted()).toEqual([1, 1]);
    topic.write({ write: 'order', order: { order: 'resume', connector: 'c' } });
    expect(lifted()).toEqual([2, 2]);
  });
});

describe('several workers', () => {
  it('share the tasks, and each says what it runs', async () => {
    const { topic, worker, statuses } = memoryCluster();
    topic.put('a', config('a', 2));
    topic.put('b', config('b', 2));
    const first = await worker('w1');
    const second = await worker('w2');
    expect([first.host.running('a'), second.host.running('a')]).toEqual([[0], [1]]);
    expect(statuses('a')).toMatch(/^RUNNING w\d, 0 RUNNING w1, 1 RUNNING w2$/);
    expect(second.herder.membership()).toEqual({ leader: 'w1', workers: ['w1', 'w2'], generation: 2 });
    expect(first.host.calls.filter((call) => call.startsWith('stop'))).toEqual([]);
  });

  it('take over what one had that died', async () => {
    const { topic, group, worker, statuses } = memoryCluster();
    topic.put('a', config('a', 2));
    await worker('w1');
    const second = await worker('w2');
    group.die(0);
    await settle();
    expect(second.host.running('a')).toEqual([0, 1]);
    expect(statuses('a')).toBe('RUNNING w2, 0 RUNNING w2, 1 RUNNING w2');
  });

  it('take over what one had that stops, while it still stops', async () => {
    const { topic, clock, worker, statuses } = memoryCluster();
    topic.put('a', config('a', 1));
    const first = await worker('w1');
    const second = await worker('w2');
    first.host.stuck.add('a');
    const stopped = first.herder.stop(NEVER);
    await settle();
    expect(statuses('a')).toBe('RUNNING w2, 0 RUNNING w2');
    expect(second.host.running('a')).toEqual([0]);
    await clock.advance(30_000);
    await stopped;
    expect(statuses('a')).toBe('RUNNING w2, 0 RUNNING w2');
  });

  it('show a task as UNASSIGNED until its new worker runs it', async () => {
    const { topic, group, worker, statuses } = memoryCluster();
    topic.put('a', config('a', 1));
    await worker('w1');
    const second = await worker('w2');
    second.host.stuck.add('a');
    group.die(0);
    await settle();
    expect(statuses('a')).toBe('RUNNING w2, 0 UNASSIGNED w2');
  });

  it('say more than a worker of an older generation, which stops late', async () => {
    const { topic, group, board, worker, statuses } = memoryCluster();
    topic.put('a', config('a', 1));
    const first = await worker('w1');
    await worker('w2');
    group.die(0);
    await settle();
    first.host.of('a').fail(0, 'fenced');
    await settle();
    expect(statuses('a')).toBe('RUNNING w2, 0 RUNNING w2');
    expect(board.tasks('a').get(0)?.trace).toBeUndefined();
  });

  it('count generations on where the group began anew', async () => {
    const { topic, board, worker } = memoryCluster();
    topic.put('a', config('a', 1));
    board.putTask('a', 0, { state: 'RUNNING', workerId: 'long-gone', generation: 40, version: '1' });
    await worker('w1');
    expect(board.tasks('a').get(0)).toMatchObject({ state: 'RUNNING', workerId: 'w1', generation: 41 });
  });
});
