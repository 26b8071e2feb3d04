/** Fields of a record's JSON value, for its partition. */

import type { JsonPointer } from '../../../shared/json-pointer.ts';
import { afterSpace, endOfValue, findValue, type Step, stepOf } from '../../../shared/json-walk.ts';
import { MOST_DEPTH, NOT_JSON } from '../../../shared/kernel/json-check.ts';
import { verdictOn } from '../../../shared/kernel/json-scan.ts';
import { BOUNDS_STRIDE, type RecordBlock, VALUE_END, VALUE_START } from '../../../shared/records.ts';
import { BadValue } from '../value/bad-value.ts';
import { calendarMs, type InstantReader } from '../value/instant-text.ts';
import { isPlainString, unescaped } from '../value/json-text.ts';
import { wholeNumber } from '../value/plain-number.ts';

const QUOTE = 0x22;
const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/** One field, of one record after the other. */
export class RecordField {
  readonly #pointer: JsonPointer;
  readonly #steps: readonly Step[];

  constructor(pointer: JsonPointer) {
    this.#pointer = pointer;
    this.#steps = pointer.steps.map(stepOf);
  }

  /** The field as text: a text, or a whole number as it is written. */
  text(block: RecordBlock, index: number): string | BadValue {
    return this.#read(block, index, (bytes, start, end, isText) => {
      if (isText) return bytes.toString('utf8', start, end);
      const number = wholeNumber(bytes, start, end, LEAST, MOST);
      return number instanceof BadValue ? this.#no('text or whole number') : String(number);
    });
  }

  /** The field as epoch milliseconds: a number of them, or a date and time as text, which is cut to the millisecond. */
  epochMs(block: RecordBlock, index: number, instants: InstantReader): number | BadValue {
    return this.#read(block, index, (bytes, start, end, isText) => {
      if (!isText) return calendarMs(wholeNumber(bytes, start, end, LEAST, MOST));
      const instant = instants.instant(bytes, start, end);
      if (instant instanceof BadValue) return instant;
      return instant.seconds * 1000 + Math.floor(instant.nanos / 1e6);
    });
  }

  #read<T>(
    { bytes, bounds }: RecordBlock,
    index: number,
    as: (bytes: Buffer, start: number, end: number, isText: boolean) => T | BadValue,
  ): T | BadValue {
    const start = bounds[index * BOUNDS_STRIDE + VALUE_START] ?? -1;
    const end = bounds[index * BOUNDS_STRIDE + VALUE_END] ?? start;
    if (start < 0) return new BadValue('no value at all');
    if (verdictOn(bytes, start, end, MOST_DEPTH, []) === NOT_JSON) return new BadValue('a value that is no JSON');
    const at = findValue(bytes, afterSpace(bytes, start), end, this.#steps);
    if (at < 0) return this.#no('field');
    const after = endOfValue(bytes, at, end);
    if (bytes[at] !== QUOTE) return as(bytes, at, after, false);
    if (isPlainString(bytes, at + 1, after - 1)) return as(bytes, at + 1, after - 1, true);
    const text = unescaped(bytes, at, after);
    return text instanceof BadValue ? text : as(text, 0, text.length, true);
  }

  #no(what: string): BadValue {
    return new BadValue(`no ${what} at ${this.#pointer.text} of the value`);
  }
}
