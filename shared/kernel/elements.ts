/** Writes JSON elements record by record, over whatever escapes strings: the order of members, commas, and when to stop. */
import { isUtf8 } from 'node:buffer';
import { decimalBytes, writeDecimal } from '../envelope/decimal.ts';
import { BOUNDS_STRIDE, KEY_END, KEY_START, type RecordBlock, VALUE_END, VALUE_START } from '../records.ts';
import { type ElementTemplate, type MemberSource, NOT_UTF8, type Written } from './kernel.ts';

/** JSON strings of bytes that are UTF-8. */
export interface StringEscaper {
  /** Bytes that escaping adds to `bytes[start, end)`, quotes not counted. */
  added(bytes: Buffer, start: number, end: number): number;
  /** Writes `bytes[start, end)` with its quotes; returns the position after it. The target has room for it. */
  write(target: Buffer, at: number, bytes: Buffer, start: number, end: number): number;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const QUOTES_BYTES = 2;
/** An escape of one byte takes at most this many: `\u001f`. */
const LONGEST_ESCAPE_BYTES = 6;

function bound(block: RecordBlock, index: number, column: number): number {
  return block.bounds[index * BOUNDS_STRIDE + column] ?? -1;
}

/** Where the key (or value) that `source` takes begins and ends; start is -1 when it is null, or `source` takes neither. */
function contentStart(block: RecordBlock, index: number, source: MemberSource): number {
  return bound(block, index, source.startsWith('key') ? KEY_START : VALUE_START);
}

function contentEnd(block: RecordBlock, index: number, source: MemberSource): number {
  return bound(block, index, source.startsWith('key') ? KEY_END : VALUE_END);
}

function valueSize(block: RecordBlock, index: number): number {
  const start = bound(block, index, VALUE_START);
  return start < 0 ? 0 : bound(block, index, VALUE_END) - start;
}

/** The number that a member of `source` prints, or `undefined` where it takes key or value. */
function numberOf(block: RecordBlock, index: number, source: MemberSource): number | undefined {
  switch (source) {
    case 'offset':
      return block.offsets[index] ?? 0;
    case 'timestamp':
      return block.timestamps[index] ?? 0;
    case 'value-size':
      return valueSize(block, index);
    default:
      return undefined;
  }
}

function base64Bytes(length: number): number {
  return 4 * Math.ceil(length / 3) + QUOTES_BYTES;
}

/** Whether all `text` members of record `index` are UTF-8. */
function hasOnlyText(template: ElementTemplate, block: RecordBlock, index: number): boolean {
  for (const member of template.members) {
    if (!('source' in member) || !member.source.endsWith('text')) continue;
    const start = contentStart(block, index, member.source);
    if (start >= 0 && !isUtf8(block.bytes.subarray(start, contentEnd(block, index, member.source)))) return false;
  }
  return true;
}

/** Bytes of the element of record `index`; an upper bound of them where `escaper` is not given. */
function elementBytes(
  template: ElementTemplate,
  block: RecordBlock,
  index: number,
  escaper: StringEscaper | undefined,
): number {
  let length = 0;
  for (const member of template.members) {
    if (!('source' in member)) {
      length += member.constant.length + 1;
      continue;
    }
    const { lead, source } = member;
    const value = numberOf(block, index, source);
    if (value !== undefined) {
      length += lead.length + 1 + decimalBytes(value);
      continue;
    }
    const start = contentStart(block, index, source);
    if (start < 0) continue;
    const end = contentEnd(block, index, source);
    length += lead.length + 1;
    if (source.endsWith('base64')) length += base64Bytes(end - start);
    if (source.endsWith('text')) {
      const escaped = escaper
        ? end - start + escaper.added(block.bytes, start, end)
        : (end - start) * LONGEST_ESCAPE_BYTES;
      length += escaped + QUOTES_BYTES;
    }
  }
  // The brace that opens takes the place of the first comma.
  return Math.max(length, 1) + 1 + template.end.length;
}

function writeBase64(target: Buffer, at: number, bytes: Buffer, start: number, end: number): number {
  target[at] = QUOTE;
  const after = at + 1 + target.write(bytes.toString('base64', start, end), at + 1, 'latin1');
  target[after] = QUOTE;
  return after + 1;
}

function writeElement(
  escaper: StringEscaper,
  template: ElementTemplate,
  block: RecordBlock,
  index: number,
  target: Buffer,
  start: number,
): number {
  let at = start;
  const put = (bytes: Buffer) => {
    target[at++] = COMMA;
    target.set(bytes, at);
    at += bytes.length;
  };
  for (const member of template.members) {
    if (!('source' in member)) {
      put(member.constant);
      continue;
    }
    const { lead, source } = member;
    const value = numberOf(block, index, source);
    if (value !== undefined) {
      put(lead);
      at = writeDecimal(target, at, value);
      continue;
    }
    const from = contentStart(block, index, source);
    if (from < 0) continue;
    const to = contentEnd(block, index, source);
    put(lead);
    if (source.endsWith('text')) at = escaper.write(target, at, block.bytes, from, to);
    else if (source.endsWith('base64')) at = writeBase64(target, at, block.bytes, from, to);
  }
  target[start] = OPEN_BRACE;
  at = Math.max(at, start + 1);
  target[at++] = CLOSE_BRACE;
  target.set(template.end, at);
  return at + template.end.length;
}

/** `Kernel.write`, record by record. Bytes that are not UTF-8 stop it also where the element would not have fitted. */
export function writeElements(
  escaper: StringEscaper,
  template: ElementTemplate,
  block: RecordBlock,
  from: number,
  to: number,
  target: Buffer,
  at: number,
): Written {
  let position = at;
  for (let index = from; index < to; index++) {
    if (!hasOnlyText(template, block, index)) return { next: index, at: position, stopped: 'not-utf8' };
    const room = target.length - position;
    if (
      elementBytes(template, block, index, undefined) > room &&
      elementBytes(template, block, index, escaper) > room
    ) {
      return { next: index, at: position, stopped: 'full' };
    }
    position = writeElement(escaper, template, block, index, target, position);
  }
  return { next: to, at: position, stopped: undefined };
}

/** `Kernel.measure` of record `index` alone: results at `slot` and `slot + 1` of `added`. */
export function measureRecord(
  escaper: StringEscaper,
  block: RecordBlock,
  index: number,
  added: Int32Array,
  slot: number,
): void {
  const { bytes } = block;
  const measure = (start: number, end: number) => {
    if (start < 0) return 0;
    return isUtf8(bytes.subarray(start, end)) ? escaper.added(bytes, start, end) : NOT_UTF8;
  };
  added[slot] = measure(bound(block, index, KEY_START), bound(block, index, KEY_END));
  added[slot + 1] = measure(bound(block, index, VALUE_START), bound(block, index, VALUE_END));
}
