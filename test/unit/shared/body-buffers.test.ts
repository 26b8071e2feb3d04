import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyBuffers } from '../../../shared/body-buffers.ts';
import { SMALLEST_POOLED_BYTES } from '../../../shared/buffer-pool.ts';

const MIB = 1024 * 1024;
/** What the kernel needs beside a buffer, and up to the end of a page. */
const MOST_BESIDE_BYTES = 3 * 64 * 1024;

describe('buffers of bodies', () => {
  it('are large enough, of few sizes, and at most a quarter larger than was asked for', () => {
    // Those that other tests of this process gave back, of whatever size, would serve first.
    while (bodyBuffers.freeBytes > 0) bodyBuffers.take(SMALLEST_POOLED_BYTES);
    const sizes = new Set<number>();
    fc.assert(
      fc.property(fc.integer({ min: MIB, max: 8 * MIB - 1 }), (bytes) => {
        const buffer = bodyBuffers.take(bytes);
        const size = buffer.buffer.byteLength;
        expect(buffer.length).toBe(bytes);
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size).toBeLessThanOrEqual(bytes * 1.25 + MOST_BESIDE_BYTES);
        sizes.add(size);
      }),
      { numRuns: 40 },
    );
    expect(sizes.size).toBeLessThanOrEqual(13);
  });
});
