/** One record of format 2, its numbers and bytes read by kafkajs' decoder, every length checked before it is followed. */
import Decoder from 'kafkajs/src/protocol/decoder.js';
import type { RecordHeader } from '../../records.ts';

/** Where bytes lie, counted from the first byte of what the record was read from; both -1 for null. */
interface Place {
  readonly start: number;
  readonly end: number;
}

export interface KafkajsRecord {
  readonly timestampDelta: bigint;
  readonly offsetDelta: number;
  readonly key: Place;
  readonly value: Place;
  /** Order, repeats, null and empty values kept; values are views. */
  readonly headers: readonly RecordHeader[];
  /** Where the headers begin; -1 when there are none. */
  readonly headersAt: number;
}

const MAX_VARINT_BYTES = 5;
const NULL: Place = { start: -1, end: -1 };

function misfit(): RangeError {
  return new RangeError('a record has lengths that do not fit');
}

/** Throws where kafkajs would read on past the end, or past the number's last byte. */
function readInt(decoder: Decoder): number {
  const start = decoder.offset;
  const value = decoder.readVarInt();
  if (decoder.offset > decoder.buffer.length || decoder.offset - start > MAX_VARINT_BYTES) throw misfit();
  return value;
}

function readBytes(decoder: Decoder, shortest: number): Buffer | null {
  const length = readInt(decoder);
  if (length < shortest || !decoder.canReadBytes(Math.max(length, 0))) throw misfit();
  return length < 0 ? null : decoder.readBytes(length);
}

function readHeaders(decoder: Decoder): RecordHeader[] {
  const headers: RecordHeader[] = [];
  const count = readInt(decoder);
  if (count < 0) throw misfit();
  for (let i = 0; i < count; i++) {
    const key = readBytes(decoder, 0)?.toString('utf8') ?? '';
    headers.push({ key, value: readBytes(decoder, -1) });
  }
  return headers;
}

/** Reads the record at the decoder's place and moves past it.
 *  @throws Error when lengths do not fit each other */
export function readKafkajsRecord(records: Decoder): KafkajsRecord {
  const bytes = readBytes(records, 0) ?? Buffer.alloc(0);
  const start = records.offset - bytes.length;
  const decoder = new Decoder(bytes);
  decoder.readInt8(); // record attributes: none are defined
  const timestampDelta = BigInt(decoder.readVarLong().toString());
  const offsetDelta = readInt(decoder);
  const place = (part: Buffer | null): Place =>
    part === null ? NULL : { start: start + decoder.offset - part.length, end: start + decoder.offset };
  const key = place(readBytes(decoder, -1));
  const value = place(readBytes(decoder, -1));
  const headersAt = start + decoder.offset;
  const headers = readHeaders(decoder);
  if (decoder.offset !== bytes.length) throw misfit();
  return { timestampDelta, offsetDelta, key, value, headers, headersAt: headers.length === 0 ? -1 : headersAt };
}
