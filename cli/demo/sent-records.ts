/** What was sent, to compare with what arrived. */
import type { DemoRecord } from './orders.ts';

/** Where a record lies and what it holds, as a target has them; `null` where there is none. */
export interface ArrivedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** Records by their place in a topic that held nothing before. */
export function sentRecords(records: readonly DemoRecord[]): Map<string, DemoRecord['record']> {
  const sent = new Map<string, DemoRecord['record']>();
  const ends = new Map<number, number>();
  for (const { partition, record } of records) {
    const offset = ends.get(partition) ?? 0;
    sent.set(`${partition}/${offset}`, record);
    ends.set(partition, offset + 1);
  }
  return sent;
}

/** How many of `arrived` are what was sent to their place; each record counts once. */
export function countAsSent(arrived: Iterable<ArrivedRecord>, records: readonly DemoRecord[]): number {
  const sent = sentRecords(records);
  let right = 0;
  for (const { partition, offset, key, value } of arrived) {
    const place = `${partition}/${offset}`;
    const record = sent.get(place);
    if (record === undefined) continue;
    if (key === textOf(record.key) && value === textOf(record.value)) right++;
    sent.delete(place);
  }
  return right;
}

/** As a target shows it. */
export const textOf = (bytes: Buffer | null) => bytes?.toString() ?? null;
