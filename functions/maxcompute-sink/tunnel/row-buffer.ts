/** Bytes of rows under construction, and the sum of the row under way: whatever is written of a value is summed too. */
import { bodyBuffers } from '../../../shared/body-buffers.ts';
import { type Crc32c, crc32cInTypeScript } from '../../../shared/kafka/wire/crc32c.ts';

/** What a row's sum is taken over gathers in the first bytes of the buffer, so that it takes one call. */
const SCRATCH = 4096;
/** Below it our own sum is faster than a call out of JavaScript. */
const OWN_SUM_BYTES = 100;
/** From here on a value's bytes are summed where they are in the row. */
const IN_PLACE_BYTES = 2048;
/** Below it a loop copies faster than a call. */
const LOOP_BYTES = 24;
/** Upserts have a buffer for each bucket of the table, of which there may be thousands. */
const FIRST_SIZE = 8 * 1024;
/** Room for a tag, for any value of a fixed size, for the end of a row, and for the footer. */
const FIELD_ROOM = 32;
const TWO_TO_32 = 2 ** 32;
const LEAST_BIGINT = -(2n ** 63n);
const MOST_BIGINT = 2n ** 63n - 1n;
const NONE = Buffer.alloc(0);

/** Grows as it must. Numbers that are not what they should be are a RangeError. */
export class RowBuffer {
  readonly #crc32c: Crc32c;
  #buffer: Buffer = NONE;
  /** The first n bytes of the buffer, for each n that was asked for. */
  #views: Buffer[] = [];
  #at = SCRATCH;
  #rowAt = SCRATCH;
  /** Bytes in the scratch, and the sum of what was there before them. */
  #sumAt = 0;
  #sum = 0;
  #usualSize = FIRST_SIZE;

  constructor(crc32c: Crc32c) {
    this.#crc32c = crc32c;
  }

  get byteLength(): number {
    return this.#at - SCRATCH;
  }

  get isRowOpen(): boolean {
    return this.#at !== this.#rowAt;
  }

  /** What was written since is a row of its own, and stays. */
  keepRow(): void {
    this.#rowAt = this.#at;
    this.#sumAt = 0;
    this.#sum = 0;
  }

  dropRow(): void {
    this.#at = this.#rowAt;
    this.#sumAt = 0;
    this.#sum = 0;
  }

  /** All of it; the buffer is empty. */
  take(): Buffer {
    const block = this.#buffer.subarray(SCRATCH, this.#at);
    // The next one is likely to be as large.
    this.#usualSize = Math.max(FIRST_SIZE, this.#at + FIELD_ROOM);
    this.#forget();
    return block;
  }

  discard(): void {
    bodyBuffers.giveBack(this.#buffer);
    this.#forget();
  }

  #forget(): void {
    this.#buffer = NONE;
    this.#views = [];
    this.#at = SCRATCH;
    this.keepRow();
  }

  /** A tag or a count, up to 32 bits without sign; not summed. */
  varint(value: number): void {
    this.#ensure(FIELD_ROOM);
    const buffer = this.#buffer;
    let at = this.#at;
    let rest = value;
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#at = at;
  }

  /** 64 bits in two halves, not summed: small numbers of either sign become few bytes. */
  zigzag(low: number, high: number): void {
    this.#ensure(FIELD_ROOM);
    const sign = high >> 31;
    let lowest = ((low << 1) ^ sign) >>> 0;
    let highest = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
    while (highest !== 0) {
      this.#buffer[this.#at++] = (lowest & 0x7f) | 0x80;
      lowest = ((lowest >>> 7) | (highest << 25)) >>> 0;
      highest >>>= 7;
    }
    this.varint(lowest);
  }

