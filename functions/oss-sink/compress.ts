/** Compression of whole objects, on libuv's thread pool: the event loop only hands over and takes back. The same content always gives the same
 *  gzip bytes; zstd's are those of the installed library. What comes out is no larger than what went in, but for a few bytes. */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { ConfigError } from '../../shared/errors.ts';
import type { Compression } from './object-format.ts';

export interface Compressor {
  compress(content: Buffer): Promise<Buffer>;
  decompress(stored: Buffer): Promise<Buffer>;
}

const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);
const gunzip = promisify<Buffer, Buffer>(zlib.gunzip);

/** The most that one piece of work on the thread pool puts out. With the default, 16 KiB, so many come back that the event loop spends 11 ms
 *  on 10 MB of content in place of 4. */
const CHUNK_BYTES = 256 * 1024;

/** Position of the header's operating system byte, and its value for "unknown". zlib sets the modification time to 0 already.
 *  Source: RFC 1952 §2.3.1. */
const GZIP_OS_AT = 9;
const GZIP_OS_UNKNOWN = 255;

const GZIP: Compressor = {
  async compress(content) {
    const stored = await gzip(content, content.length < CHUNK_BYTES ? {} : { chunkSize: CHUNK_BYTES });
    stored[GZIP_OS_AT] = GZIP_OS_UNKNOWN;
    return stored;
  },
  decompress: (stored) => gunzip(stored),
};

const NONE: Compressor = { compress: async (content) => content, decompress: async (stored) => stored };

type ZlibFunction = (input: Buffer, done: (error: Error | null, output: Buffer) => void) => void;

/** Node.js 22.15 and later have zstd; its types are not those of the oldest Node.js we run on. */
function builtInZstd(): Compressor | undefined {
  const { zstdCompress, zstdDecompress } = zlib as { zstdCompress?: ZlibFunction; zstdDecompress?: ZlibFunction };
  if (zstdCompress === undefined || zstdDecompress === undefined) return undefined;
  return { compress: promisify(zstdCompress), decompress: promisify(zstdDecompress) };
}

async function packagedZstd(): Promise<Compressor> {
  try {
    const { compress, decompress } = await import('@mongodb-js/zstd');
    return { compress: (content) => compress(content), decompress: (stored) => decompress(stored) };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ConfigError([
      {
        key: 'oss.compression',
        message: `zstd needs the optional package @mongodb-js/zstd, which cannot be loaded${reason}; install it, use Node.js 22.15 or later, or choose gzip`,
      },
    ]);
  }
}

/** Loads what a compression needs; ask before the first batch.
 *  @throws ConfigError when zstd is asked for and nothing here provides it */
export async function compressorFor(compression: Compression): Promise<Compressor> {
  switch (compression) {
    case 'none':
      return NONE;
    case 'gzip':
      return GZIP;
    case 'zstd':
      return builtInZstd() ?? (await packagedZstd());
    default:
      return compression satisfies never;
  }
}
