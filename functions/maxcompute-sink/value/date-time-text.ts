/** Dates and times as text: `2026-11-21`, `2026-11-21 10:15:30.123`, `2026-11-21T02:15:30Z`, `2026-11-21T10:15:30+08:00`.
 *  Source of the calendar: ISO 8601, years 0000 to 9999. */

const ZERO = 0x30;
const COLON = 0x3a;
const DASH = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const SPACE = 0x20;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const DATE_CHARACTERS = 10;
const NANO_DIGITS = 9;

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days from 1970-01-01 to a day of the calendar that has no gaps. Source: H. Hinnant, `days_from_civil`. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** Reads one text after the other; fields are those of the last one that `read` took. */
export class DateTimeText {
  days = 0;
  secondOfDay = 0;
  nanos = 0;
  hasTime = false;
  /** East of UTC; `undefined` where the text names no zone. */
  offsetSeconds: number | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** False where the text is no such date. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.secondOfDay = 0;
    this.nanos = 0;
    this.offsetSeconds = undefined;
    this.hasTime = end - start > DATE_CHARACTERS;
    if (!this.#readDate()) return false;
    return this.hasTime ? this.#readTime() && this.#readZone() && this.#at === end : this.#at === end;
  }

  #readDate(): boolean {
    const year = this.#digits(4);
    if (year < 0 || !this.#takes(DASH)) return false;
    const month = this.#digits(2);
    if (month < 1 || month > 12 || !this.#takes(DASH)) return false;
    const day = this.#digits(2);
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const most = month === 2 && isLeap ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0);
    if (day < 1 || day > most) return false;
    this.days = daysFromCivil(year, month, day);
    return true;
  }

  #readTime(): boolean {
    if (!this.#takes(SPACE) && !this.#takes(LETTER_T)) return false;
    const hour = this.#digits(2);
    if (hour < 0 || hour > 23 || !this.#takes(COLON)) return false;
    const minute = this.#digits(2);
    if (minute < 0 || minute > 59) return false;
    const second = this.#takes(COLON) ? this.#digits(2) : 0;
    if (second < 0 || second > 59) return false;
    this.secondOfDay = hour * 3600 + minute * 60 + second;
    return this.#takes(POINT) ? this.#readFraction() : true;
  }

  #readFraction(): boolean {
    let digits = 0;
    let nanos = 0;
    for (; this.#at < this.#end; this.#at++, digits++) {
      const digit = (this.#bytes[this.#at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      if (digits < NANO_DIGITS) nanos = nanos * 10 + digit;
      else if (digit !== 0) return false;
    }
    this.nanos = nanos * 10 ** Math.max(0, NANO_DIGITS - digits);
    return digits > 0;
  }

  #readZone(): boolean {
    if (this.#at === this.#end) return true;
    if (this.#takes(LETTER_Z)) {
      this.offsetSeconds = 0;
      return true;
    }
    const sign = this.#takes(PLUS) ? 1 : this.#takes(DASH) ? -1 : 0;
    const hours = this.#digits(2);
    if (sign === 0 || hours < 0 || hours > 18) return false;
    const hasMinutes = this.#takes(COLON) || this.#at < this.#end;
    const minutes = hasMinutes ? this.#digits(2) : 0;
    if (minutes < 0 || minutes > 59) return false;
    this.offsetSeconds = sign * (hours * 3600 + minutes * 60);
    return true;
  }

  #takes(byte: number): boolean {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** That many digits; -1 where there are others. */
  #digits(count: number): number {
    if (this.#at + count > this.#end) return -1;
    let value = 0;
    for (const last = this.#at + count; this.#at < last; this.#at++) {
      const digit = (this.#bytes[this.#at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }
}