  integer(value: number | bigint): void {
    let low: number;
    let high: number;
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) throw new RangeError('not a safe integer');
      low = value | 0;
      high = Math.floor(value / TWO_TO_32) | 0;
    } else {
      if (value <= LEAST_BIGINT || value > MOST_BIGINT) throw new RangeError('not a 64-bit integer');
      low = Number(BigInt.asIntN(32, value));
      high = Number(value >> 32n);
    }
    this.zigzag(low, high);
    this.sumInt32(low);
    this.sumInt32(high);
  }

  boolean(value: boolean): void {
    const byte = value ? 1 : 0;
    this.varint(byte);
    this.#sumRoom(1);
    this.#buffer[this.#sumAt++] = byte;
  }

  float(value: number): void {
    this.#ensure(FIELD_ROOM);
    this.#sumRoom(4);
    this.#at = this.#buffer.writeFloatLE(value, this.#at);
    this.#sumAt = this.#buffer.writeFloatLE(value, this.#sumAt);
  }

  double(value: number): void {
    this.#ensure(FIELD_ROOM);
    this.#sumRoom(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
    this.#sumAt = this.#buffer.writeDoubleLE(value, this.#sumAt);
  }

  instant(seconds: number, nanos: number): void {
    if (!Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) throw new RangeError('nanos are 0 to 999999999');
    this.integer(seconds);
    this.varint(nanos * 2);
    this.sumInt32(nanos);
  }

  bytes(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (start < 0 || length < 0 || end > source.length) throw new RangeError('bytes outside of their source');
    this.#ensure(length + FIELD_ROOM);
    this.varint(length);
    const buffer = this.#buffer;
    let at = this.#at;
    if (length < LOOP_BYTES) {
      for (let from = start; from < end; from++) buffer[at++] = source[from] as number;
    } else {
      buffer.set(new Uint8Array(source.buffer, source.byteOffset + start, length), at);
    }
    this.#wrote(length);
  }

  text(value: string): void {
    if (value.length < LOOP_BYTES && this.#shortAscii(value)) return;
    const length = Buffer.byteLength(value);
    this.#ensure(length + FIELD_ROOM);
    this.varint(length);
    this.#buffer.write(value, this.#at);
    this.#wrote(length);
  }

  /** False, and nothing written, when there is more than ASCII in it. */
  #shortAscii(value: string): boolean {
    this.#ensure(FIELD_ROOM);
    const buffer = this.#buffer;
    const { length } = value;
    let at = this.#at + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      buffer[at++] = code;
    }
    buffer[this.#at++] = length;
    this.#wrote(length);
    return true;
  }

  /** The next `length` bytes of the row are a value's: moves behind them and sums them. */
  #wrote(length: number): void {
    const start = this.#at;
    const end = start + length;
    this.#at = end;
    if (length >= IN_PLACE_BYTES) {
      this.#sum = this.#crc32c(this.#buffer.subarray(start, end), this.rowSum());
      this.#sumAt = 0;
      return;
    }
    this.#sumRoom(length);
    const buffer = this.#buffer;
    let at = this.#sumAt;
    if (length < LOOP_BYTES) for (let from = start; from < end; from++) buffer[at++] = buffer[from] as number;
    else buffer.copyWithin(at, start, end);
    this.#sumAt += length;
  }

  /** Little-endian; only summed. */
  sumInt32(value: number): void {
    this.#sumRoom(4);
    this.#sumAt = writeInt32(this.#buffer, this.#sumAt, value);
  }

  /** Sum of what the row has so far. */
  rowSum(): number {
    const length = this.#sumAt;
    if (length < OWN_SUM_BYTES) return crc32cInTypeScript(this.#buffer, this.#sum, 0, length);
    let view = this.#views[length];
    if (view === undefined) {
      view = this.#buffer.subarray(0, length);
      this.#views[length] = view;
    }
    return this.#crc32c(view, this.#sum);
  }

  /** Sum of what `before` is the sum of and four bytes more. Between rows only. */
  sumOf(before: number, int32: number): number {
    this.#ensure(FIELD_ROOM);
    return crc32cInTypeScript(this.#buffer, before, 0, writeInt32(this.#buffer, 0, int32));
  }

  /** Room in the scratch for `length` bytes, which is less than all of it. */
  #sumRoom(length: number): void {
    if (this.#sumAt + length <= SCRATCH) return;
    this.#sum = this.rowSum();
    this.#sumAt = 0;
  }

  #ensure(length: number): void {
    if (this.#at + length > this.#buffer.length) this.#grow(this.#at + length);
  }

  #grow(least: number): void {
    const small = this.#buffer;
    const large = bodyBuffers.take(Math.max(least, small.length * 2, this.#usualSize));
    small.copy(large, 0, 0, this.#at);
    bodyBuffers.giveBack(small);
    this.#buffer = large;
    this.#views = [];
  }
}

function writeInt32(buffer: Buffer, at: number, value: number): number {
  buffer[at] = value;
  buffer[at + 1] = value >>> 8;
  buffer[at + 2] = value >>> 16;
  buffer[at + 3] = value >>> 24;
  return at + 4;
}
