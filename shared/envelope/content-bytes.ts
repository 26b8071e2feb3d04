/** How much records hold, without looking at the bytes. */
import { type BatchSegment, BOUNDS_STRIDE, KEY_END, KEY_START, VALUE_END, VALUE_START } from '../records.ts';

/** Number of records, and bytes of their keys and values. */
export function contentBytesOf(records: readonly BatchSegment[]): { readonly count: number; readonly bytes: number } {
  let count = 0;
  let bytes = 0;
  for (const { block, from, to } of records) {
    count += to - from;
    for (let at = from * BOUNDS_STRIDE; at < to * BOUNDS_STRIDE; at += BOUNDS_STRIDE) {
      const key = block.bounds[at + KEY_START] ?? -1;
      const value = block.bounds[at + VALUE_START] ?? -1;
      if (key >= 0) bytes += (block.bounds[at + KEY_END] ?? key) - key;
      if (value >= 0) bytes += (block.bounds[at + VALUE_END] ?? value) - value;
    }
  }
  return { count, bytes };
}
