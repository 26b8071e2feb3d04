/** Lengths of time as text: `1-6` or a number of months; `3 04:05:06.5` or a number of seconds. */
import type { Instant } from '../tunnel/column-value.ts';
import { BadValue } from './bad-value.ts';
import { plainNumber, wholeNumber } from './plain-number.ts';

const MONTHS_OF_YEAR = 12n;
const NANO_DIGITS = 9;
const NANOS_OF_SECOND = 1_000_000_000n;
const MOST_MONTHS = 9_999n * MONTHS_OF_YEAR + 11n;
/** Seconds that are exact in a JavaScript number; longer than any calendar. */
const MOST_SECONDS = 2n ** 53n - 1n;
const MOST_CHARACTERS = 40;

const YEAR_MONTH = /^([+-]?)(\d{1,4})-(\d{1,2})$/;
const DAY_TIME = /^([+-]?)(\d{1,10}) (\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;

/** Months. */
export function yearMonthText(bytes: Buffer, start: number, end: number): number | bigint | BadValue {
  if (end - start <= MOST_CHARACTERS) {
    const [, sign, years = '0', months = '0'] = YEAR_MONTH.exec(bytes.toString('latin1', start, end)) ?? [];
    if (sign !== undefined) {
      if (BigInt(months) >= MONTHS_OF_YEAR) return new BadValue('years with 12 months or more beside them');
      const total = Number(BigInt(years) * MONTHS_OF_YEAR + BigInt(months));
      return sign === '-' && total !== 0 ? -total : total;
    }
  }
  return wholeNumber(bytes, start, end, -MOST_MONTHS, MOST_MONTHS);
}

/** Seconds and nanoseconds. */
export function dayTimeText(bytes: Buffer, start: number, end: number): Instant | BadValue {
  if (end - start <= MOST_CHARACTERS) {
    const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] =
      DAY_TIME.exec(bytes.toString('latin1', start, end)) ?? [];
    if (sign !== undefined) {
      if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
        return new BadValue('days with a time beside them that no clock shows');
      }
      const whole = ((BigInt(days) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
      return lengthOf(sign === '-', whole, fraction);
    }
  }
  const plain = plainNumber(bytes, start, end);
  if (plain instanceof BadValue) return plain;
  if (plain.fraction.length > NANO_DIGITS) return new BadValue('a number of seconds finer than nanoseconds');
  return lengthOf(plain.isNegative, BigInt(plain.whole || '0'), plain.fraction);
}

/** Nanoseconds count forward from the second, below zero too. */
function lengthOf(isNegative: boolean, whole: bigint, fraction: string): Instant | BadValue {
  if (whole >= MOST_SECONDS) return new BadValue(`a number of seconds that is not below ${MOST_SECONDS}`);
  const size = whole * NANOS_OF_SECOND + BigInt(fraction.padEnd(NANO_DIGITS, '0'));
  const nanos = isNegative ? -size : size;
  const rest = ((nanos % NANOS_OF_SECOND) + NANOS_OF_SECOND) % NANOS_OF_SECOND;
  return { seconds: Number((nanos - rest) / NANOS_OF_SECOND), nanos: Number(rest) };
}
