/** Values of JSON columns, and the way from a value in JSON to its reader. */
import { MOST_DEPTH } from '../../../shared/kernel/json-check.ts';
import { jsonProblem } from '../../../shared/kernel/json-scan.ts';
import type { ColumnValue } from '../tunnel/column-value.ts';
import { BadValue } from './bad-value.ts';
import { isPlainString, unescaped } from './json-text.ts';
import type { ValueReader } from './value-reader.ts';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const LETTER_N = 0x6e;

/** Why a text is no JSON, or `undefined`. */
export function notJson(bytes: Buffer, start: number, end: number): BadValue | undefined {
  const problem = jsonProblem(bytes, start, end, MOST_DEPTH);
  return problem && new BadValue(`a text that is no JSON: at byte ${problem.at}: ${problem.reason}`);
}

/** JSON is written as it stands, with all its digits. A text must be JSON itself; what comes out of JSON is. */
export function jsonReader(maxBytes: number): JsonReader {
  const read = (bytes: Buffer, start: number, end: number) =>
    end - start > maxBytes ? new BadValue(`${end - start} bytes, more than ${maxBytes}`) : bytes.subarray(start, end);
  return {
    fromText: (bytes, start, end) => notJson(bytes, start, end) ?? read(bytes, start, end),
    fromScalar: read,
    fromContainer: read,
    fromString: read,
  };
}

/** The reader of a type that takes strings of JSON with their quotes. */
export interface JsonReader extends ValueReader {
  fromString(bytes: Buffer, start: number, end: number): ColumnValue | BadValue;
}

function takesQuotes(reader: ValueReader): reader is JsonReader {
  return 'fromString' in reader;
}

/** Whether the value of JSON at `start` is null. */
export function isJsonNull(bytes: Buffer, start: number): boolean {
  return bytes[start] === LETTER_N;
}

/** The value of JSON from `start` to `end`, without white space around it; null for null. What holds it must be known to be JSON. */
export function fromJson(reader: ValueReader, bytes: Buffer, start: number, end: number): ColumnValue | BadValue {
  const first = bytes[start];
  if (first === LETTER_N) return null;
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return reader.fromContainer(bytes, start, end);
  if (first !== QUOTE) return reader.fromScalar(bytes, start, end);
  if (takesQuotes(reader)) return reader.fromString(bytes, start, end);
  if (isPlainString(bytes, start + 1, end - 1)) return reader.fromText(bytes, start + 1, end - 1);
  const text = unescaped(bytes, start, end);
  return text instanceof BadValue ? text : reader.fromText(text, 0, text.length);
}
