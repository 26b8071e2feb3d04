/** CRC-32C (Castagnoli), by table, four bytes a step: the stand-in's own, so that it proves the product's. */

const TABLES = makeTables();

function makeTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const tables = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)] as const;
  const [t0, t1, t2, t3] = tables;
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    t0[byte] = value;
  }
  for (let byte = 0; byte < 256; byte++) {
    t1[byte] = ((t0[byte] ?? 0) >>> 8) ^ (t0[(t0[byte] ?? 0) & 0xff] ?? 0);
    t2[byte] = ((t1[byte] ?? 0) >>> 8) ^ (t0[(t1[byte] ?? 0) & 0xff] ?? 0);
    t3[byte] = ((t2[byte] ?? 0) >>> 8) ^ (t0[(t2[byte] ?? 0) & 0xff] ?? 0);
  }
  return tables;
}

/** A running checksum: begin with `CRC_START`, end with `crcEnd`. */
export const CRC_START = -1;

/** Adds the bytes from `start` to `end`. */
export function crcBytes(crc: number, bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3] = TABLES;
  let value = crc;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    value ^=
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    value =
      (t3[value & 0xff] ?? 0) ^
      (t2[(value >>> 8) & 0xff] ?? 0) ^
      (t1[(value >>> 16) & 0xff] ?? 0) ^
      (t0[value >>> 24] ?? 0);
  }
  for (; at < end; at++) value = (value >>> 8) ^ (t0[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return value;
}

/** Adds four bytes: `word`, little endian. */
export function crcInt32(crc: number, word: number): number {
  const [t0, t1, t2, t3] = TABLES;
  const value = crc ^ word;
  return (
    (t3[value & 0xff] ?? 0) ^
    (t2[(value >>> 8) & 0xff] ?? 0) ^
    (t1[(value >>> 16) & 0xff] ?? 0) ^
    (t0[value >>> 24] ?? 0)
  );
}

/** Adds one byte. */
export function crcByte(crc: number, byte: number): number {
  return (crc >>> 8) ^ (TABLES[0][(crc ^ byte) & 0xff] ?? 0);
}

/** The finished checksum, 0 to 2^32 - 1. */
export function crcEnd(crc: number): number {
  return ~crc >>> 0;
}
