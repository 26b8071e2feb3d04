/** A statement cut into its words. */

/** What a statement hears that cannot be run; the text is the result of its task. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

/** The service's words for what is no SQL. */
export const parseError = (what: string): SqlError => new SqlError(`ODPS-0130161:[1,1] Parse exception - ${what}`);

/** The service's words for what is SQL and makes no sense. */
export const semanticError = (what: string): SqlError =>
  new SqlError(`ODPS-0130071:[1,1] Semantic analysis exception - ${what}`);

export type Token =
  | { readonly kind: 'word' | 'name' | 'string' | 'number' | 'sign'; readonly text: string }
  | { readonly kind: 'end'; readonly text: '' };

/** Some of the words that name a column only inside of backticks. */
const RESERVED = new Set(
  `add all alter and as asc between bigint boolean by case cast column create cross delete desc distinct double drop
  else end exists false from full function group having if in inner insert int into is join left like limit map not null
  offset on or order outer overwrite partition partitioned right row rows select set smallint string table then
  timestamp true union using values view when where with`.split(/\s+/),
);

const PATTERN =
  /\s+|--[^\n]*|`((?:[^`]|``)+)`|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z_][A-Za-z0-9_]*)|(-?\d+(?:\.\d+)?)|(<=|>=|<>|!=|[(),.;=<>*:])/y;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0' };

const unescapeString = (text: string): string => text.replace(/\\(.)/gs, (_, one: string) => ESCAPES[one] ?? one);

function tokensOf(statement: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < statement.length) {
    const at = PATTERN.lastIndex;
    const match = PATTERN.exec(statement);
    if (match === null) throw parseError(`invalid token at character ${at}: '${statement.slice(at, at + 20)}'`);
    const [, name, single, double, word, number, sign] = match;
    const text = single ?? double;
    if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('``', '`') });
    else if (text !== undefined) tokens.push({ kind: 'string', text: unescapeString(text) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

const END: Token = { kind: 'end', text: '' };

/** The words of one statement, read from left to right. */
export class SqlTokens {
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @throws SqlError where something is no word of SQL */
  constructor(statement: string) {
    this.#tokens = tokensOf(statement);
  }

  peek(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes these key words or signs, if they come next. */
  accept(...texts: readonly string[]): boolean {
    const isNext = texts.every((text, index) => {
      const { kind, text: found } = this.#tokens[this.#at + index] ?? END;
      return (kind === 'word' || kind === 'sign') && found.toUpperCase() === text;
    });
    if (isNext) this.#at += texts.length;
    return isNext;
  }

  expect(...texts: readonly string[]): void {
    if (!this.accept(...texts)) throw parseError(`'${this.peek().text}' where ${texts.join(' ')} was expected`);
  }

  /** A name of a table or column, in lower case. Reserved words need their backticks. */
  identifier(): string {
    const { kind, text } = this.next();
    if (kind !== 'name' && kind !== 'word') throw parseError(`'${text}' where a name was expected`);
    if (kind === 'word' && RESERVED.has(text.toLowerCase()))
      throw parseError(`invalid token '${text}', expect identifier`);
    return text.toLowerCase();
  }

  string(): string {
    const { kind, text } = this.next();
    if (kind !== 'string') throw parseError(`'${text}' where a string was expected`);
    return text;
  }

  /** `(x, x, …)`. */
  list<T>(one: () => T): T[] {
    const all: T[] = [];
    this.expect('(');
    do all.push(one());
    while (this.accept(','));
    this.expect(')');
    return all;
  }

  /** The statement must be over: with a semicolon, and without another one behind. */
  end(): void {
    if (!this.accept(';')) throw parseError(`'${this.peek().text}' where ; was expected`);
    if (this.peek().kind !== 'end') throw parseError('more than one statement');
  }
}
