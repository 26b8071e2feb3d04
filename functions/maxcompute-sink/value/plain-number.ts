/** Numbers as text, digit by digit, so that nothing is lost: `-12.50`, `1e3`, `9223372036854775807`. */
import { BadValue } from './bad-value.ts';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const POINT = 0x2e;
/** Digits that a JavaScript number holds, whatever they are. */
const SAFE_DIGITS = 15;
/** A larger exponent moves any point out of every column. */
const MOST_EXPONENT = 400;
/** Longer ones fit no column, and would be costly to look at. */
const MOST_CHARACTERS = 1_000;

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** The parts of a number, written without an exponent. */
export interface PlainNumber {
  readonly isNegative: boolean;
  /** Digits before the point, without leading zeros: '' for none. */
  readonly whole: string;
  /** Digits behind it, without zeros at the end. */
  readonly fraction: string;
}

/** Reads a number in any spelling of SQL or JSON. */
export function plainNumber(bytes: Buffer, start: number, end: number): PlainNumber | BadValue {
  if (start === end) return new BadValue('an empty text, which is no number');
  if (end - start > MOST_CHARACTERS) return new BadValue(`${end - start} characters, too many for a number`);
  const [, sign, before = '', behind = '', exponent] = NUMBER.exec(bytes.toString('latin1', start, end)) ?? [];
  if (sign === undefined || before + behind === '') return new BadValue('a text that is no number');
  const digits = before + behind;
  const moved = Number(exponent ?? 0);
  if (Math.abs(moved) > MOST_EXPONENT) {
    if (/^0*$/.test(digits)) return { isNegative: false, whole: '', fraction: '' };
    return new BadValue(`a number with the exponent ${moved}`);
  }
  const point = before.length + moved;
  const whole = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const fraction = point >= digits.length ? '' : digits.slice(Math.max(0, point)).padStart(digits.length - point, '0');
  const plain = { whole: whole.replace(/^0+/, ''), fraction: fraction.replace(/0+$/, '') };
  return { isNegative: sign === '-' && plain.whole + plain.fraction !== '', ...plain };
}

/** Reads a whole number from `min` to `max`: a number where it is safe, else a bigint. `1.0` and `1e3` are whole. */
export function wholeNumber(
  bytes: Buffer,
  start: number,
  end: number,
  min: bigint,
  max: bigint,
): number | bigint | BadValue {
  const short = shortNumber(bytes, start, end);
  if (short !== undefined) return short >= min && short <= max ? short : outOfRange(min, max);
  const plain = plainNumber(bytes, start, end);
  if (plain instanceof BadValue) return plain;
  if (plain.fraction !== '') return new BadValue('a number that is not whole');
  const value = BigInt(`${plain.isNegative ? '-' : ''}${plain.whole || '0'}`);
  if (value < min || value > max) return outOfRange(min, max);
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** A few digits with or without a minus; `undefined` for any other spelling. */
function shortNumber(bytes: Buffer, start: number, end: number): number | undefined {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  if (first >= end || end - first > SAFE_DIGITS) return undefined;
  let value = 0;
  for (let at = first; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return undefined;
    value = value * 10 + byte - ZERO;
  }
  return isNegative && value !== 0 ? -value : value;
}

function outOfRange(min: bigint, max: bigint): BadValue {
  return new BadValue(`a number that is not from ${min} to ${max}`);
}

/** Reads a decimal of at most `precision` digits, `scale` of them behind the point, exactly: more digits are refused, not rounded. Answers its
 *  plain text. */
export function decimalText(
  bytes: Buffer,
  start: number,
  end: number,
  precision: number,
  scale: number,
): string | Buffer | BadValue {
  if (isPlainDecimal(bytes, start, end, precision - scale, scale)) return bytes.subarray(start, end);
  const plain = plainNumber(bytes, start, end);
  if (plain instanceof BadValue) return plain;
  const { isNegative, whole, fraction } = plain;
  if (whole.length > precision - scale) {
    return new BadValue(`a number with ${whole.length} digits before the point, more than ${precision - scale}`);
  }
  if (fraction.length > scale) {
    return new BadValue(`a number with ${fraction.length} digits behind the point, more than ${scale}`);
  }
  return `${isNegative ? '-' : ''}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Whether it is digits with a point at most, few enough, and not a spelling of minus zero. */
function isPlainDecimal(bytes: Buffer, start: number, end: number, wholeDigits: number, scale: number): boolean {
  let at = bytes[start] === MINUS ? start + 1 : start;
  const first = at;
  let hasValue = false;
  for (; at < end && isDigit(bytes[at]); at++) if (bytes[at] !== ZERO) hasValue = true;
  if (at === first || at - first > Math.max(1, wholeDigits)) return false;
  // Leading zeros are for the exact way.
  if (bytes[first] === ZERO && (at - first > 1 || first > start)) return false;
  if (wholeDigits === 0 && hasValue) return false;
  if (at === end) return true;
  if (bytes[at] !== POINT) return false;
  const behind = ++at;
  while (at < end && isDigit(bytes[at])) at++;
  return at === end && at > behind && at - behind <= scale;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

const FLOAT_WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

/** Reads a number in binary, rounded to the next one there is; `nan`, `inf` and their like in any case. `largest`: of the type. */
export function floatNumber(bytes: Buffer, start: number, end: number, largest: number): number | BadValue {
  if (start === end) return new BadValue('an empty text, which is no number');
  if (end - start > MOST_CHARACTERS) return new BadValue(`${end - start} characters, too many for a number`);
  const text = bytes.toString('latin1', start, end);
  const word = FLOAT_WORDS[text.toLowerCase()];
  if (word !== undefined) return word;
  if (!NUMBER.test(text) || !/\d/.test(text.split(/[eE]/, 1)[0] ?? '')) return new BadValue('a text that is no number');
  const value = Number(text);
  return Math.abs(value) <= largest ? value : new BadValue('a number too large for the type');
}
