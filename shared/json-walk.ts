/** The way through bytes that are known to be JSON: nothing is checked here. All positions lie in `bytes`. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The first byte from `start` on that is no white space. */
export function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isSpace(bytes[at] ?? 0)) at++;
  return at;
}

/** One past the last byte before `end` that is no white space. */
export function beforeSpace(bytes: Uint8Array, end: number): number {
  let at = end;
  while (isSpace(bytes[at - 1] ?? 0)) at--;
  return at;
}

/** One past the string whose opening quote is at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === QUOTE || byte === undefined) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
}

/** One past the value at `start`, which ends by `end`. */
export function endOfValue(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    let at = start;
    while (at < end && !endsPlain(bytes[at] ?? 0)) at++;
    return at;
  }
  let depth = 0;
  for (let at = start; at < end; ) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at;
  }
  return end;
}

/** Whether a number or word ends before `byte`. */
function endsPlain(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte);
}

/** A name of a member, or an index of an element in decimal. */
export interface Step {
  readonly text: string;
  readonly bytes: Buffer;
}

export function stepOf(text: string): Step {
  return { text, bytes: Buffer.from(text) };
}

/** The members of one object, or the elements of one array, one after the other. Fields are those of the current one. */
export class Members {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #isObject: boolean;
  #next: number;
  #index = -1;
  #nameEnd = 0;
  /** Where the member begins: its name, or else its value. */
  start = 0;
  valueStart = 0;

  /** Of the object or array at `start`, which ends by `end`. */
  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#isObject = bytes[start] === OPEN_BRACE;
    this.#next = afterSpace(bytes, start + 1);
  }

  /** Steps to the next one; false behind the last. The value of the one before ends at `valueEnd`, where whoever knows it says so. */
  step(valueEnd?: number): boolean {
    const bytes = this.#bytes;
    if (this.#index >= 0) {
      const after = afterSpace(bytes, valueEnd ?? this.valueEnd());
      this.#next = bytes[after] === COMMA ? afterSpace(bytes, after + 1) : after;
    }
    const byte = bytes[this.#next];
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET || this.#next >= this.#end) return false;
    this.#index++;
    this.start = this.#next;
    this.valueStart = this.start;
    if (this.#isObject) {
      this.#nameEnd = endOfString(bytes, this.start);
      this.valueStart = afterSpace(bytes, afterSpace(bytes, this.#nameEnd) + 1);
    }
    return true;
  }

  /** Whether it is the member, or element, that `step` names; escapes in its name are minded. */
  is({ text, bytes }: Step): boolean {
    if (!this.#isObject) return String(this.#index) === text;
    const first = this.start + 1;
    const length = this.#nameEnd - 1 - first;
    let isSame = length === bytes.length;
    for (let i = 0; i < length; i++) {
      const byte = this.#bytes[first + i];
      if (byte === BACKSLASH) return JSON.parse(this.#bytes.toString('utf8', this.start, this.#nameEnd)) === text;
      if (byte !== bytes[i]) isSame = false;
    }
    return isSame;
  }

  valueEnd(): number {
    return endOfValue(this.#bytes, this.valueStart, this.#end);
  }

  /** One past the brace or bracket that closes; after the last step. */
  afterClose(): number {
    return this.#next + 1;
  }
}

/** Where the value begins that `steps` lead to from the object or array at `start`; -1 when they lead nowhere. Of members that share a name the
 *  last one counts, as for `JSON.parse`. */
export function findValue(bytes: Buffer, start: number, end: number, steps: readonly Step[]): number {
  let at = start;
  for (const step of steps) {
    if (bytes[at] !== OPEN_BRACE && bytes[at] !== OPEN_BRACKET) return -1;
    const members = new Members(bytes, at, end);
    at = -1;
    while (members.step()) if (members.is(step)) at = members.valueStart;
    if (at < 0) return -1;
  }
  return at;
}
