/** One JSON element of a staged record, by the template in `PROGRAM`: a list of steps, each a number that names its source, the length of
 *  its lead, and the lead, filled up to a multiple of 16 bytes. A lead begins with a comma; the first one becomes the brace. The last step
 *  holds constants, the closing brace and what follows an element. `shared/kernel/template-program.ts` writes it. */
import { base64Bytes, writeBase64 } from './base64';
import { decimalBytes, writeDecimal } from './decimal';
import { added, seen, writeEscaped } from './json-string';
import { OFFSET_HALF, PROGRAM, SIZE_HALF, TIMESTAMP_HALF } from './layout';
import {
  hasKey,
  hasValue,
  keyEnd,
  keySize,
  keyStart,
  offsetOf,
  timestampOf,
  valueEnd,
  valueSize,
  valueStart,
} from './staged-record';
import { isUtf8Given } from './utf8';

export const STEP_END: i32 = 0;
export const STEP_CONSTANT: i32 = 1;
export const STEP_KEY_TEXT: i32 = 2;
export const STEP_KEY_BASE64: i32 = 3;
export const STEP_KEY_PRESENT: i32 = 4;
export const STEP_VALUE_TEXT: i32 = 5;
export const STEP_VALUE_BASE64: i32 = 6;
export const STEP_VALUE_PRESENT: i32 = 7;
export const STEP_OFFSET: i32 = 8;
export const STEP_TIMESTAMP: i32 = 9;
export const STEP_VALUE_SIZE: i32 = 10;

/** Of a step: its source and the length of its lead. */
const HEADER_BYTES: usize = 16;
const OPEN_BRACE: u8 = 0x7b;
const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;
const QUOTES_BYTES: usize = 2;

/** Set by `writeElement`: a text member was not UTF-8, and what was written is void. */
export let foundOtherThanText: bool = false;

// @ts-ignore: decorator
@inline
function sourceOf(step: usize): i32 {
  return load<i32>(step);
}

// @ts-ignore: decorator
@inline
function leadBytes(step: usize): usize {
  return <usize>load<i32>(step, 4);
}

// @ts-ignore: decorator
@inline
function after(step: usize): usize {
  return step + HEADER_BYTES + ((leadBytes(step) + 15) & ~15);
}

/** Whether a step applies to a record: those of a key or value that is null do not. */
// @ts-ignore: decorator
@inline
function applies(source: i32, record: usize): bool {
  if (source < STEP_KEY_TEXT || source > STEP_VALUE_PRESENT) return true;
  return source <= STEP_KEY_PRESENT ? hasKey(record) : hasValue(record);
}

/** Writes the lead of a step, up to 15 bytes too much. */
// @ts-ignore: decorator
@inline
function writeLead(at: usize, step: usize): usize {
  const length = leadBytes(step);
  const from = step + HEADER_BYTES;
  for (let i: usize = 0; i < length; i += 16) v128.store(at + i, v128.load(from + i));
  return at + length;
}

/** A JSON string of text; its quotes included. */
// @ts-ignore: decorator
@inline
function writeText(at: usize, start: usize, end: usize): usize {
  store<u8>(at, QUOTE);
  const to = writeEscaped(at + 1, start, end);
  store<u8>(to, QUOTE);
  if (!isUtf8Given(seen, start, end)) foundOtherThanText = true;
  return to + 1;
}

// @ts-ignore: decorator
@inline
function writeQuotedBase64(at: usize, start: usize, end: usize): usize {
  store<u8>(at, QUOTE);
  const to = writeBase64(at + 1, start, end);
  store<u8>(to, QUOTE);
  return to + 1;
}

/** What follows the lead of a step. */
function writeContent(at: usize, source: i32, record: usize): usize {
  switch (source) {
    case STEP_KEY_TEXT:
      return writeText(at, keyStart(record), keyEnd(record));
    case STEP_KEY_BASE64:
      return writeQuotedBase64(at, keyStart(record), keyEnd(record));
    case STEP_VALUE_TEXT:
      return writeText(at, valueStart(record), valueEnd(record));
    case STEP_VALUE_BASE64:
      return writeQuotedBase64(at, valueStart(record), valueEnd(record));
    case STEP_OFFSET:
      return writeDecimal(at, offsetOf(record), OFFSET_HALF);
    case STEP_TIMESTAMP:
      return writeDecimal(at, timestampOf(record), TIMESTAMP_HALF);
    case STEP_VALUE_SIZE:
      return writeDecimal(at, <f64>valueSize(record), SIZE_HALF);
    default:
      return at;
  }
}

/** Writes the element of a record; returns the position after it. Sets `foundOtherThanText`. There must be room. */
export function writeElement(start: usize, record: usize): usize {
  foundOtherThanText = false;
  let at = start;
  let step = PROGRAM;
  for (; sourceOf(step) != STEP_END; step = after(step)) {
    const source = sourceOf(step);
    if (applies(source, record)) at = writeContent(writeLead(at, step), source, record);
  }
  // No member at all: there is no comma that could become the brace.
  if (at == start && load<u8>(step + HEADER_BYTES) != COMMA) at++;
  at = writeLead(at, step);
  store<u8>(start, OPEN_BRACE);
  return at;
}

/** Bytes that follow the lead of a step. */
function contentBytes(source: i32, record: usize): usize {
  switch (source) {
    case STEP_KEY_TEXT:
      return keySize(record) + <usize>added(keyStart(record), keyEnd(record)) + QUOTES_BYTES;
    case STEP_KEY_BASE64:
      return base64Bytes(keySize(record)) + QUOTES_BYTES;
    case STEP_VALUE_TEXT:
      return valueSize(record) + <usize>added(valueStart(record), valueEnd(record)) + QUOTES_BYTES;
    case STEP_VALUE_BASE64:
      return base64Bytes(valueSize(record)) + QUOTES_BYTES;
    case STEP_OFFSET:
      return decimalBytes(offsetOf(record), OFFSET_HALF);
    case STEP_TIMESTAMP:
      return decimalBytes(timestampOf(record), TIMESTAMP_HALF);
    case STEP_VALUE_SIZE:
      return decimalBytes(<f64>valueSize(record), SIZE_HALF);
    default:
      return 0;
  }
}

/** Bytes of the element of a record. Sets `foundOtherThanText`. */
export function elementBytes(record: usize): usize {
  foundOtherThanText = false;
  let length: usize = 0;
  let step = PROGRAM;
  for (; sourceOf(step) != STEP_END; step = after(step)) {
    const source = sourceOf(step);
    if (!applies(source, record)) continue;
    length += leadBytes(step) + contentBytes(source, record);
    const isKey = source == STEP_KEY_TEXT;
    if (!isKey && source != STEP_VALUE_TEXT) continue;
    const isText = isKey
      ? isUtf8Given(seen, keyStart(record), keyEnd(record))
      : isUtf8Given(seen, valueStart(record), valueEnd(record));
    if (!isText) foundOtherThanText = true;
  }
  if (length == 0 && load<u8>(step + HEADER_BYTES) != COMMA) length++;
  return length + leadBytes(step);
}
