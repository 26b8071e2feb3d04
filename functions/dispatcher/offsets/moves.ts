/** What a change of a group's offsets would do, partition by partition. Pure. */
import { ConfigError, type ConfigProblem } from '../../../shared/errors.ts';
import type { StartOffset } from '../../../shared/kafka/driver.ts';
import { partitionName, type TopicPartition } from '../../../shared/records.ts';
import { beginAtStart, clamp, type GroupSource, isCommitted, type PartitionPosition, startText } from './positions.ts';
import { type StoredWithCommit, storedWithCommit } from './stored-with-commit.ts';

/** Where to: the beginning, the end or a time (epoch ms) of every partition, one offset, so many offsets on or back, or explicitly. */
export type ResetTarget =
  | { readonly to: StartOffset }
  | { readonly offset: number }
  | { readonly by: number }
  | { readonly set: readonly (TopicPartition & { readonly offset: number })[] };

/** Offsets from `from` (inclusive) to `to` (exclusive). */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

export interface OffsetMove extends TopicPartition {
  /** The committed offset; `undefined` when nothing is committed. */
  readonly from: number | undefined;
  readonly to: number;
  /** What happens to the records of `range`: delivered (again), or never. `none`: the range is empty. */
  readonly effect: 'again' | 'skipped' | 'none';
  /** Bounds the records that are affected; not every offset in it need hold one. */
  readonly range: OffsetRange;
  /** What is stored with the commit and goes with this change. */
  readonly drops: StoredWithCommit | undefined;
  /** What a person would not expect, a sentence each. */
  readonly notes: readonly string[];
}

export interface MovesWanted {
  readonly source: GroupSource;
  /** Every partition that the connector reads. */
  readonly all: readonly PartitionPosition[];
  /** Those to change; not looked at with `set`. */
  readonly selected: readonly PartitionPosition[];
  /** Whether the partitions were named one by one. */
  readonly byNumber: boolean;
  readonly target: ResetTarget;
  /** With a time: the first offset at or after it, by partition name, where there is one. */
  readonly atTime: ReadonlyMap<string, number>;
}

interface Destination {
  readonly position: PartitionPosition;
  readonly to: number;
  readonly notes: readonly string[];
}

/** The changes that `wanted` comes to; partitions that stand there already, with nothing stored, are left out.
 *  @throws ConfigError with every problem, under the option or key it is about */
export function planMoves(wanted: MovesWanted): OffsetMove[] {
  const problems: ConfigProblem[] = [];
  const destinations = destinationsOf(wanted, problems);
  if (problems.length === 0) problems.push(...startChanges(wanted, destinations));
  if (problems.length > 0) throw new ConfigError(problems, 'offsets');
  return destinations.map(moveOf).filter(({ from, to, drops }) => from !== to || drops !== undefined);
}

function destinationsOf(wanted: MovesWanted, problems: ConfigProblem[]): Destination[] {
  const { target, selected } = wanted;
  if ('set' in target) return explicit(target.set, wanted.all, problems);
  if ('offset' in target) {
    const [first] = selected;
    if (selected.length > 1 && !wanted.byNumber && first !== undefined) {
      const message = `an offset is one partition's: name it with --topic ${first.topic} --partition ${first.partition}, or use --set`;
      problems.push({ key: '--to', message });
      return [];
    }
    return selected.map((position) => exactly('--to', position, target.offset, problems));
  }
  if ('by' in target) return selected.flatMap((position) => relative(position, target.by, wanted.source, problems));
  return selected.map((position) => {
    if (target.to === 'earliest') return { position, to: position.beginning, notes: [] };
    if (target.to === 'latest') return { position, to: position.end, notes: [] };
    const found = wanted.atTime.get(partitionName(position)) ?? position.end;
    // The end answers for a time after the last record, too; a record there would have an offset below it.
    const notes = found >= position.end ? ['no record at or after that time: the end'] : [];
    return { position, to: clamp(found, position), notes };
  });
}

function explicit(
  set: readonly (TopicPartition & { readonly offset: number })[],
  all: readonly PartitionPosition[],
  problems: ConfigProblem[],
): Destination[] {
  const byName = new Map(all.map((position) => [partitionName(position), position]));
  const seen = new Set<string>();
  return set.flatMap((wish) => {
    const name = partitionName(wish);
    const position = byName.get(name);
    if (seen.has(name)) problems.push({ key: '--set', message: `${name} is given twice` });
    seen.add(name);
    if (position !== undefined) return [exactly('--set', position, wish.offset, problems)];
    const topics = [...new Set(all.map(({ topic }) => topic))].join(', ');
    problems.push({ key: '--set', message: `the connector reads no ${name}; its topics are ${topics}` });
    return [];
  });
}

function exactly(key: string, position: PartitionPosition, to: number, problems: ConfigProblem[]): Destination {
  const { beginning, end } = position;
  if (to < beginning || to > end) {
    const holds = `it holds ${beginning} to ${end} (the last is where the next record goes)`;
    problems.push({ key, message: `${partitionName(position)} has no offset ${to}: ${holds}` });
  }
  return { position, to, notes: [] };
}

function relative(
  position: PartitionPosition,
  by: number,
  { groupId }: GroupSource,
  problems: ConfigProblem[],
): Destination[] {
  const { committed, beginning } = position;
  if (committed === undefined) {
    const message = `group ${groupId} has committed nothing for ${partitionName(position)}, so there is nothing to count from; use --to`;
    problems.push({ key: '--by', message });
    return [];
  }
  const wish = committed.offset + by;
  const to = clamp(wish, position);
  const bound = wish < beginning ? 'begins' : 'ends';
  return [{ position, to, notes: wish === to ? [] : [`${wish} is not there: the log ${bound} at ${to}`] }];
}

function moveOf({ position, to, notes }: Destination): OffsetMove {
  const { topic, partition, committed, next, beginning, end } = position;
  const outside =
    committed === undefined || (committed.offset >= beginning && committed.offset <= end)
      ? []
      : [
          committed.offset > end
            ? `the committed offset is past the end (${end})`
            : `Kafka deleted ${committed.offset} to ${beginning - 1} already`,
        ];
  return {
    topic,
    partition,
    from: committed?.offset,
    to,
    effect: to < next ? 'again' : to > next ? 'skipped' : 'none',
    range: { from: Math.min(to, next), to: Math.max(to, next) },
    drops: storedWithCommit(committed),
    notes: [
      ...outside,
      ...(committed === undefined ? [`without it the connector would begin at ${next}`] : []),
      ...notes,
    ],
  };
}

/** First commits change where the partitions beside them begin: that must not happen unseen. */
function startChanges({ source, all }: MovesWanted, destinations: readonly Destination[]): ConfigProblem[] {
  if (source.startOffset === 'earliest') return [];
  const before = isCommitted(all);
  const after = new Set([...before, ...destinations.map(({ position }) => partitionName(position))]);
  const stillAtStart = new Set([...after, ...beginAtStart(all, after, source.topics)]);
  const moved = beginAtStart(all, before, source.topics).filter((name) => !stillAtStart.has(name));
  if (moved.length === 0) return [];
  const shown = moved.length > 8 ? `${moved.slice(0, 8).join(', ')} and ${moved.length - 8} more` : moved.join(', ');
  const message = `group ${source.groupId} has committed nothing for ${shown}, which would begin at ${startText(source.startOffset)}; beside partitions with a commit they count as added later and would begin at their beginning. Set them as well (without --topic and --partition, or all in --set), or start the connector once first`;
  return [{ key: 'consumer.start.offset', message }];
}
