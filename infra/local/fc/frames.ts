/** What server and instance say to each other, over a pipe: lengths of header and body (4 bytes each, big endian), a header in JSON, a body. */

export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

const LENGTHS = 8;
const EMPTY = Buffer.alloc(0);

/** In pieces, so that a large body is not copied. */
export function encodeFrame(header: object, body: Buffer = EMPTY): readonly Buffer[] {
  const text = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  return [Buffer.concat([lengths, text]), body];
}

/** Puts frames together from what a stream brings. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #needed = LENGTHS;

  /** The frames that `chunk` completes. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: Frame[] = [];
    while (this.#size >= this.#needed) {
      const bytes = Buffer.concat(this.#chunks);
      this.#chunks = [bytes];
      const headerEnd = LENGTHS + bytes.readUInt32BE(0);
      this.#needed = headerEnd + bytes.readUInt32BE(4);
      if (bytes.length < this.#needed) break;
      const header = JSON.parse(bytes.subarray(LENGTHS, headerEnd).toString()) as Frame['header'];
      frames.push({ header, body: bytes.subarray(headerEnd, this.#needed) });
      const rest = bytes.subarray(this.#needed);
      this.#chunks = [rest];
      this.#size = rest.length;
      this.#needed = LENGTHS;
    }
    return frames;
  }
}
