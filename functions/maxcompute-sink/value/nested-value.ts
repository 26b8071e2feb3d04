/** Arrays, maps and structs from JSON. Their values keep all their digits: nothing goes through a JavaScript number but what is one. */
import { afterSpace, Members } from '../../../shared/json-walk.ts';
import type { ColumnType } from '../tunnel/column-type.ts';
import { columnTypeText } from '../tunnel/column-type.ts';
import type { ColumnValue } from '../tunnel/column-value.ts';
import { BadValue } from './bad-value.ts';
import { fromJson, isJsonNull, notJson } from './json-value.ts';
import { memberName } from './member-name.ts';
import type { ValueReader } from './value-reader.ts';

type NestedType = Extract<ColumnType, { kind: 'array' | 'map' | 'struct' }>;
type ReaderOf = (type: ColumnType) => ValueReader | undefined;
type Container = (bytes: Buffer, start: number, end: number) => ColumnValue | BadValue;

const OPEN_BRACE = 0x7b;

/** The reader of a nested type; `undefined` where nothing can be written to what it holds. */
export function nestedReader(type: NestedType, readerOf: ReaderOf, maxBytes: number): ValueReader | undefined {
  const container = containerOf(type, readerOf);
  if (container === undefined) return undefined;
  const fromContainer: Container = (bytes, start, end) =>
    end - start > maxBytes ? new BadValue(`${end - start} bytes, more than ${maxBytes}`) : container(bytes, start, end);
  return {
    fromText: (bytes, start, end) => {
      const problem = notJson(bytes, start, end);
      if (problem !== undefined) return problem;
      const at = afterSpace(bytes, start);
      const isContainer = bytes[at] === OPEN_BRACE || bytes[at] === 0x5b;
      return isContainer ? fromContainer(bytes, at, end) : new BadValue('a text that is neither object nor array');
    },
    fromScalar: () => new BadValue('a JSON number, true or false'),
    fromContainer,
  };
}

function containerOf(type: NestedType, readerOf: ReaderOf): Container | undefined {
  switch (type.kind) {
    case 'array': {
      const element = readerOf(type.element);
      return element && ((bytes, start, end) => readArray(element, bytes, start, end));
    }
    case 'map': {
      const key = readerOf(type.key);
      const value = readerOf(type.value);
      return key && value && ((bytes, start, end) => readMap(key, value, bytes, start, end));
    }
    case 'struct': {
      const members = type.members.map(({ name, type: own }) => ({ name: name.toLowerCase(), reader: readerOf(own) }));
      if (!members.every(isReadable)) return undefined;
      return (bytes, start, end) => readStruct(members, columnTypeText(type), bytes, start, end);
    }
    default:
      return type satisfies never;
  }
}

interface StructReader {
  readonly name: string;
  readonly reader: ValueReader;
}

function isReadable(member: {
  readonly name: string;
  readonly reader: ValueReader | undefined;
}): member is StructReader {
  return member.reader !== undefined;
}

function within(what: string, value: BadValue): BadValue {
  return new BadValue(`${what} with ${value.found}`);
}

function readArray(element: ValueReader, bytes: Buffer, start: number, end: number): ColumnValue | BadValue {
  if (bytes[start] === OPEN_BRACE) return new BadValue('a JSON object');
  const members = new Members(bytes, start, end);
  const elements: ColumnValue[] = [];
  for (let before: number | undefined; members.step(before); ) {
    before = members.valueEnd();
    const value = fromJson(element, bytes, members.valueStart, before);
    if (value instanceof BadValue) return within(`an element ${elements.length}`, value);
    elements.push(value);
  }
  return elements;
}

/** Of members that share a name the last one counts, as for `JSON.parse`. */
function readMap(
  key: ValueReader,
  value: ValueReader,
  bytes: Buffer,
  start: number,
  end: number,
): ColumnValue | BadValue {
  if (bytes[start] !== OPEN_BRACE) return new BadValue('a JSON array');
  const members = new Members(bytes, start, end);
  const places = new Map<string, number>();
  const keys: ColumnValue[] = [];
  const values: ColumnValue[] = [];
  for (let before: number | undefined; members.step(before); ) {
    before = members.valueEnd();
    const name = memberName(bytes, members.start);
    if (name instanceof BadValue) return within('a key', name);
    const own = fromJson(value, bytes, members.valueStart, before);
    if (own instanceof BadValue) return within(`a value ${keys.length}`, own);
    const place = places.get(name);
    if (place !== undefined) {
      values[place] = own;
      continue;
    }
    const text = Buffer.from(name);
    const read = key.fromText(text, 0, text.length);
    if (read instanceof BadValue) return within(`a key ${keys.length}`, read);
    places.set(name, keys.length);
    keys.push(read);
    values.push(own);
  }
  return { keys, values };
}

/** Members by name, in any order and in capitals or small letters; those that are missing are null. */
function readStruct(
  members: readonly StructReader[],
  typeText: string,
  bytes: Buffer,
  start: number,
  end: number,
): ColumnValue | BadValue {
  if (bytes[start] !== OPEN_BRACE) return new BadValue('a JSON array');
  const walk = new Members(bytes, start, end);
  const values: ColumnValue[] = members.map(() => null);
  for (let before: number | undefined; walk.step(before); ) {
    before = walk.valueEnd();
    const name = memberName(bytes, walk.start);
    if (name instanceof BadValue) return within('a name', name);
    const place = members.findIndex((member) => member.name === name.toLowerCase());
    const member = members[place];
    if (member === undefined) {
      // Nothing is lost where there is nothing.
      if (isJsonNull(bytes, walk.valueStart)) continue;
      return new BadValue(`an object with a member that ${typeText} does not have`);
    }
    const value = fromJson(member.reader, bytes, walk.valueStart, before);
    if (value instanceof BadValue) return within(`a member ${member.name}`, value);
    values[place] = value;
  }
  return values;
}
