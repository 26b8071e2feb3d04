import { describe, expect, it } from 'vitest';
import { decodeStopMark, encodeStopMark } from '../../../../functions/dispatcher/stop-mark.ts';

describe('stop mark', () => {
  it('survives the commit metadata', () => {
    const mark = { offset: 2 ** 53 - 1, code: 'VALUE_NOT_UTF8' };
    expect(decodeStopMark(encodeStopMark(mark))).toEqual(mark);
  });

  it('stays far below the 4,096 bytes of commit metadata, whatever the code', () => {
    expect(Buffer.byteLength(encodeStopMark({ offset: 1, code: '界'.repeat(5_000) }))).toBeLessThan(512);
  });

  it.each(['', 'foreign', '{"a":1}', '{"spillway":1', '{"spillway":1}', '{"spillway":1,"stopped":{"offset":"7"}}'])(
    'finds none in %j',
    (metadata) => {
      expect(decodeStopMark(metadata)).toBeUndefined();
    },
  );
});
