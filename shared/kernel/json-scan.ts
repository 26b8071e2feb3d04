/** JSON byte by byte: the check without WebAssembly, what the other one is held against, and who says where a value is no JSON and why. */
import { isUtf8 } from 'node:buffer';
import { BOUNDS_STRIDE, VALUE_END, VALUE_START } from '../records.ts';
import {
  HAS_ESCAPED_NAME,
  HAS_LINE_BREAK,
  IS_OBJECT,
  IS_VALUE,
  type JsonChecker,
  MOST_DEPTH,
  NOT_JSON,
  type WantedName,
} from './json-check.ts';
import { utf8ProblemAt } from './utf8-problem.ts';

/** Why bytes are no JSON that is taken. Never quotes them. */
export interface JsonProblem {
  /** Position in the value, from 0. */
  readonly at: number;
  readonly reason: string;
  readonly isTooDeep: boolean;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** What a byte inside a string is: text, or one of these. */
const STOPS = 1;
const STRING_BYTES = new Uint8Array(256);
STRING_BYTES.fill(STOPS, 0, SPACE);
STRING_BYTES[QUOTE] = STOPS;
STRING_BYTES[BACKSLASH] = STOPS;

const ESCAPE_LETTERS = new Set(Buffer.from('"\\/bfnrt'));
const LETTER_U = 0x75;
const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** One pass over one value; made once, used for one value after the other. Methods answer -1 once a problem was found. */
class JsonScan {
  #bytes: Uint8Array = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #hasLineBreak = false;
  #hasEscape = false;
  readonly #isObjectAt = new Uint8Array(MOST_DEPTH + 1);
  problem: JsonProblem | undefined;

  /** The verdict on `bytes[start, end)`. Sets `problem` where it is `NOT_JSON`. */
  verdict(bytes: Uint8Array, start: number, end: number, maxDepth: number, names: readonly WantedName[]): number {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#hasLineBreak = false;
    this.problem = undefined;
    const bits = this.#value(Math.min(maxDepth, MOST_DEPTH), names);
    if (bits < 0 || !isUtf8(bytes.subarray(start, end))) return this.#refuse();
    return this.#hasLineBreak ? bits | HAS_LINE_BREAK : bits;
  }

  /** What is no UTF-8 and stands before the problem is the problem. */
  #refuse(): number {
    const broken = utf8ProblemAt(this.#bytes, this.#start, this.problem ? this.#start + this.problem.at : this.#end);
    if (broken >= 0) this.#fail(broken, 'bytes that are no UTF-8');
    return NOT_JSON;
  }

  #fail(at: number, reason: string, isTooDeep = false): -1 {
    this.problem = { at: at - this.#start, reason: at >= this.#end ? 'it ends too early' : reason, isTooDeep };
    return -1;
  }

  /** The byte at `at`; -1 behind the end. */
  #byte(at: number): number {
    return at < this.#end ? (this.#bytes[at] ?? -1) : -1;
  }

