import { describe, expect, it } from 'vitest';
import { planMoves } from '../../../../../functions/dispatcher/offsets/moves.ts';
import { applyReset, type GroupPositions, type ResetPlan } from '../../../../../functions/dispatcher/offsets/reset.ts';
import { undoOf } from '../../../../../functions/dispatcher/offsets/undo.ts';
import { FatalError } from '../../../../../shared/errors.ts';
import type { KafkaAdmin, OffsetToCommit } from '../../../../../shared/kafka/driver.ts';
import { OffsetsRefused } from '../../../../../shared/kafka/offsets-refused.ts';
import { position, source, wanted } from './facts.ts';

const positions = [position(0, 40), position(1, 50)];

function plan(): ResetPlan {
  const moves = planMoves(wanted(positions, { to: 'latest' }));
  return { moves: moves.map((move) => ({ ...move, times: {} })), undo: undoOf(moves, positions) };
}

function state(members: readonly string[] = []): GroupPositions {
  return { source, group: { state: 'Empty', members }, positions };
}

function admin(answer: () => void): { admin: KafkaAdmin; commits: OffsetToCommit[][] } {
  const commits: OffsetToCommit[][] = [];
  const fake: Pick<KafkaAdmin, 'commitOffsets'> = {
    commitOffsets: async (_group, offsets) => {
      commits.push([...offsets]);
      answer();
    },
  };
  return { admin: fake as KafkaAdmin, commits };
}

describe('applyReset', () => {
  it('commits all in one request, without metadata', async () => {
    const { commits, ...deps } = admin(() => undefined);
    const result = await applyReset(deps, state(), plan());
    expect(commits).toEqual([
      [
        { topic: 'orders', partition: 0, offset: 100 },
        { topic: 'orders', partition: 1, offset: 100 },
      ],
    ]);
    expect(result.refused).toEqual([]);
    expect(result.undo.set).toHaveLength(2);
  });

  it('asks for nothing while there are members, and names them', async () => {
    const { commits, ...deps } = admin(() => undefined);
    const asked = applyReset(deps, state(['a at 10.0.0.1', 'b at 10.0.0.2']), plan());
    await expect(asked).rejects.toMatchObject({
      code: 'GROUP_HAS_MEMBERS',
      message: expect.stringContaining('2 members, whose offsets they are: a at 10.0.0.1, b at 10.0.0.2'),
    });
    expect(commits).toEqual([]);
  });

  it('tells which partitions were refused, and undoes only the others', async () => {
    const { admin: fake } = admin(() => {
      throw new OffsetsRefused(
        'connect-c',
        2,
        new Map([['orders-0', new FatalError('TOPIC_AUTHORIZATION_FAILED', 'no')]]),
      );
    });
    const { committed, refused, undo } = await applyReset({ admin: fake }, state(), plan());
    expect(committed.map(({ partition }) => partition)).toEqual([1]);
    expect(refused).toMatchObject([{ move: { partition: 0 }, code: 'TOPIC_AUTHORIZATION_FAILED', message: 'no' }]);
    expect(undo.set).toEqual([{ topic: 'orders', partition: 1, offset: 50 }]);
  });

  it('passes on what refuses everything', async () => {
    const { admin: fake } = admin(() => {
      throw new FatalError('GROUP_AUTHORIZATION_FAILED', 'no');
    });
    await expect(applyReset({ admin: fake }, state(), plan())).rejects.toThrow('no');
  });
});
