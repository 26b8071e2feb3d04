/** Values of a block copied behind each other, each with its frame. A call of `Buffer.copy` makes a view of the value, and a million of them keep
 *  the collector busy. So a run of records is copied as it lies in the block, and its values are then moved together in place. */
import { BOUNDS_STRIDE, type RecordBlock, VALUE_END, VALUE_START } from '../../../shared/records.ts';
import type { RawFraming } from '../object-format.ts';

/** What goes with each value, null or not. */
export const FRAME_BYTES: Readonly<Record<RawFraming, number>> = { newline: 1, length: 4 };

const LINE_FEED = 0x0a;
const NULL_LENGTH = -1;

/** From this length on, one call copies faster than a loop. */
const BULK_COPY_BYTES = 64;
/** A run is moved while it still lies in the core's cache. */
const MOST_RUN_BYTES = 48 * 1024;
/** From this size on, copying a value twice costs more than its view does. */
const LARGE_BYTES = 1536;
/** What lies between two values is copied too. */
const MOST_GAP_BYTES = 512;
/** Fewer records are copied one by one: a run needs a view as well. */
const LEAST_RECORDS = 4;

/** Records up to `next` (exclusive), and where in the block their values lie; both 0 where there are none but nulls. */
interface Run {
  readonly next: number;
  readonly low: number;
  readonly high: number;
}

function isLarge({ bounds }: RecordBlock, index: number): boolean {
  const start = bounds[index * BOUNDS_STRIDE + VALUE_START] ?? -1;
  return start >= 0 && (bounds[index * BOUNDS_STRIDE + VALUE_END] ?? start) - start >= LARGE_BYTES;
}

/** The records from `from` on, before `to`, whose values are better copied together: not large, in order, close behind each other, and with their
 *  frames within `room`. */
function runOf({ bounds }: RecordBlock, from: number, to: number, frameBytes: number, room: number): Run {
  let low = 0;
  let high = 0;
  let isEmpty = true;
  let next = from;
  for (; next < to; next++) {
    const start = bounds[next * BOUNDS_STRIDE + VALUE_START] ?? -1;
    const end = start < 0 ? high : (bounds[next * BOUNDS_STRIDE + VALUE_END] ?? start);
    const newLow = isEmpty && start >= 0 ? start : low;
    if ((next + 1 - from) * frameBytes + end - newLow > room) break;
    if (start < 0) continue;
    if (end - start >= LARGE_BYTES || end - newLow > MOST_RUN_BYTES) break;
    if (!isEmpty && (start < high || start - high > MOST_GAP_BYTES)) break;
    low = newLow;
    high = end;
    isEmpty = false;
  }
  return { next, low, high };
}

/** Copies value by value. The bytes of the block lie in `source`, `shift` further on than in the block. */
function copyEach(
  source: Buffer,
  shift: number,
  { bounds }: RecordBlock,
  from: number,
  to: number,
  framing: RawFraming,
  target: Buffer,
  position: number,
): number {
  let next = position;
  for (let at = from * BOUNDS_STRIDE; at < to * BOUNDS_STRIDE; at += BOUNDS_STRIDE) {
    const start = bounds[at + VALUE_START] ?? -1;
    const end = start < 0 ? start : (bounds[at + VALUE_END] ?? start);
    if (framing === 'length') next = target.writeInt32BE(start < 0 ? NULL_LENGTH : end - start, next);
    if (end - start >= BULK_COPY_BYTES) {
      if (source === target) target.copyWithin(next, start + shift, end + shift);
      else source.copy(target, next, start + shift, end + shift);
      next += end - start;
    } else {
      for (let i = start + shift; i < end + shift; i++) target[next++] = source[i] ?? 0;
    }
    if (framing === 'newline') target[next++] = LINE_FEED;
  }
  return next;
}

/** Copies the values of records `from` to `to` of `block` into `target` from position `position`; returns the position after the last. There must
 *  be room; what lies behind them in `target` is undefined. A run is put down so far behind that no value is moved over one that still waits; where
 *  the target ends before that, the run is shorter. */
export function copyValues(
  block: RecordBlock,
  from: number,
  to: number,
  framing: RawFraming,
  target: Buffer,
  position: number,
): number {
  const { bytes } = block;
  const frameBytes = FRAME_BYTES[framing];
  let at = position;
  for (let index = from; index < to; ) {
    const run = runOf(block, index, to, frameBytes, target.length - at);
    let { next } = run;
    if (next - index < LEAST_RECORDS) {
      next = Math.max(next, index + 1);
      while (next < to && isLarge(block, next)) next++;
      at = copyEach(bytes, 0, block, index, next, framing, target, at);
    } else {
      const put = at + (next - index) * frameBytes;
      target.set(new Uint8Array(bytes.buffer, bytes.byteOffset + run.low, run.high - run.low), put);
      at = copyEach(target, put - run.low, block, index, next, framing, target, at);
    }
    index = next;
  }
  return at;
}
