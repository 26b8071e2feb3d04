/** Random texts that are JSON, nearly JSON, or far from it, many in little time. */
import { RandomContents } from './random-contents.ts';

const SEEDS = [
  '{}',
  '[]',
  '0',
  '-0.5e+10',
  '""',
  'null',
  '{"a":1}',
  ' { "a" : [ 1 , -2.50E-3 , true ] } ',
  '[[],{},[{}],{"":{}}]',
  '{"@timestamp":"2026-11-21T10:00:00Z","n":1234567890123456789}',
  '{"text":"a\\tb\\\\c\\"d\\/\\u00e9\\ud83d\\ude00"}',
  '{\n  "list": [\r\n    1,\n    2\n  ]\n}',
  '{"名":"订单已发货","é":"😀"}',
  '[true,false,null,12345678901234567890.5,0.1,1e5,"0123456789abcdefghij"]',
  '{"a":{"b":{"c":[{"d":"eeeeeeeeeeeeeee"}]}},"b":false}',
].map((text) => Buffer.from(text));

const PIECES = [
  ...'{}[],:"\\0123456789-+.eE \t\n\r',
  ...['true', 'false', 'null', 'nul', '\\u12', '\\u00e9', '\\x', '""', '{}', '[]', '"a":', '1.', '.5', '01', '-', '1e'],
  ...['é', '中', '😀', 'a', 'NaN', "'", '/', '//', '\f', '\u0000', '\u001f', '\u00a0', '\u2028', '\ufeff', '\u007f'],
].map((text) => Buffer.from(text));
const BROKEN = ['80', 'bf', 'c0', 'c3', 'e4b8', 'eda080', 'f09f98', 'f4908080', 'ff'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

const MOST_CHANGES = 4;

export class RandomJson {
  readonly #random: RandomContents;

  constructor(seed: number) {
    this.#random = new RandomContents(seed);
  }

  below(limit: number): number {
    return this.#random.below(limit);
  }

  /** A text that was JSON before up to `MOST_CHANGES` changes. */
  next(): Buffer {
    let text = this.#of(SEEDS);
    for (let left = this.below(MOST_CHANGES + 1); left > 0; left--) text = this.#changed(text);
    return text;
  }

  #of(list: readonly Buffer[]): Buffer {
    return list[this.below(list.length)] ?? Buffer.alloc(0);
  }

  #changed(text: Buffer): Buffer {
    const at = this.below(text.length + 1);
    const kind = this.below(32);
    const end = Math.min(text.length, at + this.below(4));
    // Cut, doubled, put into another one, a piece in place of another, or between.
    if (kind < 6) return Buffer.concat([text.subarray(0, at), text.subarray(end)]);
    if (kind < 9) return Buffer.concat([text.subarray(0, end), text.subarray(at)]);
    if (kind < 12) return Buffer.concat([text.subarray(0, at), this.#of(SEEDS), text.subarray(at)]);
    const piece = kind < 13 ? this.#of(BROKEN) : kind < 14 ? Buffer.from([this.below(256)]) : this.#of(PIECES);
    return Buffer.concat([text.subarray(0, at), piece, text.subarray(kind < 22 ? end : at)]);
  }
}
