/** The partition of the table that a record belongs to. Deterministic but for `write-time`: the same record always has the same one. */
import { jsonPointer } from '../../../shared/json-pointer.ts';
import type { RecordBlock, TopicPartition } from '../../../shared/records.ts';
import type { WindowOf } from '../../../shared/sink.ts';
import { type TimeFormat, timeFormat } from '../../../shared/time-pattern.ts';
import type { MaxComputeConfig } from '../keys/maxcompute-keys.ts';
import type { PartitionSpec } from '../tunnel/partition-spec.ts';
import { BadValue } from '../value/bad-value.ts';
import { InstantReader, isCalendarMs } from '../value/instant-text.ts';
import { type PartitionPart, partitionColumns } from './partition-column.ts';
import { partitionValueProblem } from './partition-value.ts';
import { RecordField } from './record-field.ts';
import { windowPattern } from './window-text.ts';

/** Window of all records that belong to no partition; has a character that no value of a partition may have. */
export const NO_PARTITION_WINDOW = '?';
/** Kafka's word for no time. */
const NO_TIME_MS = -1;
const SEPARATOR = '\n';

export type PartitionKeys = Pick<
  MaxComputeConfig,
  | 'maxcompute.partition.columns'
  | 'maxcompute.partition.source'
  | 'maxcompute.partition.field'
  | 'maxcompute.partition.window'
  | 'maxcompute.partition.format'
  | 'maxcompute.time.zone'
>;

/** What the records of one partition have in common: of which topic-partition they are, and their window, where there are windows. */
export interface PartitionPlace extends TopicPartition {
  readonly window?: string | undefined;
}

export interface Partitioning {
  /** The table's partition columns in their order; none for a table without partitions. */
  readonly columns: readonly string[];
  /** Window of a record; absent where the partition does not depend on it. */
  readonly windowOf: WindowOf | undefined;
  /** The partition of records that share a window, for a batch written at `now` (epoch ms). `undefined` for `NO_PARTITION_WINDOW`, whose records
   *  have no partition; without columns for a table that has none. */
  specOf(place: PartitionPlace, now: number): PartitionSpec | undefined;
  /** Why a record belongs to no partition, or `undefined`. Such records are in a window of their own. */
  problemOf(block: RecordBlock, index: number): string | undefined;
}

/** Text of a part that depends on the record, or why there is none. */
type RecordPart = (block: RecordBlock, index: number) => string | BadValue;

interface TimedPart {
  readonly format: TimeFormat;
}

