import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crc64 } from '../../../shared/crc64.ts';

/** Bit by bit, as the polynomial is defined. */
function slowCrc64(bytes: Uint8Array): bigint {
  const mask = (1n << 64n) - 1n;
  let crc = mask;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n;
  }
  return crc ^ mask;
}

describe('CRC-64', () => {
  it('gives the check value of CRC-64/XZ', () => {
    expect(new Crc64().update(Buffer.from('123456789')).digest()).toBe(0x995dc9bbdf1939fan);
  });

  it('is 0 for nothing', () => {
    expect(new Crc64().digest()).toBe(0n);
  });

  it('agrees with the definition, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const crc = new Crc64().update(bytes.subarray(0, cut)).update(bytes.subarray(cut));
        expect(crc.digest()).toBe(slowCrc64(bytes));
      }),
    );
  });

  it('goes on from a digest', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (head, tail) => {
        const start = new Crc64().update(head).digest();
        expect(new Crc64(start).update(tail).digest()).toBe(slowCrc64(Buffer.concat([head, tail])));
      }),
    );
  });
});
