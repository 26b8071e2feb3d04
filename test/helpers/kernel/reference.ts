import { isUtf8 } from 'node:buffer';
import { type ElementTemplate, type Kernel, type MemberSource, NOT_UTF8 } from '../../../shared/kernel/kernel.ts';
import { keyAt, type RecordBlock, valueAt } from '../../../shared/records.ts';

/** A key and a value; null for none. */
export type KeyAndValue = readonly [key: Buffer | null, value: Buffer | null];

/** A block of records whose contents lie behind each other with `gap` bytes before each of them. Offsets and timestamps have all lengths. */
export function blockOf(records: readonly KeyAndValue[], gap = 0): RecordBlock {
  const parts: Buffer[] = [];
  const bounds: number[] = [];
  // Quotes and lead bytes around each value: reading past its end is seen.
  const filler = Buffer.from('"\xf0\\\x01'.repeat(gap + 8), 'latin1').subarray(0, gap + 8);
  let at = 0;
  const add = (bytes: Buffer) => {
    parts.push(bytes);
    at += bytes.length;
    return at;
  };
  for (const record of records) {
    for (const content of record) {
      if (gap > 0) add(filler.subarray(0, gap));
      if (content === null) bounds.push(-1, -1);
      else bounds.push(at, add(content));
    }
    bounds.push(-1);
  }
  add(filler);
  return {
    topic: 'orders',
    partition: 3,
    count: records.length,
    bytes: Buffer.concat(parts),
    offsets: Float64Array.from(records, (_, i) => (i % 17 === 16 ? Number.MAX_SAFE_INTEGER : 10 ** (i % 17) - (i & 1))),
    timestamps: Float64Array.from(records, (_, i) => (i % 5 === 0 ? -(i % 7) - 1 : 1_700_000_000_000 + i)),
    timestampType: 'CreateTime',
    bounds: Int32Array.from(bounds),
    headersOf: () => [],
  };
}

/** A template of these sources, each with a short lead of its own, and constants between them. */
export function templateOf(sources: readonly (MemberSource | 'constant')[], end = ','): ElementTemplate {
  return {
    members: sources.map((source, i) =>
      source === 'constant'
        ? { constant: Buffer.from(`"c${i}":"${'x'.repeat(i * 5)}"`) }
        : { lead: Buffer.from(source.endsWith('present') ? `"p${i}":true` : `"m${i}":`), source },
    ),
    end: Buffer.from(end),
  };
}

/** Most of what a template can hold, in the envelope's order. */
export const ENVELOPE_LIKE = templateOf([
  'key-text',
  'offset',
  'constant',
  'timestamp',
  'constant',
  'value-text',
  'value-size',
]);

function memberOf(source: MemberSource, lead: string, block: RecordBlock, index: number): string | undefined {
  const content = source.startsWith('key') ? keyAt(block, index) : valueAt(block, index);
  switch (source) {
    case 'offset':
      return lead + String(BigInt(block.offsets[index] ?? 0));
    case 'timestamp':
      return lead + String(BigInt(block.timestamps[index] ?? 0));
    case 'value-size':
      return lead + String(valueAt(block, index)?.length ?? 0);
    default:
      if (content === null) return undefined;
      if (source.endsWith('present')) return lead;
      return lead + JSON.stringify(content.toString(source.endsWith('text') ? 'utf8' : 'base64'));
  }
}

/** The element as `JSON.stringify` and string concatenation give it; `undefined` where a text is not UTF-8. */
export function expectedElement(template: ElementTemplate, block: RecordBlock, index: number): string | undefined {
  const parts: string[] = [];
  for (const member of template.members) {
    if (!('source' in member)) {
      parts.push(member.constant.toString());
      continue;
    }
    if (member.source.endsWith('text')) {
      const content = member.source === 'key-text' ? keyAt(block, index) : valueAt(block, index);
      if (content !== null && !isUtf8(content)) return undefined;
    }
    const part = memberOf(member.source, member.lead.toString(), block, index);
    if (part !== undefined) parts.push(part);
  }
  return `{${parts.join(',')}}${template.end}`;
}

/** What `Kernel.measure` has to say of one key or value. */
export function expectedAdded(content: Buffer | null): number {
  if (content === null) return 0;
  if (!isUtf8(content)) return NOT_UTF8;
  return Buffer.byteLength(JSON.stringify(content.toString())) - 2 - content.length;
}

/** What came of writing a whole block into targets of `targetBytes`, one after the other. */
export interface Outcome {
  readonly bytes: Buffer;
  /** Records with a text that is not UTF-8; they were left out. */
  readonly notUtf8: readonly number[];
  /** Records before which a target was full. */
  readonly full: readonly number[];
}

const GUARD_BYTES = 64;

/** Writes all records of a block, going on in a new target when one is full.
 *  @throws Error when a byte outside the target changed, or a record does not fit into an empty one */
export function writeAll(kernel: Kernel, template: ElementTemplate, block: RecordBlock, targetBytes: number): Outcome {
  const memory = Buffer.alloc(targetBytes + 2 * GUARD_BYTES, 0xee);
  const target = memory.subarray(GUARD_BYTES, GUARD_BYTES + targetBytes);
  const written: Buffer[] = [];
  const notUtf8: number[] = [];
  const full: number[] = [];
  let at = 0;
  const take = () => {
    written.push(Buffer.from(target.subarray(0, at)));
    at = 0;
  };
  for (let index = 0; index < block.count; ) {
    const { next, at: end, stopped } = kernel.write(template, block, index, block.count, target, at);
    const isStuck = stopped === 'full' && next === index && at === 0;
    if (isStuck) throw new Error(`record ${index} does not fit into ${targetBytes} bytes`);
    at = end;
    index = next;
    if (stopped === 'full') {
      full.push(index);
      take();
    }
    if (stopped === 'not-utf8') notUtf8.push(index++);
  }
  take();
  for (const guard of [memory.subarray(0, GUARD_BYTES), memory.subarray(GUARD_BYTES + targetBytes)]) {
    if (guard.some((byte) => byte !== 0xee)) throw new Error(`${kernel.name} wrote outside of its target`);
  }
  return { bytes: Buffer.concat(written), notUtf8, full };
}

/** The same by the reference. */
export function expectedOutcome(template: ElementTemplate, block: RecordBlock, targetBytes: number): Outcome {
  const elements: string[] = [];
  const notUtf8: number[] = [];
  const full: number[] = [];
  let room = targetBytes;
  for (let index = 0; index < block.count; index++) {
    const element = expectedElement(template, block, index);
    if (element === undefined) {
      notUtf8.push(index);
      continue;
    }
    const length = Buffer.byteLength(element);
    if (length > room) {
      full.push(index);
      room = targetBytes;
    }
    room -= length;
    elements.push(element);
  }
  return { bytes: Buffer.from(elements.join('')), notUtf8, full };
}
