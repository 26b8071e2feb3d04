/** Random keys and values of the kinds that escaping and UTF-8 checks tell apart, many in little time. */

const MOST_BYTES = 4096;
const QUOTED = Buffer.from('"\\"\\ab');
const JSON_LIKE = Buffer.from('{"id":12,"name":"x y","list":[1,2.5,true],"text":"a\\tb\\\\c"}');
/** Bytes at the borders of what the places of a character may hold. */
const BORDERS = Buffer.from('007f808f909fa0bfc0c1c2dfe0e1ecedeeeff0f1f3f4f5f8ff', 'hex');

/** Repeatable numbers (xorshift32). */
export class RandomContents {
  #state: number;
  readonly #scratch = Buffer.alloc(MOST_BYTES + 16);

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) | 1;
  }

  /** From 0 up to but not including `limit`. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % limit;
  }

  /** A key or value, sometimes null. */
  next(): Buffer | null {
    const kind = this.below(16);
    if (kind === 0) return null;
    if (kind === 1) return Buffer.alloc(0);
    const length = this.#length();
    if (kind < 6) return this.#bytes(length, () => JSON_LIKE[this.below(JSON_LIKE.length)] ?? 0);
    if (kind === 6) return this.#bytes(length, () => QUOTED[this.below(QUOTED.length)] ?? 0);
    if (kind === 7) return this.#bytes(length, () => this.below(32));
    if (kind === 8) return this.#bytes(length, () => this.below(128));
    if (kind === 9) return this.#bytes(length, () => this.below(256));
    if (kind === 10) return this.#bytes(length, () => BORDERS[this.below(BORDERS.length)] ?? 0);
    const text = this.#text(length);
    if (kind === 11 && text.length > 0) text[this.below(text.length)] = this.below(256);
    return kind === 12 ? text.subarray(this.below(4)) : text;
  }

  #length(): number {
    const kind = this.below(64);
    if (kind === 0) return this.below(MOST_BYTES);
    return kind < 8 ? this.below(300) : this.below(72);
  }

  #bytes(length: number, next: () => number): Buffer {
    const scratch = this.#scratch;
    for (let i = 0; i < length; i++) scratch[i] = next();
    return Buffer.from(scratch.subarray(0, length));
  }

  /** UTF-8 of characters of one to four bytes, runs of the same kind. */
  #text(length: number): Buffer {
    const scratch = this.#scratch;
    let at = 0;
    for (let kind = 0; at < length; ) {
      if (this.below(4) === 0) kind = this.below(5);
      at = this.#character(scratch, at, kind);
    }
    return Buffer.from(scratch.subarray(0, at));
  }

  #character(target: Buffer, at: number, kind: number): number {
    const any = this.below(0x10000);
    if (kind === 1) {
      const code = 0x80 + (any % 0x780);
      target[at] = 0xc0 | (code >> 6);
      target[at + 1] = 0x80 | (code & 63);
      return at + 2;
    }
    if (kind === 2 || kind === 3) {
      const code = kind === 2 ? 0x4e00 + (any % 0x5200) : 0x800 + (any % 0xd000);
      target[at] = 0xe0 | (code >> 12);
      target[at + 1] = 0x80 | ((code >> 6) & 63);
      target[at + 2] = 0x80 | (code & 63);
      return at + 3;
    }
    if (kind === 4) {
      const code = 0x10000 + any * 16 + (any & 15);
      target[at] = 0xf0 | (code >> 18);
      target[at + 1] = 0x80 | ((code >> 12) & 63);
      target[at + 2] = 0x80 | ((code >> 6) & 63);
      target[at + 3] = 0x80 | (code & 63);
      return at + 4;
    }
    target[at] = any & 127;
    return at + 1;
  }
}
