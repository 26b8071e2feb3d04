import { describe, expect, it } from 'vitest';
import type { ConfigState } from '../../../../../functions/control-plane/config-state.ts';
import { clusterView, type Membership } from '../../../../../functions/control-plane/inspect/cluster-view.ts';
import { FakeConfigTopic } from '../../../../helpers/control-plane/fake-config-store.ts';
import { FakeStatusBoard } from '../../../../helpers/control-plane/fake-status-board.ts';
import { status } from '../../../../helpers/control-plane/service.ts';

function sources(membership: Membership | undefined) {
  const topic = new FakeConfigTopic();
  const board = new FakeStatusBoard();
  for (const name of ['b', 'a', 'hidden']) topic.put(name, {});
  board.putConnector('a', status('RUNNING'));
  board.putTask('a', 0, status('RUNNING'));
  board.putTask('a', 1, status('FAILED', { workerId: 'w2:8083' }));
  board.putTask('a', 2, status('UNASSIGNED', { workerId: 'w2:8083' }));
  board.putConnector('b', status('PAUSED', { workerId: 'gone:8083' }));
  board.putConnector('hidden', status('RUNNING'));
  const state = (): ConfigState => topic.state();
  return { group: 'workers', self: 'w1:8083', membership: () => membership, state, board };
}

describe('clusterView', () => {
  it('says who is there, who leads, and who runs what that may be seen', () => {
    const membership = { generation: 7, leader: 'w2:8083', workers: ['w1:8083', 'w2:8083', 'w3:8083'] };
    expect(clusterView(sources(membership), (name) => name !== 'hidden')).toEqual({
      group: 'workers',
      self: 'w1:8083',
      generation: 7,
      leader: 'w2:8083',
      workers: [
        { id: 'gone:8083', member: false, connectors: ['b'], tasks: [] },
        { id: 'w1:8083', member: true, connectors: ['a'], tasks: [{ connector: 'a', task: 0, state: 'RUNNING' }] },
        { id: 'w2:8083', member: true, connectors: [], tasks: [{ connector: 'a', task: 1, state: 'FAILED' }] },
        { id: 'w3:8083', member: true, connectors: [], tasks: [] },
      ],
    });
  });

  it('says what it knows while it is in no group', () => {
    const view = clusterView(sources(undefined), () => false);
    expect(view).toMatchObject({ generation: null, leader: null });
    expect(view.workers).toEqual([{ id: 'w1:8083', member: false, connectors: [], tasks: [] }]);
  });
});