/** Reads a configuration that passed its checks. */
export function partitionOf(config: PartitionKeys): Partitioning {
  const columns = partitionColumns(config['maxcompute.partition.columns']);
  const zone = config['maxcompute.time.zone'];
  const instants = new InstantReader(zone);
  const timeOf = recordTime(config, instants);
  const formats = new Map<PartitionPart, TimedPart>();
  const recordParts = new Map<PartitionPart, RecordPart>();
  for (const part of columns.flatMap(({ parts }) => parts)) {
    const format = formatOf(part, config, zone);
    if (format !== undefined && timeOf === undefined) formats.set(part, { format });
    else if (format !== undefined && timeOf !== undefined) recordParts.set(part, timeText(timeOf, format));
    else if (part.kind === 'field') recordParts.set(part, fieldText(new RecordField(part.pointer)));
  }
  const slots = [...recordParts.values()];
  const slotOf = new Map([...recordParts.keys()].map((part, i) => [part, i]));
  const render = (part: PartitionPart, place: PartitionPlace, texts: readonly string[], now: number): string => {
    switch (part.kind) {
      case 'literal':
        return part.text;
      case 'topic':
        return place.topic;
      case 'partition':
        return String(place.partition);
      case 'window':
      case 'timestamp':
      case 'field':
        return formats.get(part)?.format(now) ?? texts[slotOf.get(part) ?? -1] ?? '';
      default:
        return part satisfies never;
    }
  };
  const specOf: Partitioning['specOf'] = (place, now) => {
    if (place.window === NO_PARTITION_WINDOW) return undefined;
    const texts = place.window?.split(SEPARATOR) ?? [];
    return columns.map(({ name, parts }) => ({
      name,
      value: parts.map((part) => render(part, place, texts, now)).join(''),
    }));
  };
  const whole = (block: RecordBlock, window: string): string | undefined => {
    const { topic, partition } = block;
    const wrong = specOf({ topic, partition, window }, 0)?.find(
      ({ value }) => partitionValueProblem(value) !== undefined,
    );
    return wrong && `the value of ${wrong.name} ${partitionValueProblem(wrong.value)}`;
  };
  // What was said of the last window holds for the next record of it.
  let lastWindow: string | undefined;
  let lastTopic = '';
  let lastProblem: string | undefined;
  const find = (block: RecordBlock, index: number): string | BadValue => {
    let window = '';
    for (let i = 0; i < slots.length; i++) {
      const text = slots[i]?.(block, index) ?? '';
      if (text instanceof BadValue) return text;
      window = i === 0 ? text : window + SEPARATOR + text;
    }
    if (window !== lastWindow || block.topic !== lastTopic) {
      lastProblem = whole(block, window);
      lastWindow = window;
      lastTopic = block.topic;
    }
    return lastProblem === undefined ? window : new BadValue(lastProblem);
  };
  const windowOf: WindowOf = (block, index) => {
    const window = find(block, index);
    return window instanceof BadValue ? NO_PARTITION_WINDOW : window;
  };
  return {
    columns: columns.map(({ name }) => name),
    windowOf: slots.length === 0 ? undefined : windowOf,
    specOf,
    problemOf: (block, index) => {
      const window = find(block, index);
      return window instanceof BadValue ? window.found : undefined;
    },
  };
}

function formatOf(part: PartitionPart, config: PartitionKeys, zone: string): TimeFormat | undefined {
  if (part.kind === 'timestamp') return timeFormat(part.pattern, zone);
  if (part.kind !== 'window') return undefined;
  return timeFormat(windowPattern(config['maxcompute.partition.format'], config['maxcompute.partition.window']), zone);
}

type RecordTime = (block: RecordBlock, index: number) => number | BadValue;

const NO_TIME = new BadValue('a record without a time');
const NOT_IN_CALENDAR = new BadValue('a record time that is not in the years 0000 to 9999');

/** The time of a record; `undefined` where that of writing counts. */
function recordTime(config: PartitionKeys, instants: InstantReader): RecordTime | undefined {
  const source = config['maxcompute.partition.source'];
  switch (source) {
    case 'write-time':
      return undefined;
    case 'record-time':
      return (block, index) => {
        const epochMs = block.timestamps[index] ?? Number.NaN;
        if (epochMs === NO_TIME_MS) return NO_TIME;
        return isCalendarMs(epochMs) ? epochMs : NOT_IN_CALENDAR;
      };
    case 'field': {
      const pointer = jsonPointer(config['maxcompute.partition.field'] ?? '');
      if (pointer === undefined) throw new Error('the configuration was not checked: no maxcompute.partition.field');
      const field = new RecordField(pointer);
      return (block, index) => field.epochMs(block, index, instants);
    }
    default:
      return source satisfies never;
  }
}

function timeText(timeOf: RecordTime, format: TimeFormat): RecordPart {
  return (block, index) => {
    const epochMs = timeOf(block, index);
    return epochMs instanceof BadValue ? epochMs : format(epochMs);
  };
}

function fieldText(field: RecordField): RecordPart {
  return (block, index) => {
    const text = field.text(block, index);
    if (text instanceof BadValue) return text;
    // A line break would end the text within the window.
    const problem = partitionValueProblem(text);
    return problem === undefined ? text : new BadValue(`a text for the partition that ${problem}`);
  };
}
