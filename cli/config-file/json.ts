/** Reads JSON into entries. Apart from `JSON.parse` because that forgets lines, doubled keys and digits past 2^53, and quotes
 *  the file, secrets included, in its messages. */
import { type Entry, type EntryValue, lineAt, SyntaxProblem } from './entries.ts';

const TOKEN =
  /[ \t\r\n]*(?:([{}[\]:,])|("(?:[^"\\\r\n]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

interface Token {
  readonly text: string;
  readonly kind: 'mark' | 'string' | 'word';
  readonly at: number;
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): EntryValue {
    const value = this.#value(this.#next());
    const rest = this.#text.slice(this.#at).search(/[^ \t\r\n]/);
    if (rest >= 0) throw this.#problem(this.#at + rest, 'something follows the end of the object');
    return value;
  }

  #value(token: Token): EntryValue {
    if (token.text === '{') return { kind: 'map', entries: this.#entries() };
    if (token.text === '[') return this.#list();
    if (token.kind === 'string') return { kind: 'scalar', text: this.#stringOf(token) };
    if (token.kind === 'word') return { kind: 'scalar', text: token.text === 'null' ? null : token.text };
    throw this.#problem(token.at, 'expected a value');
  }

  #entries(): Entry[] {
    const entries: Entry[] = [];
    let token = this.#next();
    if (token.text === '}') return entries;
    for (;;) {
      if (token.kind !== 'string') throw this.#problem(token.at, 'expected a key in double quotes');
      const { at } = token;
      const key = this.#stringOf(token);
      this.#expect(':');
      entries.push({ key, value: this.#value(this.#next()), line: lineAt(this.#text, at) });
      if (this.#expect(',', '}').text === '}') return entries;
      token = this.#next();
    }
  }

  #list(): EntryValue {
    let token = this.#next();
    if (token.text === ']') return { kind: 'list' };
    for (;;) {
      this.#value(token);
      if (this.#expect(',', ']').text === ']') return { kind: 'list' };
      token = this.#next();
    }
  }

  #expect(...marks: string[]): Token {
    const token = this.#next();
    if (token.kind === 'mark' && marks.includes(token.text)) return token;
    throw this.#problem(token.at, `expected ${marks.join(' or ')}`);
  }

  #next(): Token {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) {
      const rest = this.#text.slice(this.#at).search(/[^ \t\r\n]/);
      if (rest < 0) throw this.#problem(this.#text.length, 'the file ends too early');
      throw this.#problem(
        this.#at + rest,
        'expected a brace, a string in double quotes, a number, true, false or null',
      );
    }
    this.#at = TOKEN.lastIndex;
    const [, mark, string, word = ''] = match;
    const text = mark ?? string ?? word;
    return {
      text,
      kind: mark !== undefined ? 'mark' : string !== undefined ? 'string' : 'word',
      at: this.#at - text.length,
    };
  }

  /** The grammar above lets raw control characters through; JSON does not. */
  #stringOf(token: Token): string {
    try {
      return String(JSON.parse(token.text));
    } catch {
      throw this.#problem(token.at, 'a control character inside a string; write a tab as \\t');
    }
  }

  #problem(at: number, message: string): SyntaxProblem {
    return new SyntaxProblem(lineAt(this.#text, at), `not valid JSON: ${message}`);
  }
}

/** @throws SyntaxProblem when the text is not one JSON value */
export function readJson(text: string): EntryValue {
  return new JsonReader(text).document();
}
