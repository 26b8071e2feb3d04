import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeFrame, FrameReader } from '../../../../../infra/local/fc/frames.ts';

it('brings frames back, however the stream is cut', () => {
  const frame = fc.record({ header: fc.dictionary(fc.string(), fc.string()), body: fc.uint8Array({ maxLength: 300 }) });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(200)), (frames, cuts) => {
      const stream = Buffer.concat(frames.flatMap(({ header, body }) => encodeFrame(header, Buffer.from(body))));
      const reader = new FrameReader();
      const read: { header: object; body: number[] }[] = [];
      for (let at = 0, cut = 0; at < stream.length; cut++) {
        const size = (cuts[cut] ?? stream.length) + 1;
        for (const { header, body } of reader.push(stream.subarray(at, at + size)))
          read.push({ header, body: [...body] });
        at += size;
      }
      expect(read).toEqual(frames.map(({ header, body }) => ({ header: { ...header }, body: [...body] })));
    }),
  );
});

it('keeps a frame until its last byte is there', () => {
  const reader = new FrameReader();
  const bytes = Buffer.concat(encodeFrame({ type: 'call' }, Buffer.from('event')));
  expect(reader.push(bytes.subarray(0, -1))).toEqual([]);
  expect(reader.push(bytes.subarray(-1))).toEqual([{ header: { type: 'call' }, body: Buffer.from('event') }]);
});
