/** Records as CSV. Source: RFC 4180: CRLF ends a row; a field with a comma, quote, CR or LF is quoted, its quotes doubled.
 *  A null key or value is an empty field, an empty one is `""`. `headers` is the JSON list of the envelope. Values must be
 *  UTF-8: there is no room to say that one is base64. */
import { headersToJson } from '../../../shared/envelope/headers-json.ts';
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
import { type ByteWriter, writerFor } from './byte-writer.ts';
import { contentBytesOf } from './content-bytes.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;

function needsQuotes(view: Buffer): boolean {
  return view.includes(QUOTE) || view.includes(COMMA) || view.includes(LF) || view.includes(CR);
}

function writeQuoted(writer: ByteWriter, view: Buffer): void {
  writer.byte(QUOTE);
  writer.bytesDoubling(view, QUOTE);
  writer.byte(QUOTE);
}

function writeField(writer: ByteWriter, view: Buffer): void {
  if (view.length === 0 || needsQuotes(view)) writeQuoted(writer, view);
  else writer.bytes(view);
}

function writeSlice(writer: ByteWriter, block: RecordBlock, start: number, end: number): void {
  if (start >= 0) writeField(writer, block.bytes.subarray(start, end));
}

function writeRow(writer: ByteWriter, block: RecordBlock, index: number, fields: readonly OutputField[]): void {
  const at = index * BOUNDS_STRIDE;
  const overflow = block.overflows?.get(index);
  const valueStart = overflow === undefined ? (block.bounds[at + VALUE_START] ?? -1) : -1;
  const valueEnd = block.bounds[at + VALUE_END] ?? -1;
  let first = true;
  for (const field of fields) {
    if (!first) writer.byte(COMMA);
    first = false;
    switch (field) {
      case 'key':
        writeSlice(writer, block, block.bounds[at + KEY_START] ?? -1, block.bounds[at + KEY_END] ?? -1);
        break;
      case 'value':
        writeSlice(writer, block, valueStart, valueEnd);
        break;
      case 'offset':
        writer.decimal(offsetAt(block, index));
        break;
      case 'overflowFlag':
        writer.ascii(overflow === undefined ? 'false' : 'true');
        break;
      case 'partition':
        writer.decimal(block.partition);
        break;
      case 'timestamp':
        writer.decimal(block.timestamps[index] ?? 0);
        break;
      case 'topic':
        writeField(writer, Buffer.from(block.topic));
        break;
      case 'valueSize':
        writer.decimal(overflow?.valueSize ?? (valueStart < 0 ? 0 : valueEnd - valueStart));
        break;
      case 'headers':
        writeField(writer, Buffer.from(headersToJson(block.headersOf(index))));
        break;
      default:
        field satisfies never;
    }
  }
  writer.byte(CR);
  writer.byte(LF);
}

/** One row a record, after a row of field names where `header` asks for it. */
export function csvBody(records: Records, header: boolean, fields: readonly OutputField[] = DEFAULT_FIELDS): Buffer {
  const { count, bytes } = contentBytesOf(records);
  const writer = writerFor(count, bytes);
  if (header) writer.ascii(`${fields.join(',')}\r\n`);
  for (const { block, from, to } of records) {
    for (let i = from; i < to; i++) writeRow(writer, block, i, fields);
  }
  return writer.result();
}
