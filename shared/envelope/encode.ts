/** The envelope: what a function receives. A JSON array, UTF-8, one element a record, compact, fields in this order:
 *
 * `{"key":"123","offset":4,"overflowFlag":false,"partition":0,"timestamp":1603779578478,"topic":"Test","value":"1","valueSize":1}`
 *
 * `key` and `value` are absent when null. After them, only where asked for or needed: `keyEncoding` and `valueEncoding`
 * (`"base64"`), `headers` (see `headers-json.ts`), `timestampType`, `valueRef`. Sizes are counted on the encoded bytes by the same
 * rules that write them, so a limit that was kept while a batch grew is kept by the request. Source of the first eight fields:
 * the managed FC sink connector, https://www.alibabacloud.com/help/en/apsaramq-for-kafka (Create FC sink connectors). */
import {
  BOUNDS_STRIDE,
  KEY_END,
  KEY_START,
  type Overflow,
  type RecordBatch,
  type RecordBlock,
  type TopicPartition,
  VALUE_END,
  VALUE_START,
} from '../records.ts';
import { decimalBytes, writeDecimal } from './decimal.ts';
import { headersToJson } from './headers-json.ts';
import { jsonStringBytes, writeJsonString } from './json-bytes.ts';

/** How records become elements. One for all records of a connector. */
export interface EnvelopeOptions {
  /** `string`: the bytes are UTF-8 and become a JSON string; `bytes`: base64, and the field `keyEncoding` says so. */
  readonly keyEncoding: 'string' | 'bytes';
  readonly valueEncoding: 'string' | 'bytes';
  /** Adds `headers` to every element. */
  readonly headers: boolean;
  /** Adds `timestampType` to every element. */
  readonly timestampType: boolean;
}

/** The default: the managed service's eight fields and nothing else. */
export const PLAIN_ENVELOPE: EnvelopeOptions = {
  keyEncoding: 'string',
  valueEncoding: 'string',
  headers: false,
  timestampType: false,
};

/** Bytes an envelope takes beyond its elements: the brackets. */
export const ENVELOPE_OVERHEAD_BYTES = 2;

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const QUOTE = 0x22;

const KEY_FIELD = Buffer.from('"key":');
const OFFSET_FIELD = Buffer.from('"offset":');
const VALUE_FIELD = Buffer.from(',"value":');
const VALUE_SIZE_FIELD = Buffer.from(',"valueSize":');
/** `{`, `}` and the comma after the element. */
const ELEMENT_PUNCTUATION_BYTES = 3;

/** The parts of an element that are the same for all records of a topic-partition. */
interface FixedParts extends TopicPartition {
  /** From after the offset up to the timestamp, for a record that did not overflow and for one that did. */
  readonly middle: Buffer;
  readonly middleOverflowed: Buffer;
  readonly topicField: Buffer;
}

/** The last one asked for: sizes are asked record by record, and a run of records shares its topic-partition. */
let lastFixedParts: FixedParts | undefined;

function fixedPartsOf({ topic, partition }: TopicPartition): FixedParts {
  if (lastFixedParts?.topic === topic && lastFixedParts.partition === partition) return lastFixedParts;
  const middle = (flag: boolean) => Buffer.from(`,"overflowFlag":${flag},"partition":${partition},"timestamp":`);
  lastFixedParts = {
    topic,
    partition,
    middle: middle(false),
    middleOverflowed: middle(true),
    topicField: Buffer.from(`,"topic":${JSON.stringify(topic)}`),
  };
  return lastFixedParts;
}

function bound(block: RecordBlock, index: number, column: number): number {
  return block.bounds[index * BOUNDS_STRIDE + column] ?? -1;
}

/** The optional fields of a record, each with its leading comma; mostly the empty string. */
function optionalFields(
  block: RecordBlock,
  index: number,
  options: EnvelopeOptions,
  overflow: Overflow | undefined,
): string {
  let fields = '';
  if (options.keyEncoding === 'bytes' && bound(block, index, KEY_START) >= 0) fields += ',"keyEncoding":"base64"';
  if (options.valueEncoding === 'bytes' && overflow === undefined && bound(block, index, VALUE_START) >= 0) {
    fields += ',"valueEncoding":"base64"';
  }
  if (options.headers) fields += `,"headers":${headersToJson(block.headersOf(index))}`;
  if (options.timestampType) fields += `,"timestampType":"${block.timestampType}"`;
  if (overflow?.valueRef !== undefined) fields += `,"valueRef":${JSON.stringify(overflow.valueRef)}`;
  return fields;
}

function contentBytes(bytes: Buffer, start: number, end: number, encoding: 'string' | 'bytes'): number {
  return encoding === 'string' ? jsonStringBytes(bytes, start, end) : 4 * Math.ceil((end - start) / 3) + 2;
}

