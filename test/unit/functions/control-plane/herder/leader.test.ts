import { describe, expect, it } from 'vitest';
import type { Share } from '../../../../../functions/control-plane/assignor.ts';
import { decodeGiven, encodeClaims, NOTHING } from '../../../../../functions/control-plane/herder/group-messages.ts';
import { Leader } from '../../../../../functions/control-plane/herder/leader.ts';
import { StatusVoice } from '../../../../../functions/control-plane/herder/status-voice.ts';
import type { Logger } from '../../../../../shared/logger.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { FakeConfigTopic } from '../../../../helpers/control-plane/fake-config-store.ts';
import { FakeStatusBoard } from '../../../../helpers/control-plane/fake-status-board.ts';

/** A leader of connectors with as many tasks as `tasks` says. */
function scene(tasks: Record<string, number>) {
  const topic = new FakeConfigTopic();
  for (const name of Object.keys(tasks)) topic.put(name, { name });
  const board = new FakeStatusBoard();
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (_fields, message) => void warnings.push(message) };
  const leader = new Leader({
    state: () => topic.state(),
    counts: { of: (name) => tasks[name] ?? 0 },
    board,
    voice: new StatusVoice(board, 'w1', '1'),
    logger,
  });
  const lead = (
    peers: readonly { readonly id: string; readonly workerId: string; generation?: number; has?: Share }[],
  ) => {
    const given = leader.lead(
      peers.map(({ id, workerId, generation = 0, has = NOTHING }) => ({
        memberId: id,
        claims: encodeClaims({ workerId, generation, has }),
      })),
      1,
    );
    return new Map([...given].map(([id, bytes]) => [id, decodeGiven(bytes)]));
  };
  return { topic, board, warnings, leader, lead, tasks };
}

describe('a leader', () => {
  it('tells everybody who leads, who is there, and what is theirs', () => {
    const { lead } = scene({ c: 2 });
    const given = lead([
      { id: 'm1', workerId: 'w1' },
      { id: 'm2', workerId: 'w2' },
    ]);
    expect(given.get('m2')).toEqual({
      generation: 1,
      leader: 'w1',
      workers: ['w1', 'w2'],
      share: { connectors: [], tasks: new Map([['c', [1]]]) },
    });
  });

  it('gives each assignment a generation above all that anybody knows', () => {
    const { board, lead } = scene({ c: 1 });
    expect(lead([{ id: 'm1', workerId: 'w1', generation: 8 }]).get('m1')?.generation).toBe(9);
    board.putConnector('c', { state: 'RUNNING', workerId: 'old', generation: 20, version: '1' });
    expect(lead([{ id: 'm1', workerId: 'w1', generation: 9 }]).get('m1')?.generation).toBe(21);
  });

  it('says of what moves that nobody runs it, so that its new worker is heard before', () => {
    const { board, lead } = scene({ c: 2 });
    const has: Share = { connectors: ['c'], tasks: new Map([['c', [0]]]) };
    for (const id of [0, 1])
      board.putTask('c', id, { state: 'RUNNING', workerId: 'dead', generation: 4, version: '1' });
    board.putTask('c', 0, { state: 'RUNNING', workerId: 'w1', generation: 4, version: '1' });
    const given = lead([{ id: 'm1', workerId: 'w1', generation: 4, has }]);
    expect(board.tasks('c').get(0)?.state).toBe('RUNNING');
    expect(board.tasks('c').get(1)).toMatchObject({ state: 'UNASSIGNED', generation: 4 });
    expect(given.get('m1')?.generation).toBe(5);
  });

  it('forgets statuses of tasks and connectors that are no more', () => {
    const { board, leader, lead } = scene({ c: 1 });
    const status = { state: 'RUNNING', workerId: 'dead', generation: 1, version: '1' } as const;
    board.putTask('c', 5, status);
    lead([{ id: 'm1', workerId: 'w1' }]);
    expect([...board.tasks('c').keys()]).toEqual([0]);
    board.putConnector('gone', status);
    board.putTask('gone', 0, status);
    board.noteTopic('gone', 0, 'orders');
    leader.follow();
    expect([board.connector('gone'), board.tasks('gone').size, board.topics('gone')]).toEqual([undefined, 0, []]);
  });

  it('is behind when there is something else than what it gave out', () => {
    const { topic, leader, lead, tasks } = scene({ c: 1 });
    expect(leader.isBehind()).toBe(true);
    lead([{ id: 'm1', workerId: 'w1' }]);
    expect(leader.isBehind()).toBe(false);
    topic.put('d', { name: 'd' });
    expect(leader.isBehind()).toBe(true);
    lead([{ id: 'm1', workerId: 'w1' }]);
    tasks['c'] = 2;
    expect(leader.isBehind()).toBe(true);
  });

  it('gives nothing to a member that it does not understand, and says so', () => {
    const { leader, warnings } = scene({ c: 1 });
    const members = [
      { memberId: 'alien', claims: Buffer.from('?') },
      { memberId: 'm1', claims: encodeClaims({ workerId: 'w1', generation: 0, has: NOTHING }) },
    ];
    expect([...leader.lead(members, 1).keys()]).toEqual(['m1']);
    expect(warnings).toEqual([expect.stringContaining('does not say what a worker of this version says')]);
  });

  it('says when two answer under the same address', () => {
    const { lead, warnings } = scene({ c: 1 });
    lead([
      { id: 'm1', workerId: 'w1' },
      { id: 'm2', workerId: 'w1' },
    ]);
    expect(warnings).toEqual([expect.stringContaining('rest.advertised.host.name')]);
  });
});
