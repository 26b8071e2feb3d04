/** Values and nothing else, straight from the block into one buffer of exactly the right size.
 *
 *  `newline`: each value, then a line feed. Values are written untouched: one that contains a line feed takes several lines, and
 *  a null looks like an empty value. `length`: 4 bytes big-endian (signed), then the value; -1 and nothing for a null. */

import { bodyBuffers } from '../../../shared/body-buffers.ts';
import { BOUNDS_STRIDE, VALUE_END, VALUE_START } from '../../../shared/records.ts';
import type { RawFraming } from '../object-format.ts';
import type { Records } from '../segments.ts';

const LINE_FEED = 0x0a;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** From this length on, one call copies faster than a loop. */
const BULK_COPY_BYTES = 64;

export function rawBody(records: Records, framing: RawFraming): Buffer {
  const frameBytes = framing === 'newline' ? 1 : LENGTH_BYTES;
  let length = 0;
  for (const { block, from, to } of records) {
    length += (to - from) * frameBytes;
    for (let at = from * BOUNDS_STRIDE; at < to * BOUNDS_STRIDE; at += BOUNDS_STRIDE) {
      const start = block.bounds[at + VALUE_START] ?? -1;
      if (start >= 0) length += (block.bounds[at + VALUE_END] ?? start) - start;
    }
  }
  const target = bodyBuffers.take(length);
  let to = 0;
  for (const segment of records) {
    const { bytes, bounds } = segment.block;
    for (let at = segment.from * BOUNDS_STRIDE; at < segment.to * BOUNDS_STRIDE; at += BOUNDS_STRIDE) {
      const start = bounds[at + VALUE_START] ?? -1;
      const end = start < 0 ? start : (bounds[at + VALUE_END] ?? start);
      if (framing === 'length') to = target.writeInt32BE(start < 0 ? NULL_LENGTH : end - start, to);
      if (end - start >= BULK_COPY_BYTES) {
        bytes.copy(target, to, start, end);
        to += end - start;
      } else {
        for (let i = start; i < end; i++) target[to++] = bytes[i] ?? 0;
      }
      if (framing === 'newline') target[to++] = LINE_FEED;
    }
  }
  return target;
}
