import { describe, expect, it } from 'vitest';
import type { ConsumerListener } from '../../../../shared/kafka/driver.ts';
import { PartitionTable } from '../../../../shared/kafka/partition-table.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { partitionName, type TopicPartition } from '../../../../shared/records.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

function scene() {
  const told: string[] = [];
  const tell = (what: string) => (list: readonly TopicPartition[]) =>
    void told.push(`${what} ${list.map(partitionName)}`);
  let drain: () => void = () => undefined;
  const listener: ConsumerListener = {
    assigned: tell('assigned'),
    lost: tell('lost'),
    revoked: (list) => {
      tell('revoked')(list);
      return new Promise((resolve) => {
        drain = resolve;
      });
    },
    records: () => undefined,
    progressed: () => undefined,
    gap: (tp, from, to) => void told.push(`gap ${partitionName(tp)} ${from} ${to}`),
    failed: () => undefined,
  };
  const clock = new ManualClock();
  const table = new PartitionTable({ listener, clock, logger: silentLogger });
  const adopt = (partition: number) => {
    table.adopt([{ topic: 't', partition, position: 5, metadata: '' }]);
    const owned = table.get(`t-${partition}`);
    if (owned === undefined) throw new Error('not adopted');
    return owned;
  };
  return { told, table, adopt, clock, drain: () => drain() };
}

describe('PartitionTable', () => {
  it('fences before it asks for the drain, and lets go when that is done', async () => {
    const { told, table, adopt, drain } = scene();
    const owned = adopt(0);
    const revoking = table.revoke([owned], 1_000, new AbortController().signal);
    expect([owned.deliverable, owned.released, table.get('t-0')]).toEqual([false, false, owned]);
    drain();
    await revoking;
    expect([owned.released, table.get('t-0')]).toEqual([true, undefined]);
    expect(told).toEqual(['assigned t-0', 'revoked t-0']);
  });

  it('lets go undrained at the deadline', async () => {
    const { table, adopt, clock } = scene();
    const owned = adopt(0);
    const revoking = table.revoke([owned], 1_000, new AbortController().signal);
    await clock.advance(999);
    expect(owned.released).toBe(false);
    await clock.advance(1);
    await revoking;
    expect(owned.released).toBe(true);
  });

  it('ends the drain at once when the session is lost', async () => {
    const { told, table, adopt } = scene();
    const going = adopt(0);
    adopt(1);
    const lost = new AbortController();
    const revoking = table.revoke([going], 1_000, lost.signal);
    lost.abort();
    await revoking;
    table.loseAll();
    expect(told).toEqual(['assigned t-0', 'assigned t-1', 'revoked t-0', 'lost t-1']);
    expect([...table.all()]).toEqual([]);
  });

  it('tells of a gap after the assignment, and of a halt as lost and assigned again', () => {
    const { told, table, adopt } = scene();
    table.adopt([{ topic: 't', partition: 2, position: 9, metadata: '', gap: { from: 3, to: 9 } }]);
    const owned = adopt(0);
    table.halt(owned, 7, 'm', { code: 'OFFSET_PAST_END', message: 'x' });
    expect(told).toEqual(['assigned t-2', 'gap t-2 3 9', 'assigned t-0', 'lost t-0', 'assigned t-0']);
    expect([owned.released, table.get('t-0')?.fetchable, table.get('t-0')?.position]).toEqual([true, false, 7]);
  });

  it('tells of a log that was made anew as lost and assigned again, to be read', () => {
    const { told, table, adopt } = scene();
    const owned = adopt(0);
    table.restart(owned, 0, 'id');
    expect(told).toEqual(['assigned t-0', 'lost t-0', 'assigned t-0']);
    const anew = table.get('t-0');
    expect([owned.released, anew?.fetchable, anew?.position, anew?.topicId]).toEqual([true, true, 0, 'id']);
  });

  it('takes a partition over again at its commit, which is told as an assignment alone', () => {
    const { told, table, adopt, clock } = scene();
    const owned = adopt(0);
    const seenAt = owned.seenAt;
    void clock.advance(10_000);
    table.retake(owned, { offset: 3, metadata: 'm' });
    expect(told).toEqual(['assigned t-0', 'assigned t-0']);
    expect(owned.released).toBe(true);
    // Whether its log is still the one that was read is asked before anything of it is delivered.
    expect(table.get('t-0')).toMatchObject({ position: 3, fetchable: true, seenAt });
  });
});
