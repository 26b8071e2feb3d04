/** What brings a group's offsets back to where they were. Pure. */
import { partitionName, type TopicPartition } from '../../../shared/records.ts';
import type { OffsetMove } from './moves.ts';
import type { PartitionPosition } from './positions.ts';

export interface Undo {
  /** Offsets to set, as `planMoves` takes them; empty when nothing can be brought back. */
  readonly set: readonly (TopicPartition & { readonly offset: number })[];
  /** What cannot be brought back, a sentence each. */
  readonly lost: readonly string[];
}

/** The opposite of `moves`, as the log is now. */
export function undoOf(moves: readonly OffsetMove[], positions: readonly PartitionPosition[]): Undo {
  const byName = new Map(positions.map((position) => [partitionName(position), position]));
  const set: (TopicPartition & { readonly offset: number })[] = [];
  const lost: string[] = [];
  for (const { topic, partition, from, to, drops } of moves) {
    const name = partitionName({ topic, partition });
    const { beginning, end } = byName.get(name) ?? { beginning: 0, end: 0 };
    if (from === undefined) lost.push(`${name} had no committed offset; a commit cannot be taken away again`);
    else if (from < beginning || from > end)
      lost.push(`${name} was at ${from}, which is not in the log (${beginning} to ${end})`);
    else if (from !== to) set.push({ topic, partition, offset: from });
    if (drops !== undefined) lost.push(`what was stored with the commit of ${name} does not come back`);
  }
  return { set, lost };
}

/** `orders:0=12,orders:1=7`. */
export function formatSet(set: Undo['set']): string {
  return set.map(({ topic, partition, offset }) => `${topic}:${partition}=${offset}`).join(',');
}
