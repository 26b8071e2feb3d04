/** How many bytes records take in an envelope, counted without writing. */
import {
  BOUNDS_STRIDE,
  KEY_END,
  KEY_START,
  type Overflow,
  type RecordBlock,
  VALUE_END,
  VALUE_START,
} from '../records.ts';
import { decimalBytes } from './decimal.ts';
import type { EnvelopeOptions } from './encode.ts';
import { headersToJson } from './headers-json.ts';
import { jsonStringBytes } from './json-bytes.ts';

const AROUND_KEY_BYTES = '"key":"",'.length;
const AROUND_VALUE_BYTES = ',"value":""'.length;
const KEY_ENCODING_BYTES = ',"keyEncoding":"base64"'.length;
const VALUE_ENCODING_BYTES = ',"valueEncoding":"base64"'.length;

/** What all elements of a block have, and the comma after each: of a record without key and value, all but its numbers. */
function fixedBytes({ topic, partition, timestampType }: RecordBlock, options: EnvelopeOptions): number {
  const most = `{"offset":,"overflowFlag":false,"partition":${partition},"timestamp":,"topic":${JSON.stringify(topic)},"valueSize":},`;
  const last = options.timestampType ? `,"timestampType":"${timestampType}"` : '';
  return Buffer.byteLength(most + last);
}

function headersBytes(block: RecordBlock, index: number, options: EnvelopeOptions): number {
  return options.headers ? Buffer.byteLength(`,"headers":${headersToJson(block.headersOf(index))}`) : 0;
}

function base64Bytes(length: number): number {
  return 4 * Math.ceil(length / 3);
}

/** What escaping the bytes in two columns of `bounds` adds; 0 for a null. */
function addedBytes({ bytes, bounds }: RecordBlock, index: number, startColumn: number, endColumn: number): number {
  const start = bounds[index * BOUNDS_STRIDE + startColumn] ?? -1;
  const end = bounds[index * BOUNDS_STRIDE + endColumn] ?? -1;
  return start < 0 ? 0 : jsonStringBytes(bytes, start, end) - (end - start) - 2;
}

const one = { added: new Int32Array(2), size: new Float64Array(1) };

/** Bytes of record `index` as an element, plus one for its comma: an envelope of n records takes at most
 *  `ENVELOPE_OVERHEAD_BYTES` plus the sum of these. Where the block says that the record overflowed, that counts. */
export function encodedRecordBytes(block: RecordBlock, index: number, options: EnvelopeOptions): number {
  const overflow = block.overflows?.get(index);
  if (overflow !== undefined) return encodedOverflowBytes(block, index, overflow, options);
  if (options.keyEncoding === 'string') one.added[0] = addedBytes(block, index, KEY_START, KEY_END);
  if (options.valueEncoding === 'string') one.added[1] = addedBytes(block, index, VALUE_START, VALUE_END);
  countElements(block, index, index + 1, options, one.added, one.size);
  return one.size[0] ?? 0;
}

/** The same, if the record travelled with `overflow` in place of its value. */
export function encodedOverflowBytes(
  block: RecordBlock,
  index: number,
  overflow: Overflow,
  options: EnvelopeOptions,
): number {
  const keyStart = block.bounds[index * BOUNDS_STRIDE + KEY_START] ?? -1;
  const keyLength = (block.bounds[index * BOUNDS_STRIDE + KEY_END] ?? 0) - keyStart;
  let size =
    fixedBytes(block, options) +
    // "true", not "false"
    -1 +
    decimalBytes(block.offsets[index] ?? 0) +
    decimalBytes(block.timestamps[index] ?? 0) +
    decimalBytes(overflow.valueSize) +
    headersBytes(block, index, options);
  if (keyStart >= 0 && options.keyEncoding === 'bytes') {
    size += AROUND_KEY_BYTES + KEY_ENCODING_BYTES + base64Bytes(keyLength);
  } else if (keyStart >= 0) size += AROUND_KEY_BYTES + keyLength + addedBytes(block, index, KEY_START, KEY_END);
  if (overflow.valueRef !== undefined) size += Buffer.byteLength(`,"valueRef":${JSON.stringify(overflow.valueRef)}`);
  return size;
}

/** Characters of numbers that follow one another: neighbours mostly have the same number of digits. */
class DecimalColumn {
  #low = Number.NaN;
  #high = Number.NaN;
  #bytes = 0;

  /** `decimalBytes(value)`. */
  bytesOf(value: number): number {
    if (!(value >= this.#low && value < this.#high)) {
      this.#bytes = decimalBytes(value);
      this.#low = value < 0 ? Number.NaN : value < 10 ? 0 : 10 ** (this.#bytes - 1);
      this.#high = 10 ** this.#bytes;
    }
    return this.#bytes;
  }
}

/** `encodedRecordBytes` of records `from` to `to`, in `sizes[0]` and on. `added` is what `Kernel.measure` says of them, and is looked at only
 *  where the encoding is `string`; where it says `NOT_UTF8` the size means nothing. Overflows are not looked at. */
export function countElements(
  block: RecordBlock,
  from: number,
  to: number,
  options: EnvelopeOptions,
  added: Int32Array,
  sizes: Float64Array,
): void {
  const { offsets, timestamps, bounds } = block;
  const keyIsText = options.keyEncoding === 'string';
  const valueIsText = options.valueEncoding === 'string';
  const fixed = fixedBytes(block, options);
  const aroundKey = AROUND_KEY_BYTES + (keyIsText ? 0 : KEY_ENCODING_BYTES);
  const aroundValue = AROUND_VALUE_BYTES + (valueIsText ? 0 : VALUE_ENCODING_BYTES);
  const offsetColumn = new DecimalColumn();
  const timestampColumn = new DecimalColumn();
  const sizeColumn = new DecimalColumn();
  for (let index = from; index < to; index++) {
    const row = index - from;
    const at = index * BOUNDS_STRIDE;
    let size = fixed + offsetColumn.bytesOf(offsets[index] ?? 0) + timestampColumn.bytesOf(timestamps[index] ?? 0);
    const keyStart = bounds[at + KEY_START] ?? -1;
    if (keyStart >= 0) {
      const length = (bounds[at + KEY_END] ?? 0) - keyStart;
      size += aroundKey + (keyIsText ? length + (added[2 * row] ?? 0) : base64Bytes(length));
    }
    const valueStart = bounds[at + VALUE_START] ?? -1;
    let valueSize = 0;
    if (valueStart >= 0) {
      valueSize = (bounds[at + VALUE_END] ?? 0) - valueStart;
      size += aroundValue + (valueIsText ? valueSize + (added[2 * row + 1] ?? 0) : base64Bytes(valueSize));
    }
    size += sizeColumn.bytesOf(valueSize);
    if (options.headers) size += headersBytes(block, index, options);
    sizes[row] = size;
  }
}
