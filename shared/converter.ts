/** What bytes of keys and values mean: text (strict UTF-8) or nothing but bytes. */
import { isUtf8 } from 'node:buffer';
import { jsonStringBytes } from './envelope/json-bytes.ts';
import type { ErrantReason } from './errant.ts';
import { NOT_UTF8 } from './kernel/kernel.ts';
import { kernel } from './kernel/load-kernel.ts';
import { BOUNDS_STRIDE, KEY_END, KEY_START, type RecordBlock, VALUE_END, VALUE_START } from './records.ts';

/** `string`: strict UTF-8, anything else makes the record errant. `bytes`: anything goes. */
export type Converter = 'string' | 'bytes';

/** Kafka Connect's class names, as `key.converter` and `value.converter` have them there. */
export const CONVERTER_ALIASES: Readonly<Record<string, Converter>> = {
  'org.apache.kafka.connect.storage.StringConverter': 'string',
  'org.apache.kafka.connect.converters.ByteArrayConverter': 'bytes',
};

/** Up to this length a scan for plain ASCII is faster than a view for the library's check. */
const SHORT_BYTES = 64;

const KEY_NOT_UTF8: ErrantReason = {
  stage: 'KEY_CONVERTER',
  code: 'KEY_NOT_UTF8',
  message: 'the key is not UTF-8 text; set key.converter=bytes to carry it as it is',
  errorClass: 'RecordError',
};
const VALUE_NOT_UTF8: ErrantReason = {
  stage: 'VALUE_CONVERTER',
  code: 'VALUE_NOT_UTF8',
  message: 'the value is not UTF-8 text; set value.converter=bytes to carry it as it is',
  errorClass: 'RecordError',
};

function isText(bytes: Buffer, start: number, end: number): boolean {
  if (end - start <= SHORT_BYTES) {
    let seen = 0;
    for (let i = start; i < end; i++) seen |= bytes[i] ?? 0;
    if (seen < 0x80) return true;
  }
  return isUtf8(bytes.subarray(start, end));
}

/** Why the converters refuse record `index`, or `undefined` when they take it. A null key or value fits every converter. */
export function convertible(
  { bytes, bounds }: RecordBlock,
  index: number,
  keyConverter: Converter,
  valueConverter: Converter,
): ErrantReason | undefined {
  const at = index * BOUNDS_STRIDE;
  if (keyConverter === 'string') {
    const start = bounds[at + KEY_START] ?? -1;
    if (start >= 0 && !isText(bytes, start, bounds[at + KEY_END] ?? start)) return KEY_NOT_UTF8;
  }
  if (valueConverter === 'string') {
    const start = bounds[at + VALUE_START] ?? -1;
    if (start >= 0 && !isText(bytes, start, bounds[at + VALUE_END] ?? start)) return VALUE_NOT_UTF8;
  }
  return undefined;
}

/** Records that are measured at one time. */
export const MEASURED_RECORDS = 1024;

/** What `Kernel.measure` says of records `from` to `to`, for those parts that are text; for others `added` holds nothing that counts. */
export function measureText(
  block: RecordBlock,
  from: number,
  to: number,
  keyIsText: boolean,
  valueIsText: boolean,
  added: Int32Array,
): void {
  if (valueIsText) kernel.measure(block, from, to, added);
  else if (keyIsText) measureKeys(block, from, to, added);
}

/** Leaves the values alone: they are bytes, mostly many, and what they are does not matter. */
function measureKeys({ bytes, bounds }: RecordBlock, from: number, to: number, added: Int32Array): void {
  for (let index = from; index < to; index++) {
    const start = bounds[index * BOUNDS_STRIDE + KEY_START] ?? -1;
    const end = bounds[index * BOUNDS_STRIDE + KEY_END] ?? start;
    let more = 0;
    if (start >= 0)
      more = isText(bytes, start, end) ? jsonStringBytes(bytes, start, end) - (end - start) - 2 : NOT_UTF8;
    added[2 * (index - from)] = more;
  }
}

const addedHere = new Int32Array(2 * MEASURED_RECORDS);

/** Whether the converters take all of records `from` to `to`: `convertible` says why not. */
export function allConvertible(
  block: RecordBlock,
  from: number,
  to: number,
  keyConverter: Converter,
  valueConverter: Converter,
): boolean {
  const keyIsText = keyConverter === 'string';
  const valueIsText = valueConverter === 'string';
  if (!keyIsText && !valueIsText) return true;
  for (let first = from; first < to; first += MEASURED_RECORDS) {
    const end = Math.min(to, first + MEASURED_RECORDS);
    measureText(block, first, end, keyIsText, valueIsText, addedHere);
    for (let row = 0; row < end - first; row++) {
      if (keyIsText && addedHere[2 * row] === NOT_UTF8) return false;
      if (valueIsText && addedHere[2 * row + 1] === NOT_UTF8) return false;
    }
  }
  return true;
}
