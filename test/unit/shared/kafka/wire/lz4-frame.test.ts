import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { compressFrameSync, compressSync } from 'lz4-napi';
import { describe, expect, it } from 'vitest';
import { Lz4Frames } from '../../../../../shared/kafka/wire/lz4-frame.ts';

const KIB = 1024;
const frames = new Lz4Frames();

function opened(bytes: Buffer): Buffer {
  // A piece is good until the next is asked for.
  return Buffer.concat(Array.from(frames.open(bytes), copy));
}

const copy = (piece: Uint8Array) => Buffer.from(piece);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

interface FrameParts {
  readonly blocks: readonly { readonly bytes: Buffer; readonly isPlain?: boolean }[];
  readonly isLinked?: boolean;
  readonly blockChecksums?: boolean;
  readonly contentChecksum?: boolean;
  readonly contentBytes?: number;
  /** 4 to 7: 64 KiB, 256 KiB, 1 MiB, 4 MiB. */
  readonly sizeId?: number;
  readonly isCut?: boolean;
}

/** A frame laid out by hand; its checksums are wrong. */
function frame({ blocks, isLinked, blockChecksums, contentChecksum, contentBytes, sizeId = 4, isCut }: FrameParts) {
  const flags =
    0x40 |
    (isLinked === true ? 0 : 0x20) |
    (blockChecksums === true ? 0x10 : 0) |
    (contentBytes === undefined ? 0 : 0x08) |
    (contentChecksum === true ? 0x04 : 0);
  const size = Buffer.alloc(contentBytes === undefined ? 0 : 8);
  if (contentBytes !== undefined) size.writeBigUInt64LE(BigInt(contentBytes));
  return Buffer.concat([
    uint32(0x184d2204),
    Buffer.from([flags, sizeId << 4]),
    size,
    Buffer.from([0xee]),
    ...blocks.flatMap(({ bytes, isPlain }) => [
      uint32((isPlain === true ? 0x8000_0000 : 0) + bytes.length),
      bytes,
      Buffer.alloc(blockChecksums === true ? 4 : 0, 0xee),
    ]),
    isCut === true ? Buffer.alloc(0) : uint32(0),
    Buffer.alloc(contentChecksum === true ? 4 : 0, 0xee),
  ]);
}

/** A block of `text`, which may repeat what `before` ends with. */
function block(text: Buffer, before = Buffer.alloc(0)): { bytes: Buffer } {
  return { bytes: compressSync(text, before.length === 0 ? undefined : before.subarray(-64 * KIB)).subarray(4) };
}

const plain = (bytes: Buffer) => ({ bytes, isPlain: true });

