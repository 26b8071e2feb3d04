/** Fields of requests and answers in Kafka's classic encoding (before "flexible" versions).
 *  Source: https://kafka.apache.org/protocol.html#protocol_types */

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
};
