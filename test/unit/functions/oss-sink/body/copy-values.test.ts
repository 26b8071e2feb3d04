import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyValues, FRAME_BYTES } from '../../../../../functions/oss-sink/body/copy-values.ts';
import type { RawFraming } from '../../../../../functions/oss-sink/object-format.ts';
import { BOUNDS_STRIDE, type RecordBlock, VALUE_END, VALUE_START } from '../../../../../shared/records.ts';
import { blockOf } from '../../../../helpers/kernel/reference.ts';

const FRAMINGS: readonly RawFraming[] = ['newline', 'length'];
const KIB = 1024;
/** What is moved at once. */
const RUN_BYTES = 48 * KIB;
const MANY_RECORDS = 512;
const GUARD_BYTES = 64;
const GUARD = Buffer.alloc(GUARD_BYTES, 0xee);

/** Value by value, as it was done before there were runs. */
function copyOneByOne({ bytes, bounds }: RecordBlock, from: number, to: number, framing: RawFraming, target: Buffer) {
  let next = 0;
  for (let at = from * BOUNDS_STRIDE; at < to * BOUNDS_STRIDE; at += BOUNDS_STRIDE) {
    const start = bounds[at + VALUE_START] ?? -1;
    const end = start < 0 ? start : (bounds[at + VALUE_END] ?? start);
    if (framing === 'length') next = target.writeInt32BE(start < 0 ? -1 : end - start, next);
    if (end - start >= 64) {
      bytes.copy(target, next, start, end);
      next += end - start;
    } else {
      for (let i = start; i < end; i++) target[next++] = bytes[i] ?? 0;
    }
    if (framing === 'newline') target[next++] = 0x0a;
  }
}

/** Bytes that the values take with their frames. */
function sizeOf({ bounds }: RecordBlock, from: number, to: number, framing: RawFraming): number {
  let size = (to - from) * FRAME_BYTES[framing];
  for (let row = from * BOUNDS_STRIDE; row < to * BOUNDS_STRIDE; row += BOUNDS_STRIDE) {
    const start = bounds[row + VALUE_START] ?? -1;
    if (start >= 0) size += (bounds[row + VALUE_END] ?? start) - start;
  }
  return size;
}

/** The same bytes as one by one, into a target of exactly their size and into larger ones, and nothing outside of the target. */
function expectCopied(block: RecordBlock, from = 0, to = block.count): void {
  for (const framing of FRAMINGS) {
    const expected = Buffer.alloc(sizeOf(block, from, to, framing));
    copyOneByOne(block, from, to, framing, expected);
    for (const moreBytes of [0, 1, 700, 60 * KIB]) {
      const memory = Buffer.alloc(expected.length + moreBytes + 3 * GUARD_BYTES, 0xee);
      const target = memory.subarray(GUARD_BYTES, memory.length - GUARD_BYTES);
      const end = copyValues(block, from, to, framing, target, GUARD_BYTES);
      expect(end, framing).toBe(GUARD_BYTES + expected.length);
      expect(target.subarray(GUARD_BYTES, end).equals(expected), framing).toBe(true);
      expect(memory.subarray(0, 2 * GUARD_BYTES).equals(Buffer.concat([GUARD, GUARD])), framing).toBe(true);
      expect(memory.subarray(memory.length - GUARD_BYTES).equals(GUARD), framing).toBe(true);
    }
  }
}

/** Bytes of which no two neighbours are alike. */
const POOL = Buffer.from(Array.from({ length: 256 * KIB }, (_, i) => (i * 7 + (i >> 8) * 13) & 255));

function bytesOf(length: number, seed = length): Buffer {
  const at = (seed * 31) % (POOL.length - length);
  return POOL.subarray(at, at + length);
}

/** A block of records whose values lie at these bounds, in whatever order; null for none. */
function blockAt(bytes: Buffer, values: readonly (readonly [start: number, end: number] | null)[]): RecordBlock {
  const bounds = values.flatMap((value) => [-1, -1, ...(value ?? [-1, -1]), -1]);
  return { ...blockOf(values.map(() => [null, null])), bytes, bounds: Int32Array.from(bounds) };
}

