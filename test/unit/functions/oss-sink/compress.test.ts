import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressorFor } from '../../../../functions/oss-sink/compress.ts';
import { COMPRESSIONS } from '../../../../functions/oss-sink/object-format.ts';

const CONTENT = Buffer.from('the same line again and again\n'.repeat(1_000));

describe.each(COMPRESSIONS)('%s', (compression) => {
  it('gives back what went in, and the same bytes each time', async () => {
    const { compress, decompress } = await compressorFor(compression);
    const stored = await compress(CONTENT);
    expect((await decompress(stored)).equals(CONTENT)).toBe(true);
    expect((await compress(CONTENT)).equals(stored)).toBe(true);
    if (compression !== 'none') expect(stored.length).toBeLessThan(CONTENT.length / 10);
  });

  it('gives back what is larger than any buffer on the way, however little it can be compressed', async () => {
    const { compress, decompress } = await compressorFor(compression);
    const content = Buffer.concat([Buffer.alloc(1_500_000), randomBytes(1_500_000), CONTENT]);
    expect((await decompress(await compress(content))).equals(content)).toBe(true);
  });

  it('refuses what is damaged', async () => {
    if (compression === 'none') return;
    const { decompress } = await compressorFor(compression);
    await expect(decompress(Buffer.from('no such thing'))).rejects.toThrow();
  });
});

describe('gzip', () => {
  it('does not depend on how much it puts out at a time', async () => {
    const content = Buffer.concat([CONTENT, randomBytes(700_000), CONTENT]);
    const expected = gzipSync(content);
    expected[9] = 255;
    expect((await (await compressorFor('gzip')).compress(content)).equals(expected)).toBe(true);
  });

  it('has a header that names neither time nor system', async () => {
    const stored = await (await compressorFor('gzip')).compress(CONTENT);
    expect([...stored.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, stored[8], 255]);
    expect(gunzipSync(stored).equals(CONTENT)).toBe(true);
  });
});