  #afterSpace(start: number): number {
    let at = start;
    for (; ; at++) {
      const byte = this.#byte(at);
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) this.#hasLineBreak = true;
      else if (byte !== SPACE && byte !== TAB) return at;
    }
  }

  #value(maxDepth: number, names: readonly WantedName[]): number {
    let bits = IS_VALUE;
    let depth = 0;
    let isObject = false;
    let expectsName = false;
    let at = this.#afterSpace(this.#start);
    if (at === this.#end) {
      this.problem = { at: at - this.#start, reason: 'it is empty', isTooDeep: false };
      return -1;
    }
    if (BYTE_ORDER_MARK.every((byte, i) => this.#byte(this.#start + i) === byte)) {
      return this.#fail(this.#start, 'a byte order mark, which JSON must not have');
    }
    for (;;) {
      if (expectsName) {
        if (this.#byte(at) !== QUOTE) return this.#fail(at, 'a name in quotes is expected');
        const name = at + 1;
        this.#hasEscape = false;
        at = this.#afterString(name);
        if (at < 0) return at;
        if (depth === 1) bits |= this.#hasEscape ? HAS_ESCAPED_NAME : this.#bitsOfName(name, at - 1, names);
        at = this.#afterSpace(at);
        if (this.#byte(at) !== COLON) return this.#fail(at, 'a colon is expected');
        at = this.#afterSpace(at + 1);
      }
      const byte = this.#byte(at);
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (depth === maxDepth) return this.#fail(at, `more than ${maxDepth} objects and arrays in each other`, true);
        this.#isObjectAt[depth++] = Number(isObject);
        isObject = byte === OPEN_BRACE;
        if (depth === 1 && isObject) bits |= IS_OBJECT;
        at = this.#afterSpace(at + 1);
        if (this.#byte(at) !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          expectsName = isObject;
          continue;
        }
      } else {
        at = byte === QUOTE ? this.#afterString(at + 1) : this.#afterPlain(at, byte);
        if (at < 0) return at;
      }
      // What stands here follows a value, or ends an empty container.
      for (;;) {
        at = this.#afterSpace(at);
        if (depth === 0) return at === this.#end ? bits : this.#fail(at, 'something follows the value');
        const after = this.#byte(at);
        if (after === COMMA) {
          at = this.#afterSpace(at + 1);
          expectsName = isObject;
          break;
        }
        if (after !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          return this.#fail(at, isObject ? 'a comma or } is expected' : 'a comma or ] is expected');
        }
        at++;
        isObject = this.#isObjectAt[--depth] === 1;
      }
    }
  }

  #afterString(start: number): number {
    let at = start;
    for (;;) {
      while (at < this.#end && STRING_BYTES[this.#bytes[at] ?? 0] === 0) at++;
      const byte = this.#byte(at);
      if (byte === QUOTE) return at + 1;
      if (byte !== BACKSLASH) return this.#fail(at, 'a control character in a string, which must be escaped');
      this.#hasEscape = true;
      const letter = this.#byte(at + 1);
      if (letter === LETTER_U) {
        for (let i = 2; i < 6; i++) {
          if (!isHex(this.#byte(at + i))) return this.#fail(at + i, 'four hexadecimal digits are expected');
        }
        at += 6;
      } else if (ESCAPE_LETTERS.has(letter)) {
        at += 2;
      } else {
        return this.#fail(at + 1, 'an escape that JSON does not have');
      }
    }
  }

  #bitsOfName(start: number, end: number, names: readonly WantedName[]): number {
    let bits = 0;
    for (const { name, bit } of names) {
      if (Buffer.byteLength(name) === end - start && Buffer.from(name).equals(this.#bytes.subarray(start, end))) {
        bits |= bit;
      }
    }
    return bits;
  }

  /** One past the number or word at `at`. */
  #afterPlain(at: number, byte: number): number {
    if (byte === MINUS || isDigit(byte)) return this.#afterNumber(byte === MINUS ? at + 1 : at);
    const word = WORDS.find(([first]) => first === byte);
    if (word === undefined) return this.#fail(at, 'a value is expected');
    for (let i = 1; i < word.length; i++) {
      if (this.#byte(at + i) !== word[i]) return this.#fail(at + i, `the rest of ${word} is expected`);
    }
    return at + word.length;
  }

  #afterNumber(start: number): number {
    let at = this.#byte(start) === ZERO ? start + 1 : this.#afterDigits(start);
    if (at > 0 && this.#byte(at) === POINT) at = this.#afterDigits(at + 1);
    if (at > 0 && (this.#byte(at) | 0x20) === 0x65) {
      const sign = this.#byte(at + 1);
      at = this.#afterDigits(sign === MINUS || sign === 0x2b ? at + 2 : at + 1);
    }
    return at;
  }

  #afterDigits(start: number): number {
    let at = start;
    while (isDigit(this.#byte(at))) at++;
    return at === start ? this.#fail(at, 'a digit is expected') : at;
  }
}

const scan = new JsonScan();

/** The verdict on `bytes[start, end)`, as `JsonChecker.check` puts it. */
export function verdictOn(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxDepth: number,
  names: readonly WantedName[],
): number {
  return scan.verdict(bytes, start, end, maxDepth, names);
}

/** Why a check refuses `bytes[start, end)`, or `undefined` when it does not. */
export function jsonProblem(bytes: Uint8Array, start: number, end: number, maxDepth: number): JsonProblem | undefined {
  scan.verdict(bytes, start, end, maxDepth, []);
  return scan.problem;
}

export const typescriptJsonChecker: JsonChecker = {
  name: 'typescript',
  check: ({ bytes, bounds }, from, to, maxDepth, names, verdicts) => {
    for (let index = from; index < to; index++) {
      const start = bounds[index * BOUNDS_STRIDE + VALUE_START] ?? -1;
      const end = bounds[index * BOUNDS_STRIDE + VALUE_END] ?? -1;
      verdicts[index - from] = start < 0 ? 0 : scan.verdict(bytes, start, end, maxDepth, names);
    }
  },
};
