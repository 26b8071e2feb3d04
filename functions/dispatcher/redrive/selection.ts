/** Which records of an error topic are meant. Pure. */
import type { ErrorEntry } from './error-entry.ts';

/** One place in an error topic. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface Selection {
  readonly connector?: string;
  /** Stable code. */
  readonly code?: string;
  readonly errorClass?: string;
  /** Where the record came from; all partitions when none is named. */
  readonly source?: { readonly topic: string; readonly partition?: number };
  /** Epoch ms of the error-topic record: inclusive, exclusive. */
  readonly since?: number;
  readonly until?: number;
  /** Inclusive, both of the same partition when both are there. */
  readonly from?: Place;
  readonly upTo?: Place;
  /** These and no others; empty: all that the rest selects. */
  readonly places: readonly Place[];
}

/** Whether nothing is left out. */
export function selectsAll({ places, ...filters }: Selection): boolean {
  return places.length === 0 && Object.values(filters).every((filter) => filter === undefined);
}

/** The partition that all of the selection is in, where it names one. */
export function onlyPartition({ from, upTo }: Selection): number | undefined {
  return (from ?? upTo)?.partition;
}

/** Whether the entry lies where the selection looks. */
export function inRange({ record }: ErrorEntry, selection: Selection): boolean {
  const { since, until, from, upTo, places } = selection;
  const partition = onlyPartition(selection);
  if (partition !== undefined && record.partition !== partition) return false;
  if (from !== undefined && record.offset < from.offset) return false;
  if (upTo !== undefined && record.offset > upTo.offset) return false;
  if (since !== undefined && record.timestamp < since) return false;
  if (until !== undefined && record.timestamp >= until) return false;
  return places.length === 0 || places.some((p) => p.partition === record.partition && p.offset === record.offset);
}

/** Whether the entry lies there and is of the kind. What is no error record is of no kind. */
export function isSelected(entry: ErrorEntry, selection: Selection): boolean {
  if (!inRange(entry, selection)) return false;
  const { connector, code, errorClass, source } = selection;
  const { note } = entry;
  if (note === undefined) return connector === undefined && code === undefined && errorClass === undefined && !source;
  return (
    (connector === undefined || note.connector === connector) &&
    (code === undefined || note.code === code) &&
    (errorClass === undefined || note.errorClass === errorClass) &&
    (source === undefined ||
      (note.topic === source.topic && (source.partition === undefined || note.partition === source.partition)))
  );
}

/** The selection as text that is the same for the same selection, however it was put together. */
export function selectionText({ places, ...filters }: Selection): string {
  const sorted = [...places].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  const parts = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, typeof value === 'object' ? Object.entries(value).sort() : value]);
  return JSON.stringify([...parts, sorted.map(({ partition, offset }) => [partition, offset])]);
}
