/** What a request to alter offsets comes to. Pure. */
import { partitionName, type TopicPartition } from '../../../shared/records.ts';
import type { ConnectorOffset } from '../connect-shapes.ts';
import { shortened } from './shortened.ts';

/** First offset of a partition, and where its next record goes. */
export interface PartitionBounds {
  readonly beginning: number;
  readonly end: number;
}

export interface OffsetChanges {
  readonly set: readonly (TopicPartition & { readonly offset: number })[];
  /** To be as if nothing had ever been committed. */
  readonly reset: readonly TopicPartition[];
}

/** Sorts out what is wished. */
export function offsetChanges(wished: readonly ConnectorOffset[]): OffsetChanges {
  const all = wished.map(({ partition, offset }) => ({ ...partitionOf(partition), to: offset?.kafka_offset }));
  return {
    set: all.flatMap(({ to, ...tp }) => (to === undefined ? [] : [{ ...tp, offset: to }])),
    reset: all.flatMap(({ to, ...tp }) => (to === undefined ? [tp] : [])),
  };
}

/** What is wrong with it, a sentence each.
 *  @param bounds by partition name, of all partitions of the topics that exist */
export function offsetProblems(
  wished: readonly ConnectorOffset[],
  bounds: ReadonlyMap<string, PartitionBounds>,
): readonly string[] {
  const seen = new Set<string>();
  return wished.flatMap(({ partition, offset }) => {
    const tp = partitionName(partitionOf(partition));
    const name = shortened(tp);
    if (seen.has(tp)) return [`${name} is given twice`];
    seen.add(tp);
    const there = bounds.get(tp);
    if (there === undefined) return [`${name} is no partition of this cluster`];
    if (offset === null || isWithin(offset.kafka_offset, there)) return [];
    return [
      `${name} has no offset ${offset.kafka_offset}: it holds ${there.beginning} to ${there.end} (the last is where the next record goes)`,
    ];
  });
}

/** Past the end the partition would stop and wait for a person; before the beginning a gap would be counted where nothing was lost. */
function isWithin(offset: number, { beginning, end }: PartitionBounds): boolean {
  return Number.isSafeInteger(offset) && offset >= beginning && offset <= end;
}

/** Partitions that will begin at their beginning for want of an offset, because others of their topic have one: they count as added later
 *  (`shared/kafka/start-positions.ts`). Only of topics that are changed.
 *  @param committed names of the partitions with an offset, before the change
 *  @param partitions by topic that is changed */
export function withoutOffset(
  { set, reset }: OffsetChanges,
  committed: ReadonlySet<string>,
  partitions: ReadonlyMap<string, readonly number[]>,
): readonly string[] {
  const gone = new Set(reset.map(partitionName));
  const after = new Set([...[...committed].filter((name) => !gone.has(name)), ...set.map(partitionName)]);
  return [...partitions].flatMap(([topic, ids]) => {
    const names = ids.map((partition) => partitionName({ topic, partition }));
    const missing = names.filter((name) => !after.has(name));
    return missing.length < names.length ? missing : [];
  });
}

function partitionOf(partition: ConnectorOffset['partition']): TopicPartition {
  return { topic: partition.kafka_topic, partition: partition.kafka_partition };
}
