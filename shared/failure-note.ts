/** What the headers of an error-topic record say: written after the record's own, and told apart from them again. Pure. */
import { topicComplaint } from './config/topic-name.ts';
import type { RecordHeader, TopicPartition } from './records.ts';

/** Why a record is in an error topic, and where it was: `topic`, `partition` and `offset` are those it was read from. */
export interface FailureNote extends TopicPartition {
  readonly offset: number;
  /** Epoch ms of the record as it was read. */
  readonly timestamp: number;
  readonly connector: string;
  readonly task: number;
  /** Kafka Connect's name of the stage. */
  readonly stage: string;
  /** The sink that refused it. */
  readonly sinkClass: string;
  readonly errorClass: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** The end of what the function logged while it failed the record, where it is known. */
  readonly functionLog?: string | undefined;
  /** Stable code, which tools branch on instead of the message. */
  readonly code: string;
}

/** Code of a record in an error topic whose value is nowhere any more: key and headers are what is left of it, and it is no tombstone. */
export const VALUE_LOST = 'RECORD_VALUE_LOST';

/** Source: `DeadLetterQueueReporter` of apache/kafka; `timestamp` is ours, since the record itself is written with the current time. */
const PREFIX = '__connect.errors.';
/** Ours, too. */
const CODE_HEADER = 'spillway.error.code';
const NAMES = [
  `${PREFIX}topic`,
  `${PREFIX}partition`,
  `${PREFIX}offset`,
  `${PREFIX}connector.name`,
  `${PREFIX}task.id`,
  `${PREFIX}stage`,
  `${PREFIX}class.name`,
  `${PREFIX}exception.class.name`,
  `${PREFIX}exception.message`,
  `${PREFIX}exception.stacktrace`,
  `${PREFIX}timestamp`,
  CODE_HEADER,
] as const;
/** Ours, behind the others, and only where there is one. */
const LOG_HEADER = 'spillway.function.log';

/** The headers that follow the record's own: text values in UTF-8, as Connect writes them. */
export function noteHeaders(note: FailureNote): RecordHeader[] {
  const texts: readonly (string | null)[] = [
    note.topic,
    String(note.partition),
    String(note.offset),
    note.connector,
    String(note.task),
    note.stage,
    note.sinkClass,
    note.errorClass,
    note.message,
    note.stack ?? null,
    String(note.timestamp),
    note.code,
  ];
  const headers = NAMES.map((key, at) => {
    const text = texts[at] ?? null;
    return { key, value: text === null ? null : Buffer.from(text) };
  });
  return note.functionLog === undefined
    ? headers
    : [...headers, { key: LOG_HEADER, value: Buffer.from(note.functionLog) }];
}

/** The record's own headers and the note after them. Only the last block counts: the record may have been in an error topic before it
 *  was read, and that block is its own. `undefined` when they do not end with a whole note. */
export function splitNote(
  headers: readonly RecordHeader[],
): { readonly own: readonly RecordHeader[]; readonly note: FailureNote } | undefined {
  const last = headers.at(-1);
  const functionLog = last?.key === LOG_HEADER ? last.value?.toString('utf8') : undefined;
  const end = last?.key === LOG_HEADER ? headers.length - 1 : headers.length;
  const from = end - NAMES.length;
  if (from < 0) return undefined;
  const block = headers.slice(from, end);
  if (block.some(({ key }, at) => key !== NAMES[at])) return undefined;
  const [topic, partition, offset, connector, task, stage, sinkClass, errorClass, message, stack, timestamp, code] =
    block.map(({ value }) => value?.toString('utf8'));
  const numbers = {
    partition: whole(partition),
    offset: whole(offset),
    task: whole(task),
    timestamp: whole(timestamp),
  };
  if (topic === undefined || topicComplaint(topic) !== undefined || code === undefined || connector === undefined) {
    return undefined;
  }
  if (numbers.partition < 0 || numbers.offset < 0 || Object.values(numbers).some(Number.isNaN)) return undefined;
  const note = { topic, ...numbers, connector, stage: stage ?? '', sinkClass: sinkClass ?? '' };
  const reason = { errorClass: errorClass ?? '', message: message ?? '', code };
  return {
    own: headers.slice(0, from),
    note: {
      ...note,
      ...reason,
      ...(stack === undefined ? {} : { stack }),
      ...(functionLog === undefined ? {} : { functionLog }),
    },
  };
}

/** NaN for what is no whole number that fits; a timestamp may be -1. */
function whole(text: string | undefined): number {
  const value = text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
