/** Damage to record batches. */
import { crc32 } from 'node:zlib';
import type { Crc32c } from '../../../shared/kafka/wire/crc32c.ts';
import type { Random } from './random.ts';
import { RECORDS_AT } from './valid-batches.ts';

const EVIL_BYTES = [0, 1, 2, 3, 0x0f, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff];
const EVIL_INTS = [-1, 0, 1, 2, 5, 48, 49, 50, 61, 0x7f, 0xff, 0xffff, 0x7fff_ffff, -0x8000_0000, -2, -61];
/** Where 32-bit fields of a batch are: its size, the delta of its last offset, its count of records. */
const INT_FIELDS = [8, 23, 57];
const ATTRIBUTES_AT = 21;

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function evilByte(bytes, random) {
    // Behind the head, where lengths are.
    const from = bytes.length > RECORDS_AT && random.chance(0.8) ? RECORDS_AT : 0;
    bytes[from + random.below(bytes.length - from)] = random.pick(EVIL_BYTES);
    return bytes;
  },
  function evilVarint(bytes, random) {
    if (bytes.length <= RECORDS_AT) return bytes;
    const at = RECORDS_AT + random.below(bytes.length - RECORDS_AT);
    const end = Math.min(bytes.length - 1, at + random.below(11));
    bytes.fill(random.pick([0x80, 0xff, 0xfe]), at, end);
    bytes[end] = random.pick(EVIL_BYTES);
    return bytes;
  },
  function evilInt(bytes, random) {
    const at = random.pick(INT_FIELDS);
    if (bytes.length >= at + 4) bytes.writeInt32BE(random.pick(EVIL_INTS), at);
    return bytes;
  },
  function nearInt(bytes, random) {
    const at = random.pick(INT_FIELDS);
    if (bytes.length >= at + 4) bytes.writeInt32BE((bytes.readInt32BE(at) + random.below(5) - 2) | 0, at);
    return bytes;
  },
  function attributes(bytes, random) {
    if (bytes.length >= ATTRIBUTES_AT + 2) bytes.writeInt16BE(random.below(0x80), ATTRIBUTES_AT);
    return bytes;
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, 1 + random.below(bytes.length));
  },
  function remove(bytes, random) {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))]);
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length);
    const added = Buffer.alloc(1 + random.below(8), random.pick(EVIL_BYTES));
    return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
  },
  function splice(bytes, random, other) {
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]);
  },
];

/** A damaged copy of `valid`, one to three times over. */
export function mutated(valid: Buffer, other: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(valid);
  for (let left = 1 + random.below(3); left > 0 && bytes.length > 0; left--)
    bytes = random.pick(mutations)(bytes, random, other);
  return bytes;
}

/** Complete entries: start and end of each, as their sizes say. */
export function* entriesIn(bytes: Buffer): Generator<{ readonly start: number; readonly end: number }> {
  for (let at = 0; at + 17 <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8);
    if (end > bytes.length || end <= at) return;
    yield { start: at, end };
    at = end;
  }
}

/** Makes sizes and checksums those of the bytes that are there, so that a decoder goes on to the records. */
export function mend(bytes: Buffer, random: Random, crc32c: Crc32c): void {
  const last = [...entriesIn(bytes)].at(-1)?.end ?? 0;
  if (bytes.length - last > 17 && random.chance(0.7)) bytes.writeInt32BE(bytes.length - last - 12, last + 8);
  for (const { start, end } of entriesIn(bytes)) {
    const isOld = (bytes[start + 16] ?? 0) < 2;
    if (isOld) bytes.writeUInt32BE(crc32(bytes.subarray(start + 16, end)), start + 12);
    else if (end >= start + 21) bytes.writeUInt32BE(crc32c(bytes.subarray(start + 21, end)), start + 17);
  }
}
