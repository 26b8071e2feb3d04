/** Reads the LZ4 frame format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 *
 *  Its checksums are passed over. A batch is opened after its own checksum was found right, which covers every byte of the frame, and what clients
 *  before Kafka 0.10 wrote as the header's is wrong (KAFKA-3160). */
import { HISTORY_BYTES, Lz4Blocks } from './lz4-block.ts';

const MAGIC = 0x184d2204;
/** The last four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const VERSION = 0b01;
const END_MARK = 0;
const CHECKSUM_BYTES = 4;
/** Text is handed out when there is so much of it: most batches in one piece. */
const PIECE_BYTES = 1024 * 1024;

interface Header {
  /** Where the first block's size is. */
  readonly end: number;
  readonly maxBlockBytes: number;
  /** Whether blocks repeat what lies in those before. */
  readonly isLinked: boolean;
  readonly hasBlockChecksums: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentBytes: bigint | undefined;
}

/** @throws RangeError where a header passes the end, or is none that the format has */
function readHeader(bytes: Buffer, start: number): Header {
  const flags = bytes.readUInt8(start + 4);
  const descriptor = bytes.readUInt8(start + 5);
  const sizeId = (descriptor >> 4) & 7;
  const isKnown = flags >> 6 === VERSION && (flags & 0x02) === 0 && (descriptor & 0x8f) === 0 && sizeId >= 4;
  if (!isKnown) throw new RangeError('an lz4 frame of another version');
  if ((flags & 0x01) !== 0) throw new RangeError('an lz4 frame needs a dictionary');
  const hasContentBytes = (flags & 0x08) !== 0;
  const end = start + 6 + (hasContentBytes ? 8 : 0) + 1;
  if (end > bytes.length) throw new RangeError('an lz4 frame ends in its header');
  return {
    end,
    maxBlockBytes: 2 ** (8 + 2 * sizeId),
    isLinked: (flags & 0x20) === 0,
    hasBlockChecksums: (flags & 0x10) !== 0,
    hasContentChecksum: (flags & 0x04) !== 0,
    contentBytes: hasContentBytes ? bytes.readBigUInt64LE(start + 6) : undefined,
  };
}

export class Lz4Frames {
  readonly #blocks = new Lz4Blocks();

  /** The text of `bytes`, one frame or several, piece by piece. A piece is to be copied before anything else is asked for; between two of them
   *  other bytes may be opened. Memory is taken for what comes out of a block, never more than its frame's largest, and not for what lengths claim.
   *  @throws RangeError of bytes that are not frames, all of them */
  *open(bytes: Buffer): Generator<Uint8Array, void> {
    let at = 0;
    do {
      const magic = bytes.readUInt32LE(at);
      if (magic === MAGIC) at = yield* this.#frame(bytes, at);
      else if ((magic & ~0xf) === SKIPPABLE_MAGIC) at += 8 + bytes.readUInt32LE(at + 4);
      else throw new RangeError('no lz4 frame');
      if (at > bytes.length) throw new RangeError('an lz4 frame passes the end of its batch');
    } while (at < bytes.length);
  }

  /** @returns where the frame ends */
  *#frame(bytes: Buffer, start: number): Generator<Uint8Array, number> {
    const header = readHeader(bytes, start);
    const { maxBlockBytes, isLinked } = header;
    const fullAt = HISTORY_BYTES + PIECE_BYTES;
    const checksumBytes = header.hasBlockChecksums ? CHECKSUM_BYTES : 0;
    let at = header.end;
    let out = HISTORY_BYTES;
    let history = new Uint8Array(0);
    let total = 0;
    for (;;) {
      const size = bytes.readUInt32LE(at);
      at += 4;
      if (size === END_MARK) break;
      const end = at + (size & 0x7fff_ffff);
      if (end + checksumBytes > bytes.length || end - at > maxBlockBytes)
        throw new RangeError('an lz4 block is longer than its batch, or than its frame allows');
      if (out >= fullAt) {
        total += out - HISTORY_BYTES;
        // Others may work here until the next piece is asked for.
        if (isLinked) history = this.#blocks.view(out - HISTORY_BYTES, out).slice();
        yield this.#blocks.view(HISTORY_BYTES, out);
        this.#blocks.setHistory(history);
        out = HISTORY_BYTES;
      }
      const floor = isLinked ? HISTORY_BYTES - history.length : out;
      const block = bytes.subarray(at, end);
      out = this.#blocks.open(block, size >>> 31 === 1, out, out + maxBlockBytes, floor, fullAt + maxBlockBytes);
      at = end + checksumBytes;
    }
    total += out - HISTORY_BYTES;
    if (header.contentBytes !== undefined && header.contentBytes !== BigInt(total))
      throw new RangeError(`an lz4 frame of ${header.contentBytes} bytes has ${total}`);
    if (out > HISTORY_BYTES) yield this.#blocks.view(HISTORY_BYTES, out);
    return at + (header.hasContentChecksum ? CHECKSUM_BYTES : 0);
  }
}
