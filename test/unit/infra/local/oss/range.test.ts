import { describe, expect, it } from 'vitest';
import { readRange } from '../../../../../infra/local/oss/range.ts';

describe('readRange on 1000 bytes', () => {
  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=500-999', 500, 1000],
    ['bytes=500-', 500, 1000],
    ['bytes=-100', 900, 1000],
    ['bytes=999-999', 999, 1000],
  ])('reads %s', (header, start, end) => {
    for (const behavior of [undefined, 'standard']) expect(readRange(header, behavior, 1000)).toEqual({ start, end });
  });

  it.each([undefined, 'bytes=', 'bytes=-', 'bytes=a-b', 'lines=0-9', 'bytes=9-0', 'bytes=0-1,5-6'])(
    'ignores %s',
    (header) => {
      expect(readRange(header, 'standard', 1000)).toBeUndefined();
    },
  );

  it.each(['bytes=500-2000', 'bytes=1000-2000', 'bytes=1000-', 'bytes=-2000'])(
    'gives the whole object for %s, which does not lie within it',
    (header) => {
      expect(readRange(header, undefined, 1000)).toBeUndefined();
    },
  );

  it('cuts and refuses under the standard behaviour', () => {
    expect(readRange('bytes=500-2000', 'standard', 1000)).toEqual({ start: 500, end: 1000 });
    expect(readRange('bytes=-2000', 'standard', 1000)).toEqual({ start: 0, end: 1000 });
    expect(() => readRange('bytes=1000-2000', 'standard', 1000)).toThrow(
      expect.objectContaining({ status: 416, code: 'InvalidRange' }),
    );
  });
});
