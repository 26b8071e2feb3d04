/** Zigzag varints of record format 2. Source: https://kafka.apache.org/documentation/#record */

const SEVEN_BITS = 0x80;

/** Where a reader stands after a number of too many bytes: past every end. */
const NOWHERE = 2 ** 52;

/** Reads varints one after the other. Runs past the end read as zero bytes, and a number that takes more bytes than its type can leaves
 *  `at` past every end: callers check `at` against their own. */
export class VarintReader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** A signed 32-bit number. */
  int(): number {
    const bytes = this.#bytes;
    const first = bytes[this.at++] ?? 0;
    if (first < SEVEN_BITS) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < SEVEN_BITS) return (value >>> 1) ^ -(value & 1);
    }
    this.at = NOWHERE;
    return 0;
  }

  /** A signed 64-bit number, exact up to 2^53. */
  long(): number {
    const bytes = this.#bytes;
    const start = this.at;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      // Zigzag without 32-bit operators: even numbers are not negative.
      if (byte < SEVEN_BITS) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= SEVEN_BITS;
    }
    return this.#long(start);
  }

  /** One of more than 49 bits. */
  #long(start: number): number {
    let value = 0n;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[start + i] ?? 0;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < SEVEN_BITS) {
        this.at = start + i + 1;
        const bits = BigInt.asUintN(64, value);
        return Number((bits >> 1n) ^ -(bits & 1n));
      }
    }
    this.at = NOWHERE;
    return 0;
  }
}

/** Bytes a signed 32-bit number takes. */
export function sizeOfVarint(value: number): number {
  return sizeOfVarlong(value);
}

/** Bytes a signed number of at most 53 bits takes. */
export function sizeOfVarlong(value: number): number {
  let rest = zigzag(value);
  let size = 1;
  while (rest >= SEVEN_BITS) {
    rest = Math.floor(rest / SEVEN_BITS);
    size++;
  }
  return size;
}

/** Writes a signed number of at most 52 bits at `at`; returns the position after it. */
export function writeVarlong(bytes: Buffer, at: number, value: number): number {
  let rest = zigzag(value);
  let position = at;
  while (rest >= SEVEN_BITS) {
    bytes[position++] = (rest % SEVEN_BITS) | SEVEN_BITS;
    rest = Math.floor(rest / SEVEN_BITS);
  }
  bytes[position++] = rest;
  return position;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
