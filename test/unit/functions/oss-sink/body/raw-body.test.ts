import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawBody } from '../../../../../functions/oss-sink/body/raw-body.ts';
import { splitAt } from '../../../../../functions/oss-sink/segments.ts';
import { batchOfRecords } from '../../../../helpers/records.ts';

const bytes = fc.option(fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)));
const values = fc.array(bytes, { minLength: 1, maxLength: 10 });
const segmentsOf = (list: readonly (Buffer | null)[]) =>
  batchOfRecords(list.map((value, offset) => ({ offset, value, key: 'ignored' }))).segments;

describe('rawBody', () => {
  it('writes each value and a line feed, bytes untouched', () => {
    fc.assert(
      fc.property(values, (list) => {
        const expected = Buffer.concat(list.flatMap((value) => [value ?? Buffer.alloc(0), Buffer.from('\n')]));
        expect(rawBody(segmentsOf(list), 'newline').equals(expected)).toBe(true);
      }),
    );
  });

  it('with lengths, tells every value and every null apart', () => {
    fc.assert(
      fc.property(values, (list) => {
        const body = rawBody(segmentsOf(list), 'length');
        const read: (Buffer | null)[] = [];
        for (let at = 0; at < body.length; ) {
          const length = body.readInt32BE(at);
          at += 4;
          read.push(length < 0 ? null : body.subarray(at, at + length));
          at += Math.max(0, length);
        }
        expect(read).toEqual(list);
      }),
    );
  });

  it('writes a part as it writes it within the whole', () => {
    fc.assert(
      fc.property(values, fc.nat(10), (list, cut) => {
        const [head, tail] = splitAt(segmentsOf(list), cut);
        const parts = Buffer.concat([rawBody(head, 'length'), rawBody(tail, 'length')]);
        expect(parts.equals(rawBody(segmentsOf(list), 'length'))).toBe(true);
      }),
    );
  });
});
