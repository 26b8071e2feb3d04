/** Texts and JSON become values of a column's type. Nothing is cut, rounded or guessed: what does not fit is a `BadValue`. */
import type { ColumnType } from '../tunnel/column-type.ts';
import type { ColumnValue } from '../tunnel/column-value.ts';
import { BadValue } from './bad-value.ts';
import { calendarMs, type InstantReader, instantOfMs } from './instant-text.ts';
import { dayTimeText, yearMonthText } from './interval-text.ts';
import { jsonReader } from './json-value.ts';
import { nestedReader } from './nested-value.ts';
import { decimalText, floatNumber, wholeNumber } from './plain-number.ts';

/** Reads one value after the other, from bytes that end before `end`. */
export interface ValueReader {
  /** What a text says: a field of CSV, the text between the quotes of JSON, a whole key or value. */
  fromText(bytes: Buffer, start: number, end: number): ColumnValue | BadValue;
  /** A number, `true` or `false` of JSON. */
  fromScalar(bytes: Buffer, start: number, end: number): ColumnValue | BadValue;
  /** An object or array of JSON. */
  fromContainer(bytes: Buffer, start: number, end: number): ColumnValue | BadValue;
}

/** What holds for all columns of a table. */
export interface ValueRules {
  readonly instants: InstantReader;
  /** Bytes of one value, at most. */
  readonly maxFieldBytes: number;
}

type Read = (bytes: Buffer, start: number, end: number) => ColumnValue | BadValue;

/** Source of the ranges: https://www.alibabacloud.com/help/en/maxcompute/user-guide/maxcompute-v2-0-data-type-edition */
const INTEGERS = {
  tinyint: [-(2n ** 7n), 2n ** 7n - 1n],
  smallint: [-(2n ** 15n), 2n ** 15n - 1n],
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  // The least number of 64 bits is not among them.
  bigint: [1n - 2n ** 63n, 2n ** 63n - 1n],
} as const;
const MOST_FLOAT = (2 - 2 ** -23) * 2 ** 127;
const [LEAST_MS, MOST_MS] = INTEGERS.bigint;

const OBJECT_OR_LIST: Read = (bytes, start) => new BadValue(bytes[start] === 0x7b ? 'a JSON object' : 'a JSON array');

/** A type whose values are texts or numbers. `number`: what JSON's numbers mean, where that is something else. */
function plain(text: Read, number: Read = text): ValueReader {
  return {
    fromText: text,
    fromScalar: (bytes, start, end) =>
      isWord(bytes, start) ? new BadValue('true or false') : number(bytes, start, end),
    fromContainer: OBJECT_OR_LIST,
  };
}

function isWord(bytes: Buffer, start: number): boolean {
  return bytes[start] === 0x74 || bytes[start] === 0x66;
}

function notANumber(what: string): Read {
  return () => new BadValue(`a number, which is no ${what}`);
}

const boolean: Read = (bytes, start, end) => {
  const word = end - start <= 5 ? bytes.toString('latin1', start, end).toLowerCase() : '';
  return word === 'true' || word === 'false'
    ? word === 'true'
    : new BadValue('something that is neither true nor false');
};

/** Bytes as they are: everything that JSON holds has a text. */
function texts(maxBytes: number, mostCharacters = Number.POSITIVE_INFINITY): ValueReader {
  const read: Read = (bytes, start, end) =>
    tooLong(bytes, start, end, maxBytes, mostCharacters) ?? bytes.subarray(start, end);
  return { fromText: read, fromScalar: read, fromContainer: read };
}

/** Why bytes are too many, or `undefined`. Characters are counted where their number has a limit. */
export function tooLong(
  bytes: Buffer,
  start: number,
  end: number,
  maxBytes: number,
  mostCharacters: number,
): BadValue | undefined {
  if (end - start > maxBytes) return new BadValue(`${end - start} bytes, more than ${maxBytes}`);
  if (end - start <= mostCharacters) return undefined;
  let characters = 0;
  for (let at = start; at < end; at++) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) characters++;
  return characters > mostCharacters
    ? new BadValue(`${characters} characters, more than ${mostCharacters}`)
    : undefined;
}

/** The reader of a type; `undefined` where nothing can be written to it, or to what it holds. */
export function valueReader(type: ColumnType, rules: ValueRules): ValueReader | undefined {
  const { instants, maxFieldBytes } = rules;
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint': {
      const [min, max] = INTEGERS[type.kind];
      return plain((bytes, start, end) => wholeNumber(bytes, start, end, min, max));
    }
    case 'boolean':
      return { fromText: boolean, fromScalar: boolean, fromContainer: OBJECT_OR_LIST };
    case 'float':
      return plain((bytes, start, end) => floatNumber(bytes, start, end, MOST_FLOAT));
    case 'double':
      return plain((bytes, start, end) => floatNumber(bytes, start, end, Number.MAX_VALUE));
    case 'decimal':
      return plain((bytes, start, end) => decimalText(bytes, start, end, type.precision, type.scale));
    case 'string':
    case 'binary':
      return texts(maxFieldBytes);
    case 'varchar':
    case 'char':
      return texts(maxFieldBytes, type.length);
    case 'json':
      return jsonReader(maxFieldBytes);
    case 'date':
      return plain((bytes, start, end) => instants.days(bytes, start, end), notANumber('date'));
    case 'datetime':
      return plain((bytes, start, end) => instants.epochMs(bytes, start, end), epochMs);
    case 'timestamp':
      return plain(
        (bytes, start, end) => instants.instant(bytes, start, end),
        (bytes, start, end) => {
          const ms = epochMs(bytes, start, end);
          return ms instanceof BadValue ? ms : instantOfMs(ms);
        },
      );
    case 'timestamp_ntz':
      return plain((bytes, start, end) => instants.wallTime(bytes, start, end), notANumber('time on a clock'));
    case 'interval_year_month':
      return plain(yearMonthText);
    case 'interval_day_time':
      return plain(dayTimeText);
    case 'array':
    case 'map':
    case 'struct':
      return nestedReader(type, (inner) => valueReader(inner, rules), maxFieldBytes);
    case 'other':
      return undefined;
    default:
      return type satisfies never;
  }
}

function epochMs(bytes: Buffer, start: number, end: number): number | BadValue {
  return calendarMs(wholeNumber(bytes, start, end, LEAST_MS, MOST_MS));
}
