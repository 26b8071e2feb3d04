/** What an object says of itself, as user metadata: which records it holds, and how large its content is. All of it is known without a look
 *  at the content: whether that is the same is found out only where an object is there already (`object-proof.ts`). */
import { countOf, firstOffsetOf, lastOffsetOf, type Records } from './segments.ts';

export interface ObjectMark {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  /** Size of the content before compression. */
  readonly bytes: number;
}

const NAMES = {
  firstOffset: 'spillway-first-offset',
  lastOffset: 'spillway-last-offset',
  count: 'spillway-records',
  bytes: 'spillway-bytes',
} as const;

export function markOf(records: Records, content: Buffer): ObjectMark {
  return {
    firstOffset: firstOffsetOf(records),
    lastOffset: lastOffsetOf(records),
    count: countOf(records),
    bytes: content.length,
  };
}

export function toMetadata(mark: ObjectMark): Readonly<Record<string, string>> {
  return {
    [NAMES.firstOffset]: String(mark.firstOffset),
    [NAMES.lastOffset]: String(mark.lastOffset),
    [NAMES.count]: String(mark.count),
    [NAMES.bytes]: String(mark.bytes),
  };
}

/** The mark in an object's metadata, `undefined` when the object is none of ours. */
export function fromMetadata(metadata: Readonly<Record<string, string>>): ObjectMark | undefined {
  const numberOf = (name: string) => Number(metadata[name] || Number.NaN);
  const mark = {
    firstOffset: numberOf(NAMES.firstOffset),
    lastOffset: numberOf(NAMES.lastOffset),
    count: numberOf(NAMES.count),
    bytes: numberOf(NAMES.bytes),
  };
  return Object.values(mark).every(Number.isSafeInteger) ? mark : undefined;
}

/** Whether two objects say that they hold the same records; their contents may differ. */
export function sameRecords(a: ObjectMark, b: ObjectMark): boolean {
  return a.firstOffset === b.firstOffset && a.lastOffset === b.lastOffset && a.count === b.count;
}
