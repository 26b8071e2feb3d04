/** A buffer that grows. Positions only move forward; nothing is copied twice but by growth. */
import { decimalBytes, writeDecimal } from '../../../shared/envelope/decimal.ts';
import { jsonStringBytes, writeJsonString } from '../../../shared/envelope/json-bytes.ts';
import { bodyBuffers } from './body-buffers.ts';

export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  /** `expectedBytes`: what the result will about take. */
  constructor(expectedBytes: number) {
    this.#buffer = bodyBuffers.take(Math.max(64, expectedBytes));
  }

  /** What was written: a view, not a copy. */
  result(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** Text without characters beyond ASCII: field names and punctuation, too short for a call to pay off. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    this.#length = at;
  }

  /** `view` with every byte `doubled` written twice. */
  bytesDoubling(view: Uint8Array, doubled: number): void {
    this.#reserve(view.length * 2);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = 0; i < view.length; i++) {
      const byte = view[i] ?? 0;
      buffer[at++] = byte;
      if (byte === doubled) buffer[at++] = byte;
    }
    this.#length = at;
  }

  utf8(text: string): void {
    this.#reserve(Buffer.byteLength(text));
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  bytes(view: Uint8Array): void {
    this.#reserve(view.length);
    this.#buffer.set(view, this.#length);
    this.#length += view.length;
  }

  /** A safe integer, in decimal. */
  decimal(value: number): void {
    this.#reserve(decimalBytes(value));
    this.#length = writeDecimal(this.#buffer, this.#length, value);
  }

  /** `source[start, end)`, which is UTF-8, as a JSON string. */
  jsonString(source: Buffer, start: number, end: number): void {
    this.#reserve(jsonStringBytes(source, start, end));
    this.#length = writeJsonString(this.#buffer, this.#length, source, start, end);
  }
}

/** About what a text form of a record takes beyond its key and value. */
const FRAME_BYTES = 160;

/** A writer for `count` records whose keys and values take `contentBytes`. */
export function writerFor(count: number, contentBytes: number): ByteWriter {
  return new ByteWriter(contentBytes + Math.ceil(contentBytes / 8) + count * FRAME_BYTES);
}
