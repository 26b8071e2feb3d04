import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOfVarint, sizeOfVarlong, VarintReader, writeVarlong } from '../../../../../shared/kafka/wire/varint.ts';
import { varint } from './batches.ts';

describe('varints', () => {
  it('of 32 bits are read and sized as the plain definition says', () => {
    fc.assert(
      fc.property(fc.integer(), (n) => {
        const encoded = varint(n);
        const reader = new VarintReader(Buffer.concat([Buffer.from([9]), encoded, Buffer.from([0xff])]), 1);
        expect([reader.int(), reader.at]).toEqual([n, 1 + encoded.length]);
        expect(sizeOfVarint(n)).toBe(encoded.length);
      }),
    );
  });

  it('of up to 52 bits are read, written and sized alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (n) => {
        const encoded = varint(n);
        const target = Buffer.alloc(12);
        expect(writeVarlong(target, 1, n)).toBe(1 + encoded.length);
        expect(target.subarray(1, 1 + encoded.length)).toEqual(encoded);
        const reader = new VarintReader(encoded);
        expect([reader.long(), reader.at]).toEqual([n, encoded.length]);
        expect(sizeOfVarlong(n)).toBe(encoded.length);
      }),
    );
  });
});
