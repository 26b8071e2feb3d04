/** Runs of records, as an object holds them: segments of blocks of one topic-partition, in offset order, never empty. */
import { batchOfSegments } from '../../shared/envelope/block-builder.ts';
import { type BatchSegment, offsetAt, type RecordBatch, type RecordBlock } from '../../shared/records.ts';

export type Records = readonly BatchSegment[];

export function countOf(records: Records): number {
  return records.reduce((count, { from, to }) => count + to - from, 0);
}

export function firstOffsetOf(records: Records): number {
  const first = records[0];
  return first === undefined ? Number.NaN : offsetAt(first.block, first.from);
}

export function lastOffsetOf(records: Records): number {
  const last = records.at(-1);
  return last === undefined ? Number.NaN : offsetAt(last.block, last.to - 1);
}

/** Offsets of the records, in order. */
export function offsetsOf(records: Records): number[] {
  return records.flatMap(({ block, from, to }) => Array.from(block.offsets.subarray(from, to)));
}

/** The same records as a batch; `encodedBytes` is not known and 0. */
export function asBatch(records: Records): RecordBatch {
  const first = records[0];
  if (first === undefined) throw new RangeError('an object holds one record or more');
  return batchOfSegments(first.block, records, 0, undefined);
}

/** The first `count` records and the others; one of the two is empty when `count` is 0 or all. */
export function splitAt(records: Records, count: number): readonly [Records, Records] {
  const head: BatchSegment[] = [];
  const tail: BatchSegment[] = [];
  let left = count;
  for (const { block, from, to } of records) {
    const cut = Math.min(to, from + left);
    if (cut > from) head.push({ block, from, to: cut });
    if (cut < to) tail.push({ block, from: cut, to });
    left -= cut - from;
  }
  return [head, tail];
}

/** How many records have an offset of at most `offset`. */
export function countThrough(records: Records, offset: number): number {
  let count = 0;
  for (const { block, from, to } of records) {
    for (let i = from; i < to && offsetAt(block, i) <= offset; i++) count++;
  }
  return count;
}

/** Appends record `index` of `block`, as part of the last segment where it follows on that one. */
export function append(records: BatchSegment[], block: RecordBlock, index: number): void {
  const last = records.at(-1);
  if (last !== undefined && last.block === block && last.to === index) {
    records[records.length - 1] = { block, from: last.from, to: index + 1 };
  } else {
    records.push({ block, from: index, to: index + 1 });
  }
}
