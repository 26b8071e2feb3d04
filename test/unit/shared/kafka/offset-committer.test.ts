import { describe, expect, it } from 'vitest';
import type { OffsetToCommit } from '../../../../shared/kafka/driver.ts';
import type { GroupCoordinator, Session } from '../../../../shared/kafka/group-coordinator.ts';
import { OffsetCommitter } from '../../../../shared/kafka/offset-committer.ts';
import { OwnedPartition } from '../../../../shared/kafka/owned-partition.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { partitionName } from '../../../../shared/records.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const REBALANCE_IN_PROGRESS = 27;
const ILLEGAL_GENERATION = 22;

/** A committer whose coordinator answers `codes` one after the other, 0 from then on. */
function scene(codes: number[]) {
  const sent: { generation: number; offset: number }[] = [];
  const owned = new Map<string, OwnedPartition>();
  const own = (partition: number) => {
    const state = new OwnedPartition({ topic: 't', partition }, 0);
    owned.set(state.name, state);
    return state;
  };
  const state = { session: { memberId: 'm', generationId: 1 } as Session, joining: false, lost: 0, asked: 0 };
  const beforeAnswer: (() => void)[] = [];
  const coordinator = {
    groupId: 'g',
    commit: async (session: Session, offsets: readonly OffsetToCommit[]) => {
      sent.push({ generation: session.generationId, offset: offsets[0]?.offset ?? -1 });
      beforeAnswer.shift()?.();
      const code = codes.shift() ?? 0;
      return new Map(offsets.map((o) => [partitionName(o), code]));
    },
  } as unknown as GroupCoordinator;
  const clock = new ManualClock();
  const committer = new OffsetCommitter({
    coordinator,
    owned: (name) => owned.get(name),
    committable: async (partitions) => {
      state.asked++;
      return new Set(partitions.filter((p) => !p.doubtful));
    },
    session: () => state.session,
    joining: () => state.joining,
    lost: () => {
      state.lost++;
    },
    signal: new AbortController().signal,
    clock: {
      now: () => clock.now(),
      after: (ms, f) => clock.after(ms, f),
      sleep: async () => undefined,
      breath: () => undefined,
    },
    random: () => 0,
    logger: silentLogger,
  });
  return { committer, sent, owned, own, state, beforeAnswer };
}

describe('a commit', () => {
  it('for a partition that is not owned is refused without asking', async () => {
    const { committer, sent } = scene([]);
    await expect(committer.commit([{ topic: 't', partition: 0, offset: 5 }])).rejects.toMatchObject({
      code: 'COMMIT_FENCED',
    });
    expect(sent).toEqual([]);
  });

  it('waits out a rebalance and goes through in the new generation when the partition was kept', async () => {
    const { committer, sent, own, state, beforeAnswer } = scene([REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, 0]);
    own(0);
    beforeAnswer.push(
      () => undefined,
      () => {
        state.session = { memberId: 'm', generationId: 2 };
      },
    );
    await committer.commit([{ topic: 't', partition: 0, offset: 5 }]);
    expect(sent.map((s) => s.generation)).toEqual([1, 1, 2]);
    expect(state.lost).toBe(0);
  });

  it('is refused when the partition went away meanwhile, and also when it came back', async () => {
    for (const back of [false, true]) {
      const { committer, sent, own, owned, beforeAnswer } = scene([REBALANCE_IN_PROGRESS]);
      const first = own(0);
      beforeAnswer.push(() => {
        first.released = true;
        owned.delete(first.name);
        if (back) own(0);
      });
      await expect(committer.commit([{ topic: 't', partition: 0, offset: 5 }])).rejects.toMatchObject({
        code: 'COMMIT_FENCED',
      });
      expect(sent).toHaveLength(1);
    }
  });

  it('that the coordinator refuses for a stable session says that the session is lost', async () => {
    const { committer, own, state } = scene([ILLEGAL_GENERATION]);
    own(0);
    await expect(committer.commit([{ topic: 't', partition: 0, offset: 5 }])).rejects.toMatchObject({
      code: 'COMMIT_FENCED',
    });
    expect(state.lost).toBe(1);
  });

  it('that is retried does not overtake a later one', async () => {
    const { committer, sent, own } = scene([REBALANCE_IN_PROGRESS, REBALANCE_IN_PROGRESS]);
    own(0);
    const commit = (offset: number) => committer.commit([{ topic: 't', partition: 0, offset }]);
    await Promise.all([commit(5), commit(6)]);
    expect(sent.map((s) => s.offset)).toEqual([5, 5, 5, 6]);
  });

  it('of a partition in doubt is not sent, and does not hold up the others', async () => {
    const { committer, sent, own } = scene([]);
    own(0).doubtful = true;
    own(1);
    const commit = (...partitions: number[]) =>
      committer.commit(partitions.map((partition) => ({ topic: 't', partition, offset: partition + 5 })));
    const refused = { name: 'RetriableError', code: 'UNKNOWN_TOPIC_OR_PARTITION' };
    await expect(commit(0, 1)).rejects.toMatchObject(refused);
    expect(sent.map((s) => s.offset)).toEqual([6]);
    await expect(commit(0)).rejects.toMatchObject(refused);
    expect(sent).toHaveLength(1);
  });

  it('fails for good when its metadata is too large, and does not hold up the next one for a deleted topic', async () => {
    const { committer, own } = scene([12, 3]);
    own(0);
    const commit = () => committer.commit([{ topic: 't', partition: 0, offset: 1 }]);
    await expect(commit()).rejects.toMatchObject({ name: 'FatalError', code: 'OFFSET_METADATA_TOO_LARGE' });
    await expect(commit()).rejects.toMatchObject({ name: 'RetriableError', code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    await commit();
  });
});
