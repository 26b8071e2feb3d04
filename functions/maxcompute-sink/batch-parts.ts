/** What a batch is about, in words, and its cut into partitions of the table. */
import { batchOfSegments } from '../../shared/envelope/block-builder.ts';
import type { RecordError } from '../../shared/errors.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import { type BatchSegment, partitionName, type RecordBatch, type TopicPartition } from '../../shared/records.ts';
import type { SessionRange, WindowOf } from '../../shared/sink.ts';

/** Batches whose records all belong to one window, in the order of their first records. A dispatcher cuts them so already; a function that stands
 *  alone gets them as they come. */
export function partsByWindow(batch: RecordBatch, windowOf: WindowOf | undefined): readonly RecordBatch[] {
  if (windowOf === undefined || batch.window !== undefined) return [batch];
  const parts = new Map<string, { readonly segments: BatchSegment[]; count: number }>();
  for (const { block, from, to } of batch.segments) {
    let start = from;
    while (start < to) {
      const window = windowOf(block, start);
      let end = start + 1;
      while (end < to && windowOf(block, end) === window) end++;
      const part = parts.get(window) ?? { segments: [], count: 0 };
      part.segments.push({ block, from: start, to: end });
      part.count += end - start;
      parts.set(window, part);
      start = end;
    }
  }
  return [...parts].map(([window, { segments, count }]) =>
    batchOfSegments(batch, segments, Math.ceil((batch.encodedBytes * count) / batch.count), window),
  );
}

/** `offsets 5 to 12 of orders-0`. */
export function inWords({ firstOffset, lastOffset, ...tp }: SessionRange): string {
  const range = firstOffset === lastOffset ? `offset ${firstOffset}` : `offsets ${firstOffset} to ${lastOffset}`;
  return `${range} of ${partitionName(tp)}`;
}

/** What a refused record is answered with. */
export function refusal(
  { topic, partition }: TopicPartition,
  offset: number,
  { code, message }: RecordError,
): RecordOutcome {
  return { topic, partition, offset, status: 'errant', code, message };
}
