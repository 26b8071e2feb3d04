/** Positions for the tests of `spillway offsets`. */
import type { MovesWanted } from '../../../../../functions/dispatcher/offsets/moves.ts';
import type { GroupSource, PartitionPosition } from '../../../../../functions/dispatcher/offsets/positions.ts';

export const source: GroupSource = {
  groupId: 'connect-c',
  topics: ['orders'],
  startOffset: 'latest',
  isolationLevel: 'read_committed',
};

/** A partition that holds 10 to 100; `offset` is what is committed. */
export function position(
  partition: number,
  offset: number | undefined,
  { metadata = '', topic = 'orders', next = offset ?? 100 } = {},
): PartitionPosition {
  const committed = offset === undefined ? undefined : { offset, metadata };
  return { topic, partition, beginning: 10, end: 100, committed, next: Math.min(Math.max(next, 10), 100) };
}

export function wanted(
  all: readonly PartitionPosition[],
  target: MovesWanted['target'],
  extra: Partial<MovesWanted> = {},
): MovesWanted {
  return { source, all, selected: all, byNumber: false, target, atTime: new Map(), ...extra };
}

/** The problems of the ConfigError that `work` throws, as `key: message`. */
export function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (thrown) {
    const { problems } = thrown as { problems?: readonly { key: string; message: string }[] };
    if (problems === undefined) throw thrown;
    return problems.map(({ key, message }) => `${key}: ${message}`);
  }
  return [];
}
