import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../../../shared/kafka/frame-reader.ts';

/** Plays the kernel: writes `stream` into whatever buffer the reader offers, at most `chunk` bytes a time. */
function play(reader: FrameReader, stream: Buffer, chunks: readonly number[]): void {
  const { onread } = reader;
  let at = 0;
  for (let i = 0; at < stream.length; i++) {
    const target = onread.buffer();
    const bytes = Math.min(target.length, chunks[i % chunks.length] ?? 1, stream.length - at);
    stream.copy(target, 0, at, at + bytes);
    at += bytes;
    if (!onread.callback(bytes)) return;
  }
}

function framed(body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

describe('FrameReader', () => {
  it('gives every frame whole and once, however the bytes arrive, and never writes into one it gave', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9_000 }), { minLength: 1, maxLength: 6 });
    const chunks = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(bodies, chunks, (sent, sizes) => {
        const got: Buffer[] = [];
        const reader = new FrameReader(
          (frame) => got.push(frame),
          () => expect.unreachable('no garbage was sent'),
        );
        const frames = sent.map(framed);
        play(reader, Buffer.concat(frames), sizes);
        return got.length === frames.length && got.every((frame, i) => frame.equals(frames[i] ?? Buffer.alloc(0)));
      }),
    );
  });

  it.each([
    ['text of another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['a TLS alert', Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x50])],
    ['nothing', Buffer.alloc(4)],
    ['a negative length', Buffer.from([0xff, 0, 0, 0])],
  ])('stops at %s', (_, stream) => {
    const lengths: number[] = [];
    const reader = new FrameReader(
      () => expect.unreachable('no frame was sent'),
      (bytes) => lengths.push(bytes),
    );
    play(reader, stream, [100]);
    expect(lengths).toEqual([stream.readInt32BE(0)]);
  });
});
