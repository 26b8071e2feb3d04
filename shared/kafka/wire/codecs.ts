/** Decompression of record batches. Packages are optional and loaded when the first batch needs them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { FatalError, toError } from '../../errors.ts';
import { BatchRoom } from './batch-room.ts';

/** Codec ids of batch attributes, bits 0 to 2. */
export const CODEC_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type CodecName = (typeof CODEC_NAMES)[number];

/** Makes a buffer of its own. */
type Open = (bytes: Buffer) => Buffer | Promise<Buffer>;

/** The caller began the batch in `room`. */
type Decompress = (bytes: Buffer, room: BatchRoom) => Promise<Buffer>;

/** What packages make is garbage at once, and collected while it is small, when it is copied to where it may stay. */
function kept(open: Open): Decompress {
  return async (bytes, room) => room.keep(await open(bytes));
}

/** What Java's snappy streams begin with; after it follow 8 bytes of versions and blocks of (int32 length, bytes). */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER_BYTES = 16;

/** From so many bytes on, packed or unpacked, a batch is opened on another thread. Below it that takes longer than to do it here, and
 *  here it holds up the loop for less than 50 ms. Brokers take batches of up to 1 MB unless told otherwise. */
const OFF_LOOP_PACKED_BYTES = 1024 * 1024;
const OFF_LOOP_BYTES = 8 * 1024 * 1024;

function isLarge(packed: Buffer, bytes = 0): boolean {
  return packed.length > OFF_LOOP_PACKED_BYTES || bytes > OFF_LOOP_BYTES;
}

/** The most that snappy makes of a byte: a copy of 64 bytes takes three. */
const SNAPPY_MOST_RATIO = 22;

/** Bytes that a snappy block says it becomes; they are taken before the first of it is read.
 *  @throws RangeError when no block of this length can become so many */
function snappyBytes(block: Buffer): number {
  let bytes = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i] ?? 0;
    bytes += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) break;
  }
  if (bytes > block.length * SNAPPY_MOST_RATIO) throw new RangeError(`${block.length} bytes do not become ${bytes}`);
  return bytes;
}

/** The most that deflate makes of a byte. */
const DEFLATE_MOST_RATIO = 1_032;
const SMALLEST_CHUNK_BYTES = 64;
const gunzipElsewhere = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);

/** The trailer says how long the text is, modulo 2^32: one buffer of that size instead of pieces that are then joined. */
function gunzip(bytes: Buffer): Buffer | Promise<Buffer> {
  const told = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  const size = Math.min(told, bytes.length * DEFLATE_MOST_RATIO);
  const options = { chunkSize: Math.max(size + 1, SMALLEST_CHUNK_BYTES) };
  return isLarge(bytes, size) ? gunzipElsewhere(bytes, options) : zlib.gunzipSync(bytes, options);
}

function isXerial(bytes: Buffer): boolean {
  return bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);
}

/** Undoes the Xerial framing with `uncompress` for each block; bytes without the framing are one block. */
export function uncompressXerial(bytes: Buffer, uncompress: (block: Buffer) => Buffer): Buffer {
  if (!isXerial(bytes)) return uncompress(bytes);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at);
    if (end > bytes.length || end < at + 4) throw new RangeError('a snappy block passes the end of its batch');
    blocks.push(uncompress(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

async function loadZstd(): Promise<Open> {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
  if (zstdDecompressSync !== undefined) return zstdDecompressSync;
  const { decompress } = await import('@mongodb-js/zstd');
  // It takes whole buffers only: a view would be read from its buffer's start.
  return (bytes) => decompress(Buffer.from(bytes));
}

/** Turns in between open no more at once than other codecs do on the loop. */
async function loadLz4(): Promise<Decompress> {
  const { Lz4Frames } = await import('./lz4-frame.ts');
  const frames = new Lz4Frames();
  return async (bytes, room) => {
    let inTurn = 0;
    for (const piece of frames.open(bytes)) {
      room.put(piece);
      inTurn += piece.length;
      if (inTurn < OFF_LOOP_BYTES) continue;
      await nextTurn();
      inTurn = 0;
    }
    return room.end();
  };
}

/** How a codec comes into the process. */
interface CodecLoader {
  /** What to do where it is missing; empty for what Node.js always has. */
  readonly needs: string;
  /** Rejects when it is not installed. */
  load(): Promise<Decompress>;
}

export type CodecLoaders = Readonly<Record<CodecName, CodecLoader>>;

const LOADERS: CodecLoaders = {
  none: { needs: '', load: async () => async (bytes) => bytes },
  gzip: { needs: '', load: async () => kept(gunzip) },
  snappy: {
    needs: 'install the package snappy',
    load: async () => {
      const { uncompress, uncompressSync } = await import('snappy');
      const here = (block: Buffer) => {
        snappyBytes(block);
        return uncompressSync(block, { asBuffer: true }) as Buffer;
      };
      return kept(async (bytes) => {
        if (isXerial(bytes) || !isLarge(bytes, snappyBytes(bytes))) return uncompressXerial(bytes, here);
        return (await uncompress(bytes, { asBuffer: true })) as Buffer;
      });
    },
  },
  lz4: { needs: 'Node.js must not run without WebAssembly (--jitless)', load: loadLz4 },
  zstd: {
    needs: 'install the package @mongodb-js/zstd (or Node 22.15)',
    load: async () => kept(await loadZstd()),
  },
};

/** Undoes the compression of batches. A codec is loaded once; one that could not be loaded is tried again by the next batch. */
export class Decompressor {
  readonly #loaded = new Map<CodecName, Promise<Decompress>>();

  constructor(private readonly loaders: CodecLoaders) {}

  /** As the function `decompress`. */
  async decompress(codecId: number, bytes: Buffer, room: BatchRoom): Promise<Buffer> {
    const name = CODEC_NAMES[codecId];
    if (name === undefined)
      throw new FatalError(
        'KAFKA_CODEC_UNKNOWN',
        `no codec has the id ${codecId}; known are ${CODEC_NAMES.join(', ')}`,
      );
    const codec = await this.#codec(name);
    try {
      return await codec(bytes, room);
    } catch (thrown) {
      throw new FatalError('RECORD_BATCH_CORRUPT', `${name} refused the batch: ${toError(thrown).message}`, {
        cause: toError(thrown),
      });
    }
  }

  async #codec(name: CodecName): Promise<Decompress> {
    const { needs, load } = this.loaders[name];
    let loading = this.#loaded.get(name);
    if (loading === undefined) {
      loading = load();
      this.#loaded.set(name, loading);
    }
    try {
      return await loading;
    } catch (thrown) {
      this.#loaded.delete(name);
      throw new FatalError('KAFKA_CODEC_MISSING', `a batch is compressed with ${name}: ${needs}`, {
        cause: toError(thrown),
      });
    }
  }
}

const decompressor = new Decompressor(LOADERS);

/** Decompresses the records of one batch.
 *  @param room gets them, where they are to lie with others: the batch was begun in it
 *  @throws FatalError `KAFKA_CODEC_MISSING` when the package is not installed, `KAFKA_CODEC_UNKNOWN` for an id without a codec,
 *    `RECORD_BATCH_CORRUPT` when the bytes are not what the codec expects */
export function decompress(codecId: number, bytes: Buffer, room = new BatchRoom(undefined)): Promise<Buffer> {
  return decompressor.decompress(codecId, bytes, room);
}
