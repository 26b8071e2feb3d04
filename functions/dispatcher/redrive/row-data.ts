/** A row of an error list as data for a program. */
import { shown } from '../../../shared/shown-bytes.ts';
import type { ErrorRow } from './error-list.ts';

/** JSON-able. */
export function rowData({ keyHead, ...row }: ErrorRow) {
  const key = keyHead === null ? null : shown(keyHead, keyHead.length);
  return {
    ...row,
    timestamp: isoTime(row.timestamp),
    keyHead: key === null ? null : { encoding: key.encoding, head: key.head },
  };
}

/** ISO time, '-' for what is none. */
export function isoTime(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isFinite(date.getTime()) ? date.toISOString() : '-';
}
