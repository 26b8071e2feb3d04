/** Bytes of a block copied into a body. */
import type { OutputBuffer } from '../../../shared/envelope/output-buffer.ts';

/** Up to this length a loop is faster than the view that one call needs. */
const SHORT_BYTES = 48;

/** Appends `bytes[start, end)`. */
export function appendRange(output: OutputBuffer, bytes: Buffer, start: number, end: number): void {
  const length = end - start;
  output.reserve(length);
  const target = output.bytes;
  let at = output.length;
  if (length > SHORT_BYTES) target.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length), at);
  else for (let i = start; i < end; i++) target[at++] = bytes[i] ?? 0;
  output.length += length;
}
