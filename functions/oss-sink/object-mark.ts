/** What an object says of itself, as user metadata: which records it holds, and a digest of its content before compression. */
import { createHash } from 'node:crypto';
import { countOf, firstOffsetOf, lastOffsetOf, type Records } from './segments.ts';

export interface ObjectMark {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  /** SHA-256 of the uncompressed content, hex. */
  readonly sha256: string;
}

const FIRST = 'spillway-first-offset';
const LAST = 'spillway-last-offset';
const COUNT = 'spillway-records';
export const SHA256 = 'spillway-sha256';

export function sha256Hex(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function markOf(records: Records, content: Buffer): ObjectMark {
  return {
    firstOffset: firstOffsetOf(records),
    lastOffset: lastOffsetOf(records),
    count: countOf(records),
    sha256: sha256Hex(content),
  };
}

export function toMetadata(mark: ObjectMark): Readonly<Record<string, string>> {
  return {
    [FIRST]: String(mark.firstOffset),
    [LAST]: String(mark.lastOffset),
    [COUNT]: String(mark.count),
    [SHA256]: mark.sha256,
  };
}

/** The mark in an object's metadata, `undefined` when the object is none of ours. */
export function fromMetadata(metadata: Readonly<Record<string, string>>): ObjectMark | undefined {
  const [firstOffset, lastOffset, count] = [FIRST, LAST, COUNT].map((name) => Number(metadata[name] || Number.NaN));
  const sha256 = metadata[SHA256];
  if (!Number.isSafeInteger(firstOffset) || !Number.isSafeInteger(lastOffset) || !Number.isSafeInteger(count))
    return undefined;
  if (firstOffset === undefined || lastOffset === undefined || count === undefined || sha256 === undefined)
    return undefined;
  return { firstOffset, lastOffset, count, sha256 };
}

export function sameMark(a: ObjectMark, b: ObjectMark): boolean {
  return (
    a.firstOffset === b.firstOffset && a.lastOffset === b.lastOffset && a.count === b.count && a.sha256 === b.sha256
  );
}
