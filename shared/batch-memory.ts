/** Holding on to the memory that a batch's records lie in, as long as the batch may be sent. */
import type { RecordBatch } from './records.ts';

/** Once for each segment. */
export function retainBatch({ segments }: RecordBatch): void {
  for (const { block } of segments) block.memory?.retain();
}

/** As `releaseBatch`, where a call that was given up may still read the records. */
export function discardBatch({ segments }: RecordBatch): void {
  for (const { block } of segments) block.memory?.discard();
}

/** Undoes `retainBatch`, or what an `OpenBatch` held when it was built. */
export function releaseBatch({ segments }: Pick<RecordBatch, 'segments'>): void {
  for (const { block } of segments) block.memory?.release();
}
