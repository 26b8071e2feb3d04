import { describe, expect, it } from 'vitest';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import type { JoinAnswer } from '../../../../shared/kafka/group-coordinator.ts';
import { WorkerGroup } from '../../../../shared/kafka/worker-group.ts';
import {
  decodeClaims,
  decodeGiven,
  encodeClaims,
  encodeGiven,
} from '../../../../shared/kafka/worker-group-protocol.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

type Answer = number | Error | 'never';

interface Script {
  /** What requests of that kind are answered, in order; 0 when nothing is left. */
  readonly join?: Answer[];
  readonly sync?: Answer[];
  readonly heartbeat?: Answer[];
  readonly leave?: Answer[];
  /** Whether the coordinator makes this member the leader. */
  readonly leads?: boolean;
}

/** A member of a group whose coordinator answers by a script, from then on as it should. */
function scene({ leads = true, ...script }: Script = {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  const asked: string[] = [];
  let generation = 0;
  let given: Buffer | null = null;
  const answer = async (api: 'join' | 'sync' | 'heartbeat' | 'leave'): Promise<number> => {
    const next = script[api]?.shift() ?? 0;
    if (next === 'never') return await new Promise(() => undefined);
    if (next instanceof Error) throw next;
    return next;
  };
  const coordinator = {
    groupId: 'workers',
    join: async ({ memberId, subscription }: { memberId: string; subscription: Buffer }): Promise<JoinAnswer> => {
      asked.push(`join ${memberId} ${decodeClaims(subscription)}`);
      const errorCode = await answer('join');
      if (errorCode === 0) generation++;
      const self = { memberId: memberId || 'm1', memberMetadata: subscription };
      return {
        errorCode,
        generationId: generation,
        memberId: self.memberId,
        leaderId: leads ? self.memberId : 'other',
        members: leads ? [self] : [],
      };
    },
    sync: async ({ memberId }: { memberId: string }, assignments: ReadonlyMap<string, Buffer>) => {
      const errorCode = await answer('sync');
      given = assignments.get(memberId) ?? (leads ? null : encodeGiven(Buffer.from('by other')));
      return { errorCode, memberAssignment: given };
    },
    heartbeat: () => {
      asked.push('heartbeat');
      return answer('heartbeat');
    },
    leave: async (memberId: string) => {
      asked.push(`leave ${memberId}`);
      await answer('leave');
    },
    refused: (code: number) =>
      code === 30
        ? new FatalError('GROUP_AUTHORIZATION_FAILED', 'no right', { mayHeal: true })
        : new RetriableError(`CODE_${code}`, 'again'),
  };
  const group = new WorkerGroup(
    { groupId: 'workers', sessionTimeoutMs: 10_000, heartbeatIntervalMs: 1_000, rebalanceTimeoutMs: 10_000 },
    {
      claims: () => Buffer.from('claims'),
      lead: (peers, at) => {
        told.push(`lead ${peers.length} in ${at}`);
        return new Map(peers.map(({ memberId }) => [memberId, Buffer.from('all')]));
      },
      given: (bytes, at, isLeader) => void told.push(`given ${bytes} in ${at}${isLeader ? ', leads' : ''}`),
      lost: () => void told.push('lost'),
      failed: ({ code }) => void told.push(`failed ${code}`),
    },
    {
      coordinator,
      disconnect: () => void told.push('disconnected'),
      clock,
      random: () => 0,
      logger: silentLogger,
    },
  );
  const joined = async () => {
    group.join();
    await settle();
  };
  return { group, clock, told, asked, joined };
}

describe('WorkerGroup', () => {
  it('joins, leads and is given what it gave', async () => {
    const { told, asked, joined } = scene({ join: [79] });
    await joined();
    expect(asked).toEqual(['join  claims', 'join m1 claims']);
    expect(told).toEqual(['lead 1 in 1', 'given all in 1, leads']);
  });

  it('is given something by another that leads', async () => {
    const { told, joined } = scene({ leads: false });
    await joined();
    expect(told).toEqual(['given by other in 1']);
  });

  it('joins again when the group rebalances, and when the leader wants it to', async () => {
    const { group, clock, told, asked, joined } = scene({ heartbeat: [0, 27] });
    await joined();
    await clock.advance(2_000);
    expect(told.slice(2)).toEqual(['lead 1 in 2', 'given all in 2, leads']);
    group.rejoin();
    await settle();
    expect(told.at(-1)).toBe('given all in 3, leads');
    expect(asked.filter((what) => what.startsWith('join'))).toEqual([
      'join  claims',
      'join m1 claims',
      'join m1 claims',
    ]);
  });

  it('tries again while the group rebalances anew or does not answer, and tells nothing of it', async () => {
    const { clock, told, joined } = scene({ join: [new RetriableError('X', 'away')], sync: [27] });
    await joined();
    await clock.advance(5_000);
    expect(told).toEqual(['lead 1 in 1', 'lead 1 in 2', 'given all in 2, leads']);
  });

  it.each([22, 25])('tells once that it was forgotten (%i), and joins as a new member', async (code) => {
    const { clock, told, asked, joined } = scene({ heartbeat: [code] });
    await joined();
    await clock.advance(1_000);
    expect(told.slice(2)).toEqual(['lost', 'lead 1 in 2', 'given all in 2, leads']);
    expect(asked.at(-1)).toBe('join  claims');
  });

  it('finds out at the join that it was forgotten', async () => {
    const { group, clock, told, joined } = scene({ join: [0, 25] });
    await joined();
    group.rejoin();
    await settle();
    await clock.advance(100);
    expect(told.slice(2)).toEqual(['lost', 'lead 1 in 2', 'given all in 2, leads']);
  });

  it('keeps what it has while the coordinator does not answer', async () => {
    const { clock, told, joined } = scene({
      heartbeat: Array.from({ length: 9 }, () => new RetriableError('X', 'frozen')),
    });
    await joined();
    await clock.advance(60_000);
    expect(told).toEqual(['lead 1 in 1', 'given all in 1, leads']);
  });

  it('fails when the group is refused at the start', async () => {
    const { told, joined } = scene({ join: [30] });
    await joined();
    expect(told).toEqual(['failed GROUP_AUTHORIZATION_FAILED']);
  });

  it('names the group when it is one of consumers', async () => {
    const { told, joined } = scene({ join: [23] });
    await joined();
    expect(told).toEqual(['failed INCONSISTENT_GROUP_PROTOCOL']);
  });

  it('goes on when a right comes back that it had before', async () => {
    const { clock, told, joined } = scene({ heartbeat: [30], join: [0, 30] });
    await joined();
    await clock.advance(1_000);
    expect(told).toHaveLength(2);
    await clock.advance(10_000);
    expect(told.slice(2)).toEqual(['lead 1 in 2', 'given all in 2, leads']);
  });

  it('leaves, and says no heartbeat after that', async () => {
    const { group, clock, told, asked, joined } = scene();
    await joined();
    await group.leave();
    await clock.advance(10_000);
    expect(asked).toEqual(['join  claims', 'leave m1']);
    expect(told.at(-1)).toBe('disconnected');
    await group.leave();
  });

  it('waits no longer than a second for a leave that is not answered', async () => {
    const { group, clock, told, joined } = scene({ leave: ['never'] });
    await joined();
    const left = group.leave();
    await settle();
    await clock.advance(1_000);
    await left;
    expect(told.at(-1)).toBe('disconnected');
  });

  it('leaves while a join is not answered', async () => {
    const { group, told, joined } = scene({ join: ['never'] });
    await joined();
    await group.leave();
    expect(told).toEqual(['disconnected']);
  });
});

describe('the protocol of the workers', () => {
  it('brings claims and what is given through as they are', () => {
    expect(decodeClaims(encodeClaims(Buffer.from('{"a":1}'))).toString()).toBe('{"a":1}');
    expect(decodeGiven(encodeGiven(Buffer.from('ü'))).toString()).toBe('ü');
  });

  it.each([[[]], [[120, 120]], [[0, 0, 0x7f, 0xff, 0xff, 0xff]], [[0, 0, 0, 0, 0, 1, 0, 50, 65]]])(
    'takes bytes that nobody of it sends for nothing: %j',
    (bytes) => {
      expect(decodeClaims(Buffer.from(bytes))).toHaveLength(0);
      expect(decodeGiven(Buffer.from(bytes))).toHaveLength(0);
    },
  );

  it('has nothing for a member that was left out', () => {
    expect([decodeGiven(null).length, decodeGiven(Buffer.alloc(0)).length]).toEqual([0, 0]);
  });
});