function elementBytes(
  block: RecordBlock,
  index: number,
  options: EnvelopeOptions,
  overflow: Overflow | undefined,
): number {
  const fixed = fixedPartsOf(block);
  const keyStart = bound(block, index, KEY_START);
  const valueStart = overflow === undefined ? bound(block, index, VALUE_START) : -1;
  const valueEnd = bound(block, index, VALUE_END);
  const valueSize = overflow?.valueSize ?? (valueStart < 0 ? 0 : valueEnd - valueStart);
  let length =
    ELEMENT_PUNCTUATION_BYTES +
    OFFSET_FIELD.length +
    decimalBytes(block.offsets[index] ?? 0) +
    (overflow === undefined ? fixed.middle : fixed.middleOverflowed).length +
    decimalBytes(block.timestamps[index] ?? 0) +
    fixed.topicField.length +
    VALUE_SIZE_FIELD.length +
    decimalBytes(valueSize) +
    Buffer.byteLength(optionalFields(block, index, options, overflow));
  if (keyStart >= 0) {
    const keyBytes = contentBytes(block.bytes, keyStart, bound(block, index, KEY_END), options.keyEncoding);
    length += KEY_FIELD.length + keyBytes + 1;
  }
  if (valueStart >= 0) {
    length += VALUE_FIELD.length + contentBytes(block.bytes, valueStart, valueEnd, options.valueEncoding);
  }
  return length;
}

/** Bytes of record `index` as an element, plus one for its comma: an envelope of n records takes at most
 *  `ENVELOPE_OVERHEAD_BYTES` plus the sum of these. Where the block says that the record overflowed, that counts. */
export function encodedRecordBytes(block: RecordBlock, index: number, options: EnvelopeOptions): number {
  return elementBytes(block, index, options, block.overflows?.get(index));
}

/** The same, if the record travelled with `overflow` in place of its value. */
export function encodedOverflowBytes(
  block: RecordBlock,
  index: number,
  overflow: Overflow,
  options: EnvelopeOptions,
): number {
  return elementBytes(block, index, options, overflow);
}

/** Copies a short constant; a loop beats the call for a few dozen bytes. */
function writeBytes(target: Buffer, at: number, bytes: Buffer): number {
  for (let i = 0; i < bytes.length; i++) target[at + i] = bytes[i] ?? 0;
  return at + bytes.length;
}

function writeContent(
  target: Buffer,
  at: number,
  bytes: Buffer,
  start: number,
  end: number,
  encoding: 'string' | 'bytes',
): number {
  if (encoding === 'string') return writeJsonString(target, at, bytes, start, end);
  target[at] = QUOTE;
  const after = at + 1 + target.write(bytes.toString('base64', start, end), at + 1, 'latin1');
  target[after] = QUOTE;
  return after + 1;
}

function writeElement(
  target: Buffer,
  start: number,
  fixed: FixedParts,
  block: RecordBlock,
  index: number,
  options: EnvelopeOptions,
): number {
  const overflow = block.overflows?.get(index);
  const keyStart = bound(block, index, KEY_START);
  const valueStart = overflow === undefined ? bound(block, index, VALUE_START) : -1;
  const valueEnd = bound(block, index, VALUE_END);
  let at = start;
  target[at++] = OPEN_BRACE;
  if (keyStart >= 0) {
    at = writeBytes(target, at, KEY_FIELD);
    at = writeContent(target, at, block.bytes, keyStart, bound(block, index, KEY_END), options.keyEncoding);
    target[at++] = COMMA;
  }
  at = writeBytes(target, at, OFFSET_FIELD);
  at = writeDecimal(target, at, block.offsets[index] ?? 0);
  at = writeBytes(target, at, overflow === undefined ? fixed.middle : fixed.middleOverflowed);
  at = writeDecimal(target, at, block.timestamps[index] ?? 0);
  at = writeBytes(target, at, fixed.topicField);
  if (valueStart >= 0) {
    at = writeBytes(target, at, VALUE_FIELD);
    at = writeContent(target, at, block.bytes, valueStart, valueEnd, options.valueEncoding);
  }
  at = writeBytes(target, at, VALUE_SIZE_FIELD);
  at = writeDecimal(target, at, overflow?.valueSize ?? (valueStart < 0 ? 0 : valueEnd - valueStart));
  const optional = optionalFields(block, index, options, overflow);
  if (optional !== '') at += target.write(optional, at);
  target[at++] = CLOSE_BRACE;
  return at;
}

/** The envelope of a batch, in one allocation of exactly its size. */
export function encodeEnvelope(
  batch: RecordBatch,
  options: EnvelopeOptions,
  allocate: (bytes: number) => Buffer = Buffer.allocUnsafe,
): Buffer {
  let length = ENVELOPE_OVERHEAD_BYTES - 1; // the last element has no comma
  for (const { block, from, to } of batch.segments) {
    for (let i = from; i < to; i++) length += encodedRecordBytes(block, i, options);
  }
  const target = allocate(length);
  const fixed = fixedPartsOf(batch);
  let at = 0;
  for (const { block, from, to } of batch.segments) {
    for (let i = from; i < to; i++) {
      target[at] = at === 0 ? OPEN_BRACKET : COMMA;
      at = writeElement(target, at + 1, fixed, block, i, options);
    }
  }
  target[at] = CLOSE_BRACKET;
  return target;
}
