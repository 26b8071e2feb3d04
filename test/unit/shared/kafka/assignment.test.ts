import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignPartitions, type GroupMemberInfo } from '../../../../shared/kafka/assignment.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../shared/kafka/group-protocol.ts';
import { partitionName, type TopicPartition } from '../../../../shared/records.ts';

const partitions = (topic: string, count: number): TopicPartition[] =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }));
const names = (list: readonly TopicPartition[] | undefined) => (list ?? []).map(partitionName);
const member = (memberId: string, owned: TopicPartition[] = [], topics = ['a']): GroupMemberInfo => ({
  memberId,
  topics,
  owned,
});

describe('assignPartitions', () => {
  it('shares evenly among new members, the same way whatever their order', () => {
    const assigned = assignPartitions([member('m2'), member('m1')], partitions('a', 5));
    expect(Object.fromEntries([...assigned].map(([id, list]) => [id, names(list)]))).toEqual({
      m1: ['a-0', 'a-2', 'a-4'],
      m2: ['a-1', 'a-3'],
    });
  });

  it('leaves what is held where it is, and holds back what must move until its holder let go', () => {
    const all = partitions('a', 4);
    const first = assignPartitions([member('m1', all), member('m2')], all);
    expect([names(first.get('m1')), names(first.get('m2'))]).toEqual([['a-0', 'a-1'], []]);
    const second = assignPartitions([member('m1', first.get('m1') ?? []), member('m2')], all);
    expect([names(second.get('m1')), names(second.get('m2'))]).toEqual([
      ['a-0', 'a-1'],
      ['a-2', 'a-3'],
    ]);
  });

  it('gives a topic only to members that subscribe to it', () => {
    const assigned = assignPartitions(
      [member('m1', [], ['a']), member('m2', [], ['a', 'b'])],
      [...partitions('a', 2), ...partitions('b', 2)],
    );
    expect(names(assigned.get('m1')).every((n) => n.startsWith('a'))).toBe(true);
    expect([...names(assigned.get('m1')), ...names(assigned.get('m2'))].sort()).toEqual(['a-0', 'a-1', 'b-0', 'b-1']);
  });

  it('over any history of joins and leaves: never two owners, nobody loses without need, all is assigned within two rounds, evenly', () => {
    const step = fc.array(fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 17 }), fc.array(step, { minLength: 1, maxLength: 6 }), (count, history) => {
        const all = partitions('a', count);
        let owned = new Map<string, TopicPartition[]>();
        for (const present of history) {
          const ids = [...new Set(present)];
          for (let round = 0; round < 2; round++) {
            const before = owned;
            const assigned = assignPartitions(
              ids.map((id) => member(id, before.get(id) ?? [])),
              all,
            );
            const given = [...assigned.values()].flatMap(names);
            expect(new Set(given).size).toBe(given.length);
            for (const [id, list] of assigned) {
              const others = ids.filter((other) => other !== id).flatMap((other) => names(before.get(other)));
              expect(names(list).filter((n) => others.includes(n))).toEqual([]);
            }
            owned = assigned;
          }
          const sizes = ids.map((id) => owned.get(id)?.length ?? 0);
          expect(sizes.reduce((a, b) => a + b, 0)).toBe(count);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          const again = assignPartitions(
            ids.map((id) => member(id, owned.get(id) ?? [])),
            all,
          );
          expect(again).toEqual(owned);
        }
      }),
    );
  });
});

describe('what members tell each other', () => {
  it('comes back as it was sent', () => {
    const owned = [...partitions('a', 2), ...partitions('主题', 1)];
    const subscription = { topics: ['a', '主题'], owned };
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
    expect(decodeSubscription(encodeSubscription({ topics: [], owned: [] }))).toEqual({ topics: [], owned: [] });
    expect(decodeAssignment(encodeAssignment(owned))).toEqual(owned);
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
  });
});
