/** Records as JSON elements: the envelope's array, or one element a line. With the default fields and text that is UTF-8 the
 *  elements are byte for byte those of `encodeEnvelope`. A key or value that is not UTF-8 becomes base64, and the element's
 *  `keyEncoding` or `valueEncoding` says so; which of the two depends on its bytes alone. */
import { isUtf8 } from 'node:buffer';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
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
import { asBatch, type Records } from '../segments.ts';
import { bodyBuffers } from './body-buffers.ts';
import { type ByteWriter, writerFor } from './byte-writer.ts';
import { contentBytesOf } from './content-bytes.ts';

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;

/** Writes `"name":"text"` or `"name":"base64"`; answers whether the bytes were UTF-8. */
function writeBytesField(
  writer: ByteWriter,
  lead: string,
  name: string,
  source: Buffer,
  start: number,
  end: number,
): boolean {
  const view = source.subarray(start, end);
  const isText = isUtf8(view);
  writer.ascii(`${lead}"${name}":`);
  if (isText) writer.jsonString(source, start, end);
  else writer.utf8(`"${view.toString('base64')}"`);
  return isText;
}

/** One element. A null key or value, and a value that was left out, have no field. */
function writeElement(writer: ByteWriter, block: RecordBlock, index: number, fields: readonly OutputField[]): void {
  const at = index * BOUNDS_STRIDE;
  const overflow = block.overflows?.get(index);
  const valueStart = overflow === undefined ? (block.bounds[at + VALUE_START] ?? -1) : -1;
  const valueEnd = block.bounds[at + VALUE_END] ?? -1;
  let encodings = '';
  let lead = '';
  writer.byte(OPEN_BRACE);
  for (const field of fields) {
    switch (field) {
      case 'key': {
        const start = block.bounds[at + KEY_START] ?? -1;
        if (start < 0) continue;
        const isText = writeBytesField(writer, lead, 'key', block.bytes, start, block.bounds[at + KEY_END] ?? start);
        if (!isText) encodings += ',"keyEncoding":"base64"';
        break;
      }
      case 'value': {
        if (valueStart < 0) continue;
        const isText = writeBytesField(writer, lead, 'value', block.bytes, valueStart, valueEnd);
        if (!isText) encodings += ',"valueEncoding":"base64"';
        break;
      }
      case 'offset':
        writer.ascii(`${lead}"offset":`);
        writer.decimal(offsetAt(block, index));
        break;
      case 'overflowFlag':
        writer.ascii(`${lead}"overflowFlag":${overflow !== undefined}`);
        break;
      case 'partition':
        writer.ascii(`${lead}"partition":${block.partition}`);
        break;
      case 'timestamp':
        writer.ascii(`${lead}"timestamp":`);
        writer.decimal(block.timestamps[index] ?? 0);
        break;
      case 'topic':
        writer.utf8(`${lead}"topic":${JSON.stringify(block.topic)}`);
        break;
      case 'valueSize':
        writer.ascii(`${lead}"valueSize":`);
        writer.decimal(overflow?.valueSize ?? (valueStart < 0 ? 0 : valueEnd - valueStart));
        break;
      case 'headers':
        writer.utf8(`${lead}"headers":${headersToJson(block.headersOf(index))}`);
        break;
      default:
        field satisfies never;
    }
    lead = ',';
  }
  if (encodings !== '') writer.ascii(encodings);
  writer.byte(CLOSE_BRACE);
}

function write(records: Records, fields: readonly OutputField[], open: string, between: number, close: string): Buffer {
  const { count, bytes } = contentBytesOf(records);
  const writer = writerFor(count, bytes);
  writer.ascii(open);
  let first = true;
  for (const { block, from, to } of records) {
    for (let i = from; i < to; i++) {
      if (!first) writer.byte(between);
      first = false;
      writeElement(writer, block, i, fields);
    }
  }
  writer.ascii(close);
  return writer.result();
}

function isAllText(records: Records): boolean {
  return records.every(({ block, from, to }) => {
    for (let i = from; i < to; i++) {
      const at = i * BOUNDS_STRIDE;
      for (const [start, end] of [
        [block.bounds[at + KEY_START] ?? -1, block.bounds[at + KEY_END] ?? -1],
        [block.bounds[at + VALUE_START] ?? -1, block.bounds[at + VALUE_END] ?? -1],
      ] as const) {
        if (start >= 0 && !isUtf8(block.bytes.subarray(start, end))) return false;
      }
    }
    return true;
  });
}

/** JSON array of all records. */
export function envelopeBody(records: Records, fields: readonly OutputField[] = DEFAULT_FIELDS): Buffer {
  if (fields === DEFAULT_FIELDS && isAllText(records)) {
    return encodeEnvelope(asBatch(records), PLAIN_ENVELOPE, (bytes) => bodyBuffers.take(bytes));
  }
  return write(records, fields, '[', COMMA, ']');
}

/** One element a line, each line ended by a line feed. */
export function jsonlBody(records: Records, fields: readonly OutputField[] = DEFAULT_FIELDS): Buffer {
  return write(records, fields, '', LINE_FEED, '\n');
}
