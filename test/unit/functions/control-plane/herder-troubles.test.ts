import { describe, expect, it, vi } from 'vitest';
import { TRACE_CHARACTERS } from '../../../../functions/control-plane/status-board.ts';
import { ConfigError, FatalError } from '../../../../shared/errors.ts';
import { config, memoryCluster, validate } from '../../../helpers/control-plane/memory-cluster.ts';
import { settle } from '../../../helpers/manual-clock.ts';

const NEVER = new AbortController().signal;

describe('a stored configuration that is not valid', () => {
  it('fails the connector, and its tasks go on with the last valid one', async () => {
    const { topic, board, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 1));
    const { host, events } = await worker('w1');
    topic.put('c', config('c', 5, { broken: 'is no number' }));
    await settle();
    expect(statuses('c')).toBe('FAILED w1, 0 RUNNING w1');
    expect(board.connector('c')?.trace).toContain('broken: is no number');
    expect(host.calls).toEqual(['open c', 'run c 0']);
    expect(events).toEqual([expect.stringContaining('c error: the stored configuration is not valid')]);
    topic.put('c', config('c', 2));
    await settle();
    expect(statuses('c')).toBe('RUNNING w1, 0 RUNNING w1, 1 RUNNING w1');
  });

  it('has no tasks where there never was a valid one, and is looked at again by a restart', async () => {
    const { topic, worker, statuses } = memoryCluster();
    let gone = true;
    const { host } = await worker('w1', {
      validate: (given) => validate(gone ? { ...given, broken: 'SECRET is not set' } : given),
    });
    topic.put('c', config('c', 1));
    await settle();
    expect([statuses('c'), host.calls]).toEqual(['FAILED w1', []]);
    gone = false;
    topic.write({ write: 'order', order: { order: 'restart', connector: 'c', includeTasks: false, onlyFailed: true } });
    await settle();
    expect(statuses('c')).toBe('RUNNING w1, 0 RUNNING w1');
  });

  it('is one with another name than its own', async () => {
    const { topic, board, worker, statuses } = memoryCluster();
    await worker('w1');
    topic.put('c', config('other', 1));
    await settle();
    expect(statuses('c')).toBe('FAILED w1');
    expect(board.connector('c')?.trace).toContain('name: is other, and the connector is c');
  });

  it('that cannot be opened fails connector and tasks, until a restart opens it', async () => {
    const { topic, board, worker, statuses } = memoryCluster();
    const { host, events } = await worker('w1');
    host.refusals.set('c', new ConfigError([{ key: 'password', message: '${env:P} cannot be resolved' }]));
    topic.put('c', config('c', 1));
    await settle();
    expect(statuses('c')).toBe('FAILED w1, 0 FAILED w1');
    expect(board.tasks('c').get(0)?.trace).toContain('cannot be resolved');
    expect(events).toEqual([expect.stringContaining('c error: ConfigError')]);
    host.refusals.clear();
    topic.write({ write: 'order', order: { order: 'restart-task', connector: 'c', task: 0 } });
    await settle();
    expect(statuses('c')).toBe('RUNNING w1, 0 RUNNING w1');
  });

  it('that cannot be opened leaves tasks alone that run with the one before', async () => {
    const { topic, worker, statuses } = memoryCluster();
    topic.put('c', config('c', 1));
    const { host } = await worker('w1');
    host.refusals.set('c', new FatalError('FUNCTION_MODULE_INVALID', 'no handler'));
    topic.put('c', config('c', 1, { x: 'new' }));
    await settle();
    expect([statuses('c'), host.calls]).toEqual(['FAILED w1, 0 RUNNING w1', ['open c', 'run c 0', 'open c']]);
    host.refusals.clear();
    topic.write({ write: 'order', order: { order: 'restart', connector: 'c', includeTasks: false, onlyFailed: true } });
    await settle();
    expect(statuses('c')).toBe('RUNNING w1, 0 RUNNING w1');
    expect(host.of('c').setup.raw['x']).toBe('new');
    expect(host.calls.slice(3)).toEqual(['open c', 'stop c', 'run c 0']);
  });
});

