import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputBuffer } from '../../../../shared/envelope/output-buffer.ts';
import { WatchedBuffers } from '../../../helpers/watched-buffers.ts';

describe('an output buffer', () => {
  it('holds what was written, in order, however often it had to grow', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 255 }),
      fc.maxSafeInteger().map(String),
    );
    fc.assert(
      fc.property(fc.array(part), fc.nat(100), (parts, expectedBytes) => {
        const output = new OutputBuffer(expectedBytes, new WatchedBuffers());
        for (const each of parts) {
          if (typeof each === 'number') output.byte(each);
          else if (typeof each === 'string') output.decimal(Number(each));
          else output.append(each);
        }
        const expected = parts.map((each) => (typeof each === 'number' ? Buffer.of(each) : Buffer.from(each)));
        expect(output.result().equals(Buffer.concat(expected))).toBe(true);
      }),
    );
  });

  it('gives each buffer back that it outgrew, once, and never the last', () => {
    const buffers = new WatchedBuffers();
    const output = new OutputBuffer(100, buffers);
    for (let i = 0; i < 1_000; i++) output.append(Buffer.from('abc'));
    output.grow();
    expect(buffers.taken.length).toBeGreaterThan(3);
    expect(buffers.outgrown()).toBe(buffers.taken.length - 1);
    expect(output.result().toString()).toBe('abc'.repeat(1_000));
  });

  it('does not grow while what was expected is enough', () => {
    const buffers = new WatchedBuffers();
    const output = new OutputBuffer(1_000, buffers);
    for (let i = 0; i < 100; i++) output.decimal(1_234_567_890);
    expect(buffers.taken).toHaveLength(1);
    expect(output.result()).toHaveLength(1_000);
  });
});
