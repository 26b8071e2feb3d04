import { describe, expect, it } from 'vitest';
import type { StoredConfig, TargetState } from '../../../../../functions/control-plane/config-state.ts';
import { Setups } from '../../../../../functions/control-plane/herder/setups.ts';
import { TaskCounts } from '../../../../../functions/control-plane/herder/task-counts.ts';
import { FakeConfigTopic } from '../../../../helpers/control-plane/fake-config-store.ts';
import { FakeStatusBoard } from '../../../../helpers/control-plane/fake-status-board.ts';
import { config, validate } from '../../../../helpers/control-plane/memory-cluster.ts';

function scene() {
  const topic = new FakeConfigTopic();
  const board = new FakeStatusBoard();
  const counts = new TaskCounts(new Setups(validate), board);
  const count = () => {
    counts.follow(topic.state());
    return counts.of('c');
  };
  const put = (given: StoredConfig) => {
    topic.put('c', given);
    return count();
  };
  const target = (to: TargetState) => {
    topic.write({ write: 'target', name: 'c', target: to });
    return count();
  };
  const ran = (tasks: number) => {
    for (let id = 0; id < tasks; id++)
      board.putTask('c', id, { state: 'UNASSIGNED', workerId: 'w', generation: 1, version: '1' });
  };
  return { topic, put, target, ran };
}

describe('how many tasks there are', () => {
  it('as many as tasks.max says, and none while STOPPED', () => {
    const { put, target } = scene();
    expect([put(config('c', 3)), put(config('c', 2)), target('STOPPED'), target('STARTED')]).toEqual([3, 2, 0, 2]);
  });

  it('those that it had when it is PAUSED, with its newest configuration', () => {
    const { put, target } = scene();
    expect([put(config('c', 3)), target('PAUSED'), put(config('c', 4))]).toEqual([3, 3, 4]);
  });

  it('none when it is PAUSED and was STOPPED, or created so', () => {
    const { put, target } = scene();
    expect([put(config('c', 3)), target('STOPPED'), target('PAUSED'), target('STARTED')]).toEqual([3, 0, 0, 3]);
    const created = scene();
    expect([created.target('PAUSED'), created.put(config('c', 3))]).toEqual([0, 0]);
  });

  it('those with a status when a worker comes that saw nothing before', () => {
    const { put, target, ran } = scene();
    ran(2);
    target('PAUSED');
    expect(put(config('c', 3))).toBe(3);
  });

  it('those of the last valid configuration, or with a status where nobody saw one', () => {
    const { put } = scene();
    expect([put(config('c', 3)), put(config('c', 9, { broken: 'x' }))]).toEqual([3, 3]);
    const late = scene();
    late.ran(2);
    expect(late.put(config('c', 9, { broken: 'x' }))).toBe(2);
    expect(scene().put(config('c', 9, { broken: 'x' }))).toBe(0);
  });

  it('none of what is deleted, whatever it had when it comes again', () => {
    const { topic, put, target } = scene();
    put(config('c', 3));
    topic.write({ write: 'delete', name: 'c' });
    expect([target('PAUSED'), put(config('c', 3))]).toEqual([0, 0]);
  });
});
