/** The `Range` header as the service reads it. Source: its page "GetObject", section on ranges. */
import { OssError } from './errors.ts';

/** `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The part of an object of `size` bytes that is asked for, or `undefined` for the whole.
 *
 *  A range that does not lie within the object, and anything malformed, is ignored: the whole object comes with a 200.
 *  Only under `x-oss-range-behavior: standard` an end past the object is cut to it, and a start past it is refused.
 *  @throws OssError `InvalidRange` (416) */
export function readRange(
  header: string | undefined,
  behavior: string | undefined,
  size: number,
): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const standard = behavior === 'standard';
  const start = from === '' ? size - Number(to) : Number(from);
  const end = from === '' || to === '' ? size : Number(to) + 1;
  if (from !== '' && to !== '' && end <= start) return undefined;
  if (start >= 0 && start < size && end <= size) return { start, end };
  if (!standard) return undefined;
  if (start >= size) {
    throw new OssError(416, 'InvalidRange', 'The requested range cannot be satisfied.', {
      ActualObjectSize: String(size),
      RangeRequested: header ?? '',
    });
  }
  return { start: Math.max(0, start), end: Math.min(end, size) };
}
