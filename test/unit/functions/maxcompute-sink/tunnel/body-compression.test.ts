import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { decompress } from '@mongodb-js/zstd';
import { expect, it } from 'vitest';
import { bodyCompressor } from '../../../../../functions/maxcompute-sink/tunnel/body-compression.ts';

const BODY = Buffer.from('rows '.repeat(1_000));

it('sends bodies as they are', async () => {
  const { encoding, compress } = await bodyCompressor('none');
  expect(encoding).toBeUndefined();
  expect(await compress(BODY)).toBe(BODY);
});

it('sends deflate with the header of zlib', async () => {
  const { encoding, compress } = await bodyCompressor('deflate');
  const sent = await compress(BODY);
  expect(encoding).toBe('deflate');
  expect(sent.length).toBeLessThan(BODY.length / 10);
  expect(await promisify(inflate)(sent)).toEqual(BODY);
});

it('sends zstd', async () => {
  const { encoding, compress } = await bodyCompressor('zstd');
  const sent = await compress(BODY);
  expect(encoding).toBe('zstd');
  expect(sent.length).toBeLessThan(BODY.length / 10);
  expect(await decompress(sent)).toEqual(BODY);
});
