/** Who reads which partition: computed by the group's leader, pure and deterministic. */
import { partitionName, type TopicPartition } from '../records.ts';
import type { Subscription } from './group-protocol.ts';

export interface GroupMemberInfo extends Subscription {
  readonly memberId: string;
}

const byName = (a: TopicPartition, b: TopicPartition) =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition;

/** Assigns every partition of `partitions` to a member that subscribes to its topic, evenly, moving as few as can be.
 *
 *  A partition that another member still holds is given to nobody in this round: its holder sees that it is missing, drains
 *  and commits it, and joins again without it; the round after that gives it away. So no partition ever has two owners, and
 *  whoever keeps a partition never stops for a rebalance (the incremental protocol of KIP-429). */
export function assignPartitions(
  members: readonly GroupMemberInfo[],
  partitions: readonly TopicPartition[],
): Map<string, TopicPartition[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const topicsOf = new Map(sorted.map((m) => [m.memberId, new Set(m.topics)]));
  const wanted = new Map<string, TopicPartition[]>(sorted.map((m) => [m.memberId, []]));
  const listOf = (memberId: string): TopicPartition[] => wanted.get(memberId) ?? [];

  const holder = new Map<string, string>();
  for (const member of sorted) {
    for (const tp of member.owned) if (!holder.has(partitionName(tp))) holder.set(partitionName(tp), member.memberId);
  }

  const leastLoaded = (topic: string) =>
    sorted
      .filter((m) => topicsOf.get(m.memberId)?.has(topic))
      .reduce<string | undefined>(
        (best, m) => (best === undefined || listOf(m.memberId).length < listOf(best).length ? m.memberId : best),
        undefined,
      );

  const ordered = [...partitions].sort(byName);
  const free: TopicPartition[] = [];
  for (const tp of ordered) {
    const held = holder.get(partitionName(tp));
    if (held !== undefined && topicsOf.get(held)?.has(tp.topic)) listOf(held).push(tp);
    else free.push(tp);
  }
  for (const tp of free) {
    const member = leastLoaded(tp.topic);
    if (member !== undefined) listOf(member).push(tp);
  }
  evenOut(
    sorted.map((m) => m.memberId),
    topicsOf,
    listOf,
  );

  for (const member of sorted) {
    const mine = listOf(member.memberId).filter((tp) => {
      const held = holder.get(partitionName(tp));
      return held === undefined || held === member.memberId;
    });
    wanted.set(member.memberId, mine.sort(byName));
  }
  return wanted;
}

/** Moves single partitions from a member to one with at least two fewer, until no such move is left. */
function evenOut(
  memberIds: readonly string[],
  topicsOf: ReadonlyMap<string, ReadonlySet<string>>,
  listOf: (memberId: string) => TopicPartition[],
): void {
  for (;;) {
    const byLoad = [...memberIds].sort((a, b) => listOf(a).length - listOf(b).length || (a < b ? -1 : 1));
    if (!moveOne(byLoad, topicsOf, listOf)) return;
  }
}

function moveOne(
  byLoad: readonly string[],
  topicsOf: ReadonlyMap<string, ReadonlySet<string>>,
  listOf: (memberId: string) => TopicPartition[],
): boolean {
  for (const to of byLoad) {
    for (const from of [...byLoad].reverse()) {
      if (listOf(from).length - listOf(to).length < 2) break;
      const movable = listOf(from).findLastIndex((tp) => topicsOf.get(to)?.has(tp.topic));
      if (movable < 0) continue;
      listOf(to).push(...listOf(from).splice(movable, 1));
      return true;
    }
  }
  return false;
}
