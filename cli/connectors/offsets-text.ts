/** Committed offsets, and changes of them, as tables for a person. */
import Table from 'cli-table3';
import type { OffsetChange } from '../api/connect-api.ts';
import type { ConnectorOffsets } from '../api/connect-shapes.ts';
import { tableStyle } from '../table-style.ts';
import { cell } from './status-text.ts';

/** By topic and partition. Ends with a line break. */
export function committedText({ offsets }: ConnectorOffsets): string {
  if (offsets.length === 0) return 'nothing is committed\n';
  const table = new Table({ head: ['topic', 'partition', 'committed'], style: tableStyle() });
  const rows = offsets.map(({ partition, offset }) => ({
    topic: partition.kafka_topic,
    partition: partition.kafka_partition,
    offset: offset?.kafka_offset ?? null,
  }));
  for (const row of rows.sort(byPlace)) table.push([cell(row.topic), row.partition, offsetText(row.offset)]);
  return `${table.toString()}\n`;
}

/** What each partition has, and is to have. Ends with a line break. */
export function changesText(committed: ConnectorOffsets, wanted: readonly OffsetChange[]): string {
  if (wanted.length === 0) return 'nothing is committed, so there is nothing to change\n';
  const table = new Table({ head: ['topic', 'partition', 'from', 'to'], style: tableStyle() });
  for (const { topic, partition, offset } of [...wanted].sort(byPlace)) {
    const now = committed.offsets.find(
      (one) => one.partition.kafka_topic === topic && one.partition.kafka_partition === partition,
    );
    table.push([cell(topic), partition, offsetText(now?.offset?.kafka_offset ?? null), offsetText(offset)]);
  }
  return `${table.toString()}\n`;
}

function offsetText(offset: number | null): string {
  return offset === null ? 'none' : String(offset);
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

function byPlace(a: Place, b: Place): number {
  return a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition;
}
