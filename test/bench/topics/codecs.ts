/** lz4 and zstd for plain kafkajs, from the packages that Spillway uses itself: both sides of a comparison decompress with the same code. */
import zstd from '@mongodb-js/zstd';
import kafkajs, { CompressionTypes } from 'kafkajs';
import lz4 from 'lz4-napi';

export const CODECS = ['none', 'lz4', 'zstd'] as const;

export type Codec = (typeof CODECS)[number];

export const COMPRESSION: Readonly<Record<Codec, CompressionTypes>> = {
  none: CompressionTypes.None,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** What kafkajs hands to a codec when it produces. */
interface Encoder {
  readonly buffer: Buffer;
}

/** Makes kafkajs know them, in this process. */
export function registerCodecs(): void {
  const { CompressionCodecs } = kafkajs;
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: async ({ buffer }: Encoder) => lz4.compressFrameSync(buffer),
    decompress: async (bytes: Buffer) => lz4.decompressFrameSync(bytes),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    // It takes whole buffers only: a view would be read from its buffer's start.
    compress: async ({ buffer }: Encoder) => zstd.compress(Buffer.from(buffer)),
    decompress: async (bytes: Buffer) => zstd.decompress(Buffer.from(bytes)),
  });
}
