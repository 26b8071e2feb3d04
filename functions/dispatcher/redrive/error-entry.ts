/** Records of an error topic, as what they were before they failed. Pure. */
import { type FailureNote, noteHeaders, splitNote } from '../../../shared/failure-note.ts';
import type { ProducerRecord } from '../../../shared/kafka/driver.ts';
import type { RecordHeader, SinkRecord } from '../../../shared/records.ts';
import { markHeaders, sourceOf, splitMark } from './redrive-mark.ts';

/** A record that a connector wrote to its error topic. */
export interface ErrantEntry {
  /** As it lies in the error topic. */
  readonly record: SinkRecord;
  readonly note: FailureNote;
  /** Headers as the connector read them: those of a redrive included, those of the error not. */
  readonly headersAsRead: readonly RecordHeader[];
  /** Headers of the original record. */
  readonly headers: readonly RecordHeader[];
  /** Epoch ms of the original record. */
  readonly timestamp: number;
  /** How often it was sent back already. */
  readonly attempts: number;
}

/** A record that somebody else wrote there: its error headers are missing or malformed. */
export interface ForeignEntry {
  readonly record: SinkRecord;
  readonly note?: never;
}

export type ErrorEntry = ErrantEntry | ForeignEntry;

/** What `record` is. Only what the error topic's writer and redrives appended is taken off: an original record may itself have had such
 *  headers. */
export function entryOf(record: SinkRecord): ErrorEntry {
  // After the note: of a redrive straight to the sink, or of parking. Before it: of a redrive to the topic it was then read from.
  const outer = splitMark(record.headers);
  const split = splitNote(outer.own);
  if (split === undefined) return { record };
  const { note, own: headersAsRead } = split;
  const inner = splitMark(headersAsRead);
  const redriven = inner.mark?.timestamp === undefined ? undefined : inner;
  return {
    record,
    note,
    headersAsRead,
    headers: redriven === undefined ? headersAsRead : redriven.own,
    timestamp: redriven?.mark?.timestamp ?? note.timestamp,
    attempts: outer.mark?.attempt ?? redriven?.mark?.attempt ?? 0,
  };
}

/** The original record again, marked as sent back once more. Written at `now`: retention would take an old timestamp away at once. */
export function redrivenRecord(entry: ErrantEntry, now: number): ProducerRecord {
  const { record, headers, timestamp, attempts } = entry;
  const mark = { source: sourceOf(record, record.offset), timestamp, attempt: attempts + 1 };
  return { key: record.key, value: record.value, headers: [...headers, ...markHeaders(mark)], timestamp: now };
}

/** What goes to the parking topic: the record as it lies in the error topic, marked with where it lay. */
export function parkedRecord(entry: ErrantEntry, now: number): ProducerRecord {
  return inErrorTopic(entry, entry.note, entry.attempts, now);
}

/** What goes back to the error topic when the sink refuses it again, with the new reason. */
export function refusedRecord(
  entry: ErrantEntry,
  reason: Pick<FailureNote, 'stage' | 'code' | 'message' | 'errorClass' | 'stack' | 'functionLog'>,
  now: number,
): ProducerRecord {
  const { stack: _, functionLog: __, ...note } = entry.note;
  return inErrorTopic(entry, { ...note, ...reason }, entry.attempts + 1, now);
}

function inErrorTopic(
  { record, headersAsRead }: ErrantEntry,
  note: FailureNote,
  attempt: number,
  now: number,
): ProducerRecord {
  const mark = { source: sourceOf(record, record.offset), attempt };
  return {
    key: record.key,
    value: record.value,
    headers: [...headersAsRead, ...noteHeaders(note), ...markHeaders(mark)],
    timestamp: now,
  };
}
