/** Records as CSV. Source: RFC 4180: CRLF ends a row; a field with a comma, quote, CR or LF is quoted, its quotes doubled.
 *  A null key or value is an empty field, an empty one is `""`. `headers` is the JSON list of the envelope. Values must be
 *  UTF-8: there is no room to say that one is base64. */

import { bodyBuffers } from '../../../shared/body-buffers.ts';
import { contentBytesOf } from '../../../shared/envelope/content-bytes.ts';
import { headersToJson } from '../../../shared/envelope/headers-json.ts';
import { OutputBuffer } from '../../../shared/envelope/output-buffer.ts';
import {
  BOUNDS_STRIDE,
  KEY_END,
  KEY_START,
  offsetAt,
  type RecordBlock,
  VALUE_END,
  VALUE_START,
} from '../../../shared/records.ts';
import { DEFAULT_FIELDS, type OutputField } from '../fields.ts';
import type { Records } from '../segments.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NO_HEADERS = Buffer.from('[]');

/** So few that they are no long turn, and so many that asking costs nothing. */
const ROWS_BETWEEN_BREATHS = 256;

/** About what a row takes beyond its key and value. */
const FRAME_BYTES = 80;

/** Writes `bytes[start, end)` between quotes, its quotes doubled. */
function writeQuoted(output: OutputBuffer, bytes: Buffer, start: number, end: number): void {
  output.reserve(2 * (end - start) + 2);
  const target = output.bytes;
  let at = output.length;
  target[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    // No branch: the second of two quotes is overwritten where the byte is none.
    target[at++] = byte;
    target[at] = QUOTE;
    at += Number(byte === QUOTE);
  }
  target[at++] = QUOTE;
  output.length = at;
}

function needsQuotes(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE || byte === COMMA || byte === LF || byte === CR) return true;
  }
  return start === end;
}

function writeField(output: OutputBuffer, bytes: Buffer, start: number, end: number): void {
  if (start < 0) return;
  if (needsQuotes(bytes, start, end)) writeQuoted(output, bytes, start, end);
  else output.append(bytes.subarray(start, end));
}

function writeRow(
  output: OutputBuffer,
  block: RecordBlock,
  index: number,
  topic: Buffer,
  fields: readonly OutputField[],
): void {
  const at = index * BOUNDS_STRIDE;
  const overflow = block.overflows?.get(index);
  const valueStart = overflow === undefined ? (block.bounds[at + VALUE_START] ?? -1) : -1;
  const valueEnd = block.bounds[at + VALUE_END] ?? -1;
  let first = true;
  for (const field of fields) {
    if (!first) output.byte(COMMA);
    first = false;
    switch (field) {
      case 'key':
        writeField(output, block.bytes, block.bounds[at + KEY_START] ?? -1, block.bounds[at + KEY_END] ?? -1);
        break;
      case 'value':
        writeField(output, block.bytes, valueStart, valueEnd);
        break;
      case 'offset':
        output.decimal(offsetAt(block, index));
        break;
      case 'overflowFlag':
        output.append(overflow === undefined ? FALSE : TRUE);
        break;
      case 'partition':
        output.decimal(block.partition);
        break;
      case 'timestamp':
        output.decimal(block.timestamps[index] ?? 0);
        break;
      case 'topic':
        writeField(output, topic, 0, topic.length);
        break;
      case 'valueSize':
        output.decimal(overflow?.valueSize ?? (valueStart < 0 ? 0 : valueEnd - valueStart));
        break;
      case 'headers': {
        const headers = block.headersOf(index);
        const json = headers.length === 0 ? NO_HEADERS : Buffer.from(headersToJson(headers));
        writeField(output, json, 0, json.length);
        break;
      }
      default:
        field satisfies never;
    }
  }
  output.byte(CR);
  output.byte(LF);
}

/** Makes CSV of records: one row a record, after a row of field names where `header` asks for it. Every byte of every field is looked at, so
 *  that many records take more than one turn of the event loop.
 *  @param breath as `Clock.breath` */
export function csvBody(
  header: boolean,
  breath: () => Promise<void> | undefined,
  fields: readonly OutputField[] = DEFAULT_FIELDS,
): (records: Records) => Promise<Buffer> {
  const names = Buffer.from(header ? `${fields.join(',')}\r\n` : '');
  return async (records) => {
    const { count, bytes } = contentBytesOf(records);
    const output = new OutputBuffer(names.length + Math.ceil((bytes * 5) / 4) + count * FRAME_BYTES, bodyBuffers);
    output.append(names);
    for (const { block, from, to } of records) {
      const topic = Buffer.from(block.topic);
      for (let i = from; i < to; i++) {
        const turn = i % ROWS_BETWEEN_BREATHS === 0 ? breath() : undefined;
        if (turn !== undefined) await turn;
        writeRow(output, block, i, topic, fields);
      }
    }
    return output.result();
  };
}
