/** Values and nothing else, straight from the block into one buffer of exactly the right size.
 *
 *  `newline`: each value, then a line feed. Values are written untouched: one that contains a line feed takes several lines, and
 *  a null looks like an empty value. `length`: 4 bytes big-endian (signed), then the value; -1 and nothing for a null. */

import { bodyBuffers } from '../../../shared/body-buffers.ts';
import { BOUNDS_STRIDE, VALUE_END, VALUE_START } from '../../../shared/records.ts';
import type { RawFraming } from '../object-format.ts';
import type { Records } from '../segments.ts';
import { copyValues, FRAME_BYTES } from './copy-values.ts';

export function rawBody(records: Records, framing: RawFraming): Buffer {
  let length = 0;
  for (const { block, from, to } of records) {
    length += (to - from) * FRAME_BYTES[framing];
    for (let at = from * BOUNDS_STRIDE; at < to * BOUNDS_STRIDE; at += BOUNDS_STRIDE) {
      const start = block.bounds[at + VALUE_START] ?? -1;
      if (start >= 0) length += (block.bounds[at + VALUE_END] ?? start) - start;
    }
  }
  const target = bodyBuffers.take(length);
  let at = 0;
  for (const { block, from, to } of records) at = copyValues(block, from, to, framing, target, at);
  return target;
}
