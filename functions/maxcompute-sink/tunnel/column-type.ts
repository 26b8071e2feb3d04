/** Types of columns as the service spells them. Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/maxcompute-v2-0-data-type-edition */

/** Types without parameters that rows can be written with. */
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

export interface StructMember {
  readonly name: string;
  readonly type: ColumnType;
}

/** `other`: known to nobody here, so nothing is written to such a column; `text` is the service's spelling. */
export type ColumnType =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'varchar' | 'char'; readonly length: number }
  | { readonly kind: 'array'; readonly element: ColumnType }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }
  | { readonly kind: 'struct'; readonly members: readonly StructMember[] }
  | { readonly kind: 'other'; readonly text: string };

/** A `decimal` that names no digits. */
const PLAIN_DECIMAL = { kind: 'decimal', precision: 38, scale: 18 } as const;

const SIMPLE = new Map<string, ColumnType>(SIMPLE_KINDS.map((kind) => [kind, { kind }]));
const DECIMAL = /^decimal\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/;
const SIZED = /^(varchar|char)\s*\(\s*(\d+)\s*\)$/;
const NESTED = /^(array|map|struct)\s*<([\s\S]*)>$/;

/** Reads a type, in capitals or small letters. Never throws: what it does not know is `other`, and so is what holds such a type. */
export function parseColumnType(text: string): ColumnType {
  const trimmed = text.trim();
  return parsed(trimmed) ?? { kind: 'other', text: trimmed };
}

function parsed(text: string): ColumnType | undefined {
  const lower = text.toLowerCase();
  const simple = SIMPLE.get(lower);
  if (simple !== undefined) return simple;
  if (lower === 'decimal') return PLAIN_DECIMAL;
  const [, precision, scale] = DECIMAL.exec(lower) ?? [];
  if (precision !== undefined) return { kind: 'decimal', precision: Number(precision), scale: Number(scale ?? 0) };
  const [, sized, length] = SIZED.exec(lower) ?? [];
  if (sized !== undefined) return { kind: sized === 'char' ? 'char' : 'varchar', length: Number(length) };
  // Names of members keep their spelling.
  const [, outer, inner] = NESTED.exec(text) ?? NESTED.exec(lowerHead(text)) ?? [];
  return outer === undefined || inner === undefined ? undefined : nested(outer, split(inner));
}

/** `ARRAY<…>` as `array<…>`, whatever is inside untouched. */
function lowerHead(text: string): string {
  const at = text.indexOf('<');
  return at < 0 ? text : text.slice(0, at).toLowerCase() + text.slice(at);
}

function nested(outer: string, parts: readonly string[]): ColumnType | undefined {
  const [first, second] = parts;
  if (outer === 'struct') {
    const members = parts.map(member);
    return members.every((one) => one !== undefined) ? { kind: 'struct', members } : undefined;
  }
  if (first === undefined || parts.length !== (outer === 'map' ? 2 : 1)) return undefined;
  const element = parsed(first);
  if (element === undefined) return undefined;
  if (second === undefined) return { kind: 'array', element };
  const value = parsed(second);
  return value && { kind: 'map', key: element, value };
}

/** `name:type`, the name perhaps between backticks, a comment or NOT NULL perhaps behind the type. */
const MEMBER = /^(?:`((?:[^`]|``)*)`|([^`:\s]+))\s*:([\s\S]*)$/;
const BEHIND_TYPE = /\s+(comment\s[\s\S]*|not\s+null.*|null)$/i;

function member(text: string): StructMember | undefined {
  const [, quoted, bare, rest] = MEMBER.exec(text) ?? [];
  const name = quoted?.replaceAll('``', '`') ?? bare;
  if (name === undefined || rest === undefined) return undefined;
  const type = parsed(rest.trim().replace(BEHIND_TYPE, ''));
  return type && { name, type };
}

/** Splits at commas that no bracket and no backtick encloses. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '`') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === '<' || character === '(') depth++;
    if (character === '>' || character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

const PLAIN_NAME = /^\w+$/;

/** As SQL spells it, in small letters. */
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
      return `struct<${type.members.map(({ name, type: own }) => `${memberName(name)}:${columnTypeText(own)}`).join(',')}>`;
    case 'other':
      return type.text;
    default:
      return type.kind;
  }
}

function memberName(name: string): string {
  return PLAIN_NAME.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}