/** Text with runs, repetitions near and far, and noise. */
const text = fc
  .array(
    fc.oneof(
      fc.record({ part: fc.uint8Array({ minLength: 1, maxLength: 40 }), times: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ part: fc.uint8Array({ minLength: 1, maxLength: 4_000 }), times: fc.constant(1) }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts.flatMap(({ part, times }) => Array<Uint8Array>(times).fill(part))));

describe('an lz4 frame', () => {
  it('of another encoder is read', () => {
    fc.assert(fc.property(text, (bytes) => opened(compressFrameSync(bytes)).equals(bytes)));
  });

  it('with checksums is read, and they are passed over', () => {
    const bytes = Buffer.from('spillway '.repeat(50_000));
    expect(opened(compressFrameSync(bytes, { blockChecksums: true, contentChecksum: true })).equals(bytes)).toBe(true);
    expect(
      String(opened(frame({ blocks: [plain(Buffer.from('a'))], blockChecksums: true, contentChecksum: true }))),
    ).toBe('a');
  });

  it('has repetitions at every distance, of every length', () => {
    for (let distance = 1; distance <= 40; distance++) {
      const period = randomBytes(distance);
      for (const length of [4, 5, 18, 19, 20, 274, 1_000]) {
        const bytes = Buffer.concat([period, Buffer.alloc(length, period), randomBytes(12)]);
        expect(opened(frame({ blocks: [block(bytes)] })).equals(bytes)).toBe(true);
      }
    }
  });

  it('of linked blocks repeats what lies up to 64 KiB before, across pieces too', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 25 }), (texts, rounds) => {
        const blocks: { bytes: Buffer }[] = [];
        let whole = Buffer.alloc(0);
        for (let i = 0; i < rounds * texts.length; i++) {
          const next = (texts[i % texts.length] ?? whole).subarray(0, 64 * KIB);
          blocks.push(block(next, whole));
          whole = Buffer.concat([whole, next]);
        }
        expect(opened(frame({ blocks, isLinked: true })).equals(whole)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('of linked blocks is read while others are', () => {
    const noise = randomBytes(60_000);
    const linked = [block(noise), ...Array.from({ length: 60 }, () => block(noise, noise))];
    const two = [1, 2].map(() => frames.open(frame({ blocks: linked, isLinked: true })));
    const texts: Buffer[][] = [[], []];
    for (let done = 0; done < 2; ) {
      two.forEach((one, i) => {
        const { value } = one.next();
        if (value === undefined) done++;
        else texts[i]?.push(copy(value));
        // Another that overwrites all of what the first one could see.
        opened(frame({ blocks: Array.from({ length: 20 }, () => plain(Buffer.alloc(64 * KIB, i))) }));
      });
    }
    for (const pieces of texts) {
      expect(pieces.length).toBeGreaterThan(2);
      expect(Buffer.concat(pieces).equals(Buffer.concat(Array<Buffer>(61).fill(noise)))).toBe(true);
    }
  });

  it('may be followed by others, and by frames to be skipped', () => {
    const skipped = Buffer.concat([uint32(0x184d2a53), uint32(5), Buffer.from('12345')]);
    const bytes = Buffer.concat([
      skipped,
      frame({ blocks: [plain(Buffer.from('a'))], contentBytes: 1 }),
      skipped,
      frame({ blocks: [] }),
      frame({ blocks: [block(Buffer.from('b'.repeat(100)))], isLinked: true }),
    ]);
    expect(String(opened(bytes))).toBe(`a${'b'.repeat(100)}`);
  });

  it.each([4, 5, 6, 7])('of blocks with size id %i may fill them', (sizeId) => {
    const bytes = Buffer.alloc(2 ** (8 + 2 * sizeId), 'spillway');
    expect(opened(frame({ blocks: [block(bytes), plain(bytes)], sizeId })).equals(Buffer.concat([bytes, bytes]))).toBe(
      true,
    );
    expect(() => opened(frame({ blocks: [block(Buffer.concat([bytes, Buffer.of(1)]))], sizeId }))).toThrow(RangeError);
    expect(() => opened(frame({ blocks: [plain(Buffer.concat([bytes, Buffer.of(1)]))], sizeId }))).toThrow(RangeError);
  });
});

describe('refused as an lz4 frame is', () => {
  const good = frame({
    blocks: [block(Buffer.from('spillway '.repeat(100))), plain(Buffer.from('a'))],
    contentChecksum: true,
  });

  it('one that is cut off, wherever that is', () => {
    for (let length = 0; length < good.length; length++)
      expect(() => opened(good.subarray(0, length)), String(length)).toThrow(RangeError);
  });

  it.each([
    ['another magic number', (b: Buffer) => b.writeUInt8(5, 0)],
    ['another version', (b: Buffer) => b.writeUInt8(0xa0, 4)],
    ['a reserved bit', (b: Buffer) => b.writeUInt8(0x62, 4)],
    ['a dictionary', (b: Buffer) => b.writeUInt8(0x61, 4)],
    ['an unknown size of blocks', (b: Buffer) => b.writeUInt8(0x30, 5)],
    ['a block of 2 GiB', (b: Buffer) => b.writeUInt32LE(0x7fff_ffff, 7)],
  ])('%s', (_name, damage) => {
    const bytes = Buffer.from(good);
    damage(bytes);
    expect(() => opened(bytes)).toThrow(RangeError);
  });

  it('bytes behind it that are no frame, and a frame to be skipped that passes the end', () => {
    expect(() => opened(Buffer.concat([good, Buffer.from('?')]))).toThrow(RangeError);
    expect(() => opened(Buffer.concat([good, uint32(0x184d2a50), uint32(1)]))).toThrow(RangeError);
  });

  it('a content size that is not its own', () => {
    expect(() => opened(frame({ blocks: [plain(Buffer.from('a'))], contentBytes: 2 }))).toThrow(
      'an lz4 frame of 2 bytes has 1',
    );
  });

  it('a block that repeats what lies before its text, or before what is linked to it', () => {
    const noise = randomBytes(60_000);
    // Whoever looks there finds it: it was opened a moment ago.
    opened(frame({ blocks: [plain(noise), plain(noise)] }));
    const second = block(noise, noise);
    expect(second.bytes.length).toBeLessThan(1_000);
    expect(opened(frame({ blocks: [plain(noise), second], isLinked: true })).length).toBe(2 * noise.length);
    for (const blocks of [[second], [plain(noise), second]])
      expect(() => opened(frame({ blocks }))).toThrow('an lz4 block is damaged');
    expect(() => opened(frame({ blocks: [second], isLinked: true }))).toThrow('an lz4 block is damaged');
  });

  it('blocks with any damage, or they become something else; never more than a block may hold', () => {
    const bytes = Buffer.from('{"id":1,"name":"spillway"}'.repeat(200));
    const { bytes: whole } = block(bytes);
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, put) => {
        const damaged = Buffer.from(whole);
        damaged.set(put.slice(0, whole.length - at), at);
        try {
          expect(opened(frame({ blocks: [{ bytes: damaged }] })).length).toBeLessThanOrEqual(64 * KIB);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