describe('what goes wrong', () => {
  it('a connector that is stuck delays no other', async () => {
    const { topic, worker, statuses } = memoryCluster();
    const { host } = await worker('w1');
    host.stuck.add('a');
    topic.put('a', config('a', 1));
    await settle();
    topic.put('a', config('a', 1, { x: 'new' }));
    topic.put('b', config('b', 1));
    await settle();
    expect([statuses('a'), statuses('b')]).toEqual(['RUNNING w1, 0 UNASSIGNED w1', 'RUNNING w1, 0 RUNNING w1']);
    topic.write({ write: 'delete', name: 'b' });
    await settle();
    expect([...host.opened.keys()]).toEqual(['a']);
  });

  it('what is under way is given up after the shutdown timeout, and what is wanted then is done', async () => {
    const { topic, clock, worker, statuses } = memoryCluster();
    const { host } = await worker('w1');
    topic.put('a', config('a', 1));
    await settle();
    host.stuck.add('a');
    topic.put('a', config('a', 2, { x: 'second' }));
    topic.put('a', config('a', 2, { x: 'third' }));
    await settle();
    host.stuck.clear();
    await clock.advance(30_000);
    expect(host.of('a').setup.raw['x']).toBe('third');
    expect(statuses('a')).toBe('RUNNING w1, 0 RUNNING w1, 1 RUNNING w1');
    expect(host.calls).toEqual(['open a', 'run a 0', 'open a', 'stop a', 'open a', 'stop a', 'run a 0,1']);
  });

  it('a stop that does not come to its end although it is given up keeps nobody from what is wanted then', async () => {
    const { topic, clock, worker, statuses } = memoryCluster();
    const { host } = await worker('w1');
    topic.put('a', config('a', 1));
    await settle();
    host.endless.add('a');
    topic.put('a', config('a', 2, { x: 'new' }));
    await settle();
    await clock.advance(34_999);
    expect(host.calls).toEqual(['open a', 'run a 0', 'open a', 'stop a']);
    await clock.advance(1);
    expect(host.calls.slice(4)).toEqual(['run a 0,1']);
    expect(statuses('a')).toBe('RUNNING w1, 0 RUNNING w1, 1 RUNNING w1');
  });

  it('a configuration that is opened for ever keeps nobody from stopping, correcting or deleting the connector', async () => {
    const { topic, worker, statuses } = memoryCluster();
    const { host } = await worker('w1');
    topic.put('a', config('a', 1));
    await settle();
    let opened: () => void = () => undefined;
    host.opening.set('a', new Promise((resolve) => (opened = resolve)));
    topic.put('a', config('a', 1, { x: 'loads for ever' }));
    await settle();
    expect([statuses('a'), host.running('a')]).toEqual(['RUNNING w1, 0 RUNNING w1', [0]]);
    topic.write({ write: 'target', name: 'a', target: 'STOPPED' });
    await settle();
    expect([statuses('a'), host.running('a')]).toEqual(['STOPPED w1', []]);
    topic.write({ write: 'target', name: 'a', target: 'STARTED' });
    await settle();
    host.opening.delete('a');
    topic.put('a', config('a', 1, { x: 'corrected' }));
    await settle();
    expect([statuses('a'), host.of('a').setup.raw['x']]).toEqual(['RUNNING w1, 0 RUNNING w1', 'corrected']);
    const before = host.calls.length;
    opened();
    await settle();
    expect(host.calls.slice(before)).toEqual(['stop a', 'stop a']);
    expect(statuses('a')).toBe('RUNNING w1, 0 RUNNING w1');
  });

  it('a worker stops while a configuration is still being opened', async () => {
    const { topic, worker } = memoryCluster();
    const { host, herder } = await worker('w1');
    host.opening.set('a', new Promise(() => undefined));
    topic.put('a', config('a', 1));
    await settle();
    await herder.stop(NEVER);
    expect(host.calls).toEqual(['open a']);
  });

  it('says again what somebody took back who knew less, and nothing else', async () => {
    const { topic, board, clock, worker, statuses } = memoryCluster();
    const { host } = await worker('w1');
    topic.put('a', config('a', 2));
    await settle();
    host.of('a').fail(1, 'x'.repeat(20_000));
    await settle();
    expect(board.tasks('a').get(1)?.trace).toHaveLength(TRACE_CHARACTERS);
    const said = board.said.length;
    await clock.advance(60_000);
    expect(board.said).toHaveLength(said);
    board.forgetConnector('a');
    await clock.advance(5_000);
    expect(statuses('a')).toBe('RUNNING w1, 0 RUNNING w1, 1 FAILED w1');
    expect(host.calls).toEqual(['open a', 'run a 0,1']);
  });

  it('a session that is lost for a moment costs no stop', async () => {
    const { topic, group, worker } = memoryCluster();
    topic.put('a', config('a', 2));
    const { host, herder } = await worker('w1');
    group.forgetAll();
    expect(herder.membership()).toBeUndefined();
    await settle();
    expect(herder.membership()?.leader).toBe('w1');
    expect(host.calls).toEqual(['open a', 'run a 0,1']);
  });

  it('a session that is lost for good stops the tasks', async () => {
    const { topic, group, clock, worker } = memoryCluster();
    topic.put('a', config('a', 2));
    const { host } = await worker('w1');
    group.forgetAll({ stay: true });
    await clock.advance(9_999);
    expect(host.running('a')).toEqual([0, 1]);
    await clock.advance(1);
    expect(host.opened.size).toBe(0);
  });

  it('a group that refuses the worker for good stops the tasks and ends it', async () => {
    const { topic, group, worker } = memoryCluster();
    topic.put('a', config('a', 1));
    const { host, herder } = await worker('w1');
    group.refuse(0, new FatalError('GROUP_REFUSED', 'no right'));
    await settle();
    expect([host.opened.size, (await herder.failed()).message]).toEqual([0, 'no right']);
  });

  it('a stop that does not come to its end is waited for no longer than it may take', async () => {
    const { topic, clock, worker } = memoryCluster();
    topic.put('a', config('a', 1));
    const { host, herder } = await worker('w1');
    host.of('a').stop = () => new Promise(() => undefined);
    const stopped = herder.stop(NEVER);
    await clock.advance(35_000);
    await stopped;
  });

  it('a second signal gives up what is under way', async () => {
    const { topic, worker } = memoryCluster();
    topic.put('a', config('a', 1));
    const { host, herder } = await worker('w1');
    host.stuck.add('a');
    const kill = new AbortController();
    const stopped = herder.stop(kill.signal);
    await settle();
    kill.abort();
    await stopped;
    expect(host.opened.size).toBe(0);
  });

  it('after a second signal nothing is waited for that does not end even so', async () => {
    const { topic, clock, worker } = memoryCluster();
    topic.put('a', config('a', 1));
    const { host, herder } = await worker('w1');
    host.endless.add('a');
    const kill = new AbortController();
    const stopped = herder.stop(kill.signal);
    await clock.advance(1_000);
    kill.abort();
    await settle();
    await clock.advance(5_000);
    await stopped;
  });

  it('reads no topic when it is stopped before it is started', async () => {
    const { board, worker } = memoryCluster();
    const { herder } = await worker('w1');
    await herder.stop(NEVER);
    const started = vi.spyOn(board, 'start');
    await herder.start();
    expect(started).not.toHaveBeenCalled();
    expect(herder.isReady).toBe(false);
  });
});
