/** Fields of requests and answers in Kafka's classic encoding, and the compact ones of "flexible" versions.
 *  Sources: https://kafka.apache.org/protocol.html#protocol_types, KIP-482 */

const UUID_BYTES = 16;

/** Reads fields one after the other.
 *  Every method throws RangeError where the answer ends too early. */
export class FieldReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  int8(): number {
    return this.bytes.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#advance(4));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  /** Null, too, is empty text: nothing read here tells the two apart. */
  string(): string {
    const length = this.int16();
    return length < 0 ? '' : this.#text(length);
  }

  /** Moves past a field of bytes. */
  skipBytes(): void {
    const length = this.int32();
    if (length > 0) this.#text(length);
  }

  array<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let left = this.int32(); left > 0; left--) items.push(item());
    return items;
  }

  /** Of flexible versions. Null, too, is empty text. */
  compactString(): string {
    const length = this.#unsignedVarint() - 1;
    return length < 0 ? '' : this.#text(length);
  }

  /** Of flexible versions. */
  compactArray<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let left = this.#unsignedVarint() - 1; left > 0; left--) items.push(item());
    return items;
  }

  /** Hex digits. */
  uuid(): string {
    const start = this.#advance(UUID_BYTES);
    if (this.#at > this.bytes.length) throw new RangeError('the answer ends in the middle of a field');
    return this.bytes.toString('hex', start, this.#at);
  }

  /** Moves past the optional fields that end each structure of a flexible version. */
  skipTags(): void {
    for (let left = this.#unsignedVarint(); left > 0; left--) {
      this.#unsignedVarint();
      this.#advance(this.#unsignedVarint());
    }
  }

  #unsignedVarint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.bytes.readUInt8(this.#advance(1));
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  #text(length: number): string {
    const start = this.#advance(length);
    if (this.#at > this.bytes.length) throw new RangeError('the answer ends in the middle of a field');
    return this.bytes.toString('utf8', start, this.#at);
  }

  #advance(count: number): number {
    const start = this.#at;
    this.#at += count;
    return start;
  }
}

/** Bytes of fields, in order. */
export const field = {
  int8: (value: number) => Buffer.from([value & 0xff]),
  int32: (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  },
  boolean: (value: boolean) => Buffer.from([value ? 1 : 0]),
  string: (value: string) => {
    const text = Buffer.from(value);
    const length = Buffer.alloc(2);
    length.writeInt16BE(text.length);
    return Buffer.concat([length, text]);
  },
  /** `undefined` is the null array. */
  array: (items: readonly Buffer[] | undefined) =>
    items === undefined ? field.int32(-1) : Buffer.concat([field.int32(items.length), ...items]),
  compactString: (value: string) => {
    const text = Buffer.from(value);
    return Buffer.concat([unsignedVarint(text.length + 1), text]);
  },
  compactArray: (items: readonly Buffer[]) => Buffer.concat([unsignedVarint(items.length + 1), ...items]),
  noUuid: Buffer.alloc(UUID_BYTES),
  noTags: Buffer.from([0]),
};

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
