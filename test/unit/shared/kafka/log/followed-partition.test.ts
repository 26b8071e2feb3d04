import { describe, expect, it } from 'vitest';
import { FollowedPartition } from '../../../../../shared/kafka/log/followed-partition.ts';
import { settle } from '../../../../helpers/manual-clock.ts';

/** Read up to `position`, and known. */
function partitionAt(position: number): FollowedPartition {
  const partition = new FollowedPartition(0, 0);
  partition.begin(0, position, () => undefined);
  partition.position = position;
  partition.reachesGoal();
  return partition;
}

const never = new AbortController().signal;

describe('FollowedPartition', () => {
  it('lets those go on who wait for what is read by now', async () => {
    const partition = partitionAt(5);
    const passed: number[] = [];
    for (const offset of [5, 6, 8]) void partition.past(offset, never).then(() => passed.push(offset));
    await settle();
    expect(passed).toEqual([5]);
    partition.position = 7;
    partition.settle();
    await settle();
    expect(passed).toEqual([5, 6]);
  });

  it('holds them while it is read anew', async () => {
    const partition = partitionAt(5);
    partition.beginning = 'out-of-range';
    let passed = false;
    void partition.past(3, never).then(() => {
      passed = true;
    });
    partition.begin(0, 9, () => undefined);
    partition.position = 8;
    expect(partition.reachesGoal()).toBe(false);
    partition.settle();
    await settle();
    expect(passed).toBe(false);
    partition.position = 9;
    expect([partition.reachesGoal(), partition.reachesGoal()]).toEqual([true, false]);
    partition.settle();
    await settle();
    expect(passed).toBe(true);
  });

  it('knows why it is out of range, and where its log begins', () => {
    const why: string[] = [];
    const begin = (partition: FollowedPartition, start: number, end: number) => {
      partition.beginning = 'out-of-range';
      partition.begin(start, end, (told) => why.push(told));
      return partition;
    };
    const trimmed = begin(partitionAt(5), 7, 9);
    begin(partitionAt(5), 0, 3);
    expect(why).toEqual(['missed', 'truncated']);
    expect([trimmed.position, trimmed.isTrimmedTo(7), trimmed.isTrimmedTo(8), trimmed.isTrimmedTo(8)]).toEqual([
      7,
      false,
      true,
      false,
    ]);
  });

  it('ends a wait with the reason of its signal', async () => {
    const limit = new AbortController();
    const waiting = partitionAt(0).past(1, limit.signal);
    limit.abort(new Error('the time is up'));
    await expect(waiting).rejects.toThrow('the time is up');
    await expect(partitionAt(0).past(1, limit.signal)).rejects.toThrow('the time is up');
  });
});