const length = fc.oneof(
  { weight: 20, arbitrary: fc.nat(100) },
  { weight: 10, arbitrary: fc.nat(3 * KIB) },
  { weight: 1, arbitrary: fc.nat(200 * KIB) },
);
const content = fc.option(
  fc.tuple(length, fc.nat(9_999)).map(([bytes, seed]) => bytesOf(bytes, seed)),
  { freq: 8 },
);
const gap = fc.oneof(fc.constant(0), fc.nat(20), fc.nat(2 * KIB));

describe('values copied without what lies between them', () => {
  it('are those of the block, of any sizes, with keys and gaps between, for any part of it', () => {
    const records = fc.array(fc.tuple(content, content), { minLength: 1, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(records, gap, fc.nat(60), fc.nat(60), (list, gapBytes, one, other) => {
        const block = blockOf(list, gapBytes);
        expectCopied(block);
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        expectCopied(block, Math.min(from, block.count), Math.min(to, block.count));
      }),
      { numRuns: 60 },
    );
  });

  it('are many and small', () => {
    const small = fc.option(fc.nat(40).map((bytes) => bytesOf(bytes)));
    const records = fc.array(small, { minLength: MANY_RECORDS - 2, maxLength: 2 * MANY_RECORDS + 2, size: 'max' });
    fc.assert(
      fc.property(records, fc.nat(30), (list, gapBytes) => {
        expectCopied(
          blockOf(
            list.map((value) => [null, value]),
            gapBytes,
          ),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('lie anywhere: apart, over each other, in any order', () => {
    const value = fc.option(
      fc
        .tuple(fc.nat(200 * KIB), fc.oneof(fc.nat(300), fc.nat(50 * KIB)))
        .map(([start, bytes]): [number, number] => [start, start + bytes]),
      { freq: 8 },
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 30, size: 'max' }), (values) => {
        expectCopied(blockAt(POOL, values));
      }),
      { numRuns: 60 },
    );
    // More comes out than there is.
    expectCopied(blockAt(POOL, new Array<[number, number]>(MANY_RECORDS).fill([100, 1_000])));
  });

  it.each([-17, -16, -15, -1, 0, 1, 15, 16, 17])('fill a run but for %d bytes', (missing) => {
    for (const [count, size] of [
      [MANY_RECORDS, 96],
      [64, 768],
      [48, 1_024],
    ] as const) {
      const sizes = new Array<number>(count).fill(size);
      sizes[count - 1] = Math.max(0, size + RUN_BYTES - count * size - missing);
      for (const more of [0, 1, 5]) {
        const list = [...sizes, ...new Array<number>(more).fill(33)];
        expectCopied(blockOf(list.map((bytes, i) => [null, bytesOf(bytes, i)])));
      }
    }
  });

  it.each([63, 64, 1_023, 1_535, 1_536, 1_537, 8_192, RUN_BYTES - 1, RUN_BYTES, RUN_BYTES + 1, 200_000])(
    'of %d bytes stand among small ones, at any place',
    (size) => {
      for (const place of [0, 1, 4, 9]) {
        const list = Array.from({ length: 10 }, (_, i) => bytesOf(i === place ? size : i * 3, i));
        expectCopied(blockOf(list.map((value) => [null, value])));
        expectCopied(
          blockOf(
            list.map((value) => [value, value]),
            9,
          ),
        );
      }
    },
  );

  it('may all be null, or empty', () => {
    for (const count of [1, 3, 4, 5, MANY_RECORDS, MANY_RECORDS + 1]) {
      expectCopied(blockOf(new Array<[null, null]>(count).fill([null, null])));
      expectCopied(blockOf(new Array<[null, Buffer]>(count).fill([null, Buffer.alloc(0)]), 3));
      expectCopied(blockOf(Array.from({ length: count }, (_, i) => [null, i % 2 === 0 ? null : bytesOf(i)])));
    }
    expectCopied(blockOf([[null, bytesOf(5)]]), 1, 1);
  });
});
