/** The one buffer that a body is written into. Positions only move forward; nothing is copied twice but by growth. */
import type { BufferPool } from '../buffer-pool.ts';
import { decimalBytes, writeDecimal } from './decimal.ts';

/** Where buffers come from, and where one goes that was outgrown. */
export type Buffers = Pick<BufferPool, 'take' | 'giveBack'>;

const UNPOOLED: Buffers = { take: Buffer.allocUnsafe, giveBack: () => undefined };

/** The smallest, so that doubling it soon leads somewhere. */
const SMALLEST_BYTES = 64;

export class OutputBuffer {
  readonly #buffers: Buffers;
  /** What was written, and room after it. Another one after `reserve` or `grow`. */
  bytes: Buffer;
  /** How much of `bytes` was written. */
  length = 0;

  /** `expectedBytes`: what the result will about take. */
  constructor(expectedBytes: number, buffers: Buffers = UNPOOLED) {
    this.#buffers = buffers;
    this.bytes = buffers.take(Math.max(SMALLEST_BYTES, expectedBytes));
  }

  /** What was written: a view, not a copy. */
  result(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed > this.bytes.length) this.#move(Math.max(needed, this.bytes.length * 2));
  }

  /** Makes room for as much again. */
  grow(): void {
    this.#move(this.bytes.length * 2);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  append(view: Uint8Array): void {
    this.reserve(view.length);
    this.bytes.set(view, this.length);
    this.length += view.length;
  }

  text(text: string): void {
    this.reserve(Buffer.byteLength(text));
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  /** An integer, in decimal. */
  decimal(value: number): void {
    this.reserve(decimalBytes(value));
    this.length = writeDecimal(this.bytes, this.length, value);
  }

  #move(size: number): void {
    const outgrown = this.bytes;
    this.bytes = this.#buffers.take(size);
    this.bytes.set(outgrown.subarray(0, this.length));
    this.#buffers.giveBack(outgrown);
  }
}
