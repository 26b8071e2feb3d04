/** Compression of blocks, on libuv's thread pool. A block and its footer are one compressed stream; sums are of what is inside. */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

export type BodyCompression = 'none' | 'deflate' | 'zstd';

export interface BodyCompressor {
  /** Value of `Content-Encoding`; absent when bodies go as they are. */
  readonly encoding?: string;
  compress(body: Buffer): Promise<Buffer>;
}

const deflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.deflate);

/** The least effort, as the SDKs have it: rows go over a fast network once. A large chunk takes fewer turns of the event loop. */
const DEFLATE = { level: 1, chunkSize: 256 * 1024 };

type Compress = (input: Buffer, done: (error: Error | null, output: Buffer) => void) => void;

/** Node.js 22.15 and later have it; its types are not those of the oldest Node.js we run on. */
function builtInZstd(): BodyCompressor['compress'] | undefined {
  const { zstdCompress } = zlib as { zstdCompress?: Compress };
  return zstdCompress && promisify(zstdCompress);
}

async function packagedZstd(): Promise<BodyCompressor['compress']> {
  const { compress } = await import('@mongodb-js/zstd');
  return (body) => compress(body);
}

/** @throws what loading the optional package `@mongodb-js/zstd` throws, where Node.js has no zstd of its own */
export async function bodyCompressor(compression: BodyCompression): Promise<BodyCompressor> {
  switch (compression) {
    case 'none':
      return { compress: async (body) => body };
    case 'deflate':
      return { encoding: 'deflate', compress: (body) => deflate(body, DEFLATE) };
    case 'zstd':
      return { encoding: 'zstd', compress: builtInZstd() ?? (await packagedZstd()) };
    default:
      return compression satisfies never;
  }
}
