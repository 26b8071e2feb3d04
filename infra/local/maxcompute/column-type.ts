/** Types of columns as tables declare them. Source: the help page "Data type editions". */

/** A column's type. Lower case, with its parameters. */
export type ColumnType =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'varchar' | 'char'; readonly length: number }
  | { readonly kind: 'array'; readonly element: ColumnType }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }
  | { readonly kind: 'struct'; readonly members: readonly StructMember[] };

export interface StructMember {
  readonly name: string;
  readonly type: ColumnType;
}

const SIMPLE_KINDS = [
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'boolean',
  'float',
  'double',
  'string',
  'binary',
  'json',
  'date',
  'datetime',
  'timestamp',
  'timestamp_ntz',
  'interval_year_month',
  'interval_day_time',
] as const;

export type SimpleKind = (typeof SIMPLE_KINDS)[number];

/** What a project of the first type edition has, without `odps.sql.type.system.odps2`. */
const FIRST_EDITION = new Set<string>(['bigint', 'double', 'string', 'boolean', 'datetime', 'array', 'map']);

const TOKEN = /\s*([A-Za-z_][A-Za-z0-9_]*|`[^`]+`|\d+|[<>(),:])/y;

/** The tokens of a type, and where it ends. */
class TypeText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next token, which stays. */
  peek(): string | undefined {
    TOKEN.lastIndex = this.#at;
    return TOKEN.exec(this.#text)?.[1];
  }

  next(): string {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[1];
    if (token === undefined) throw new Error(`type ${this.#text}: something is missing at character ${this.#at}`);
    this.#at = TOKEN.lastIndex;
    return token;
  }

  expect(token: string): void {
    const found = this.next();
    if (found !== token) throw new Error(`type ${this.#text}: '${found}' where '${token}' was expected`);
  }

  number(least: number, most: number): number {
    const token = this.next();
    const value = Number(token);
    if (!/^\d+$/.test(token) || value < least || value > most) {
      throw new Error(`type ${this.#text}: '${token}' where ${least} to ${most} was expected`);
    }
    return value;
  }

  end(): void {
    if (this.#text.slice(this.#at).trim() !== '') throw new Error(`type ${this.#text}: more than one type`);
  }
}

function readDecimal(text: TypeText): ColumnType {
  if (text.peek() !== '(') return { kind: 'decimal', precision: 38, scale: 18 };
  text.expect('(');
  const precision = text.number(1, 38);
  const hasScale = text.peek() === ',';
  if (hasScale) text.expect(',');
  const scale = hasScale ? text.number(0, Math.min(18, precision)) : 0;
  text.expect(')');
  return { kind: 'decimal', precision, scale };
}

function readStruct(text: TypeText): ColumnType {
  const members: StructMember[] = [];
  text.expect('<');
  for (;;) {
    const name = text.next().replaceAll('`', '');
    text.expect(':');
    members.push({ name, type: readType(text) });
    if (text.peek() !== ',') break;
    text.expect(',');
  }
  text.expect('>');
  return { kind: 'struct', members };
}

function readType(text: TypeText): ColumnType {
  const kind = text.next().toLowerCase();
  const simple = SIMPLE_KINDS.find((name) => name === kind);
  if (simple !== undefined) return { kind: simple };
  switch (kind) {
    case 'decimal':
      return readDecimal(text);
    case 'varchar':
    case 'char': {
      text.expect('(');
      const length = text.number(1, kind === 'char' ? 255 : 65_535);
      text.expect(')');
      return { kind, length };
    }
    case 'array': {
      text.expect('<');
      const element = readType(text);
      text.expect('>');
      return { kind, element };
    }
    case 'map': {
      text.expect('<');
      const key = readType(text);
      text.expect(',');
      const value = readType(text);
      text.expect('>');
      return { kind, key, value };
    }
    case 'struct':
      return readStruct(text);
    default:
      throw new Error(`'${kind}' is not a type that this stand-in knows`);
  }
}

/** Reads a type in any case, for example `DECIMAL(10,2)` or `struct<x:int,y:array<string>>`.
 *  @throws Error saying what is wrong with it */
export function parseColumnType(type: string): ColumnType {
  const text = new TypeText(type);
  const read = readType(text);
  text.end();
  return read;
}

/** The type as the service prints it. */
export function columnTypeText(type: ColumnType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'varchar':
    case 'char':
      return `${type.kind}(${type.length})`;
    case 'array':
      return `array<${columnTypeText(type.element)}>`;
    case 'map':
      return `map<${columnTypeText(type.key)},${columnTypeText(type.value)}>`;
    case 'struct':
      return `struct<${type.members.map((member) => `${member.name}:${columnTypeText(member.type)}`).join(',')}>`;
    default:
      return type.kind;
  }
}

/** True for what only the second type edition has, anywhere inside the type. */
export function needsSecondEdition(type: ColumnType): boolean {
  if (!FIRST_EDITION.has(type.kind)) return true;
  if (type.kind === 'array') return needsSecondEdition(type.element);
  return type.kind === 'map' && (needsSecondEdition(type.key) || needsSecondEdition(type.value));
}

/** True where JSON columns occur: those need a switch of their own. */
export function hasJson(type: ColumnType): boolean {
  switch (type.kind) {
    case 'json':
      return true;
    case 'array':
      return hasJson(type.element);
    case 'map':
      return hasJson(type.key) || hasJson(type.value);
    case 'struct':
      return type.members.some((member) => hasJson(member.type));
    default:
      return false;
  }
}
