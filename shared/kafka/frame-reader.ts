/** Reads length-prefixed frames from a socket straight into the buffer they stay in.
 *
 *  A socket that emits `data` allocates 64 KiB for every read, and kafkajs then copies the pieces together: more CPU than everything
 *  else a fetch costs (measured: reading by `onread` halves a consumer's CPU). Here the kernel writes each frame to where its record
 *  blocks will point. */

const PREFIX_BYTES = 4;

/** A larger prefix is no Kafka frame: brokers refuse requests for more, text protocols begin with letters, and a TLS alert, with which
 *  a listener answers who speaks plain to it, reads as 336 MiB and more. */
export const MAX_FRAME_BYTES = 320 * 1024 * 1024;

/** Small frames share Node's pool, so that an idle connection costs nothing; where large ones come from is for others to say. */
function ownBuffer(bytes: number): Buffer {
  return bytes < 4_096 ? Buffer.allocUnsafe(bytes) : Buffer.allocUnsafeSlow(bytes);
}

export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #onGarbage: (announcedBytes: number) => void;
  readonly #newBuffer: (bytes: number) => Buffer;
  #prefix = Buffer.allocUnsafeSlow(PREFIX_BYTES);
  #frame: Buffer | undefined;
  #filled = 0;

  /** `onFrame` gets each frame with its prefix, in a buffer of `newBuffer`, and keeps it. `onGarbage` is called when a length makes no sense; nothing follows. */
  constructor(
    onFrame: (frame: Buffer) => void,
    onGarbage: (announcedBytes: number) => void,
    newBuffer: (bytes: number) => Buffer = ownBuffer,
  ) {
    this.#onFrame = onFrame;
    this.#onGarbage = onGarbage;
    this.#newBuffer = newBuffer;
  }

  /** For `onread` of `net.connect`. The buffer always ends where the prefix or the frame ends, so no read crosses into the next. */
  get onread(): { buffer: () => Buffer; callback: (bytesRead: number) => boolean } {
    return {
      buffer: () => (this.#frame ?? this.#prefix).subarray(this.#filled),
      callback: (bytesRead) => this.#read(bytesRead),
    };
  }

  #read(bytesRead: number): boolean {
    this.#filled += bytesRead;
    const frame = this.#frame;
    if (frame === undefined) {
      if (this.#filled === PREFIX_BYTES) return this.#begin(this.#prefix.readInt32BE(0));
    } else if (this.#filled === frame.length) {
      this.#frame = undefined;
      this.#filled = 0;
      this.#onFrame(frame);
    }
    return true;
  }

  #begin(bytes: number): boolean {
    if (bytes <= 0 || bytes > MAX_FRAME_BYTES) {
      this.#onGarbage(bytes);
      return false;
    }
    const frame = this.#newBuffer(PREFIX_BYTES + bytes);
    this.#prefix.copy(frame);
    this.#frame = frame;
    return true;
  }
}
