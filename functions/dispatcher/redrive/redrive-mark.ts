/** The headers by which a redriven record is known: the last ones of its list, always in this order. Pure. */
import type { RecordHeader, TopicPartition } from '../../../shared/records.ts';

const SOURCE = 'spillway.redrive.source';
const TIMESTAMP = 'spillway.redrive.timestamp';
const ATTEMPT = 'spillway.redrive.attempt';

export interface RedriveMark {
  /** Where in an error topic it came from, as `sourceOf` says it. */
  readonly source: string;
  /** How often it was sent back, this time included. */
  readonly attempt: number;
  /** Epoch ms of the original record; absent on what never left the error topics. */
  readonly timestamp?: number;
}

/** Name of a place in an error topic: `connect-error-orders/0/17`. A topic's name has no slash. */
export function sourceOf({ topic, partition }: TopicPartition, offset: number): string {
  return `${topic}/${partition}/${offset}`;
}

/** Offset that `source` names, where it is one of `tp`. */
export function offsetOfSource(source: string, tp: TopicPartition): number | undefined {
  const prefix = sourceOf(tp, 0).slice(0, -1);
  const rest = source.startsWith(prefix) ? source.slice(prefix.length) : '';
  return /^\d{1,16}$/.test(rest) ? Number(rest) : undefined;
}

export function markHeaders({ source, attempt, timestamp }: RedriveMark): RecordHeader[] {
  const texts: readonly (readonly [string, string])[] = [
    [SOURCE, source],
    ...(timestamp === undefined ? [] : [[TIMESTAMP, String(timestamp)] as const]),
    [ATTEMPT, String(attempt)],
  ];
  return texts.map(([key, text]) => ({ key, value: Buffer.from(text) }));
}

/** The mark that the headers end with, and those before it; all of them when there is none. */
export function splitMark(headers: readonly RecordHeader[]): {
  readonly own: readonly RecordHeader[];
  readonly mark?: RedriveMark;
} {
  const attempt = numberIn(headers.at(-1), ATTEMPT);
  if (attempt === undefined) return { own: headers };
  const timestamp = numberIn(headers.at(-2), TIMESTAMP);
  const before = timestamp === undefined ? headers.length - 2 : headers.length - 3;
  const source = headers[before];
  if (source?.key !== SOURCE || source.value === null) return { own: headers };
  return {
    own: headers.slice(0, before),
    mark: { source: source.value.toString('utf8'), attempt, ...(timestamp === undefined ? {} : { timestamp }) },
  };
}

function numberIn(header: RecordHeader | undefined, key: string): number | undefined {
  if (header?.key !== key) return undefined;
  const text = header.value?.toString('utf8') ?? '';
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
