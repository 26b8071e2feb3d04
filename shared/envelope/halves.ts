/** A batch cut in two. */
import type { BatchSegment, RecordBatch } from '../records.ts';
import { batchOfSegments } from './block-builder.ts';

/** The first and the second half of `batch` in offset order; the first has one record more where their number is odd. Same window, no record
 *  is copied. `encodedBytes` is divided by the number of records, for accounting: neither half exceeds a limit that the whole kept.
 *  @throws RangeError when there is only one record */
export function halves(batch: RecordBatch): [RecordBatch, RecordBatch] {
  const size = Math.ceil(batch.count / 2);
  const first: BatchSegment[] = [];
  const second: BatchSegment[] = [];
  let room = size;
  for (const { block, from, to } of batch.segments) {
    const cut = Math.min(to, from + room);
    if (cut > from) first.push({ block, from, to: cut });
    if (to > cut) second.push({ block, from: cut, to });
    room -= cut - from;
  }
  const bytesOf = (count: number) => Math.ceil((batch.encodedBytes * count) / batch.count);
  return [
    batchOfSegments(batch, first, bytesOf(size), batch.window),
    batchOfSegments(batch, second, bytesOf(batch.count - size), batch.window),
  ];
}
