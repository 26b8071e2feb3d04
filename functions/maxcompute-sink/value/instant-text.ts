/** Points in time from text, in the zone that a text without one is meant in. */
import type { Instant } from '../tunnel/column-value.ts';
import { BadValue } from './bad-value.ts';
import { DateTimeText } from './date-time-text.ts';
import { LocalTime } from './local-time.ts';

const DAY_SECONDS = 86_400;
const NANOS_OF_MS = 1_000_000;
/** First and last second of the years 0000 to 9999, which all columns with a date keep within. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

const OUT_OF_CALENDAR = new BadValue('a time that is not in the years 0000 to 9999');

export class InstantReader {
  readonly #text = new DateTimeText();
  readonly #local: LocalTime;

  constructor(timeZone: string) {
    this.#local = new LocalTime(timeZone);
  }

  /** Days since 1970-01-01 of `2026-11-21`. */
  days(bytes: Buffer, start: number, end: number): number | BadValue {
    const text = this.#text;
    if (!text.read(bytes, start, end)) return new BadValue('a text that is no date such as 2026-11-21');
    return text.hasTime ? new BadValue('a date with a time, and only a day has a place here') : text.days;
  }

  /** A point in time, to the nanosecond; a date alone is its midnight. */
  instant(bytes: Buffer, start: number, end: number): Instant | BadValue {
    const text = this.#text;
    if (!text.read(bytes, start, end)) return notATime();
    const local = text.days * DAY_SECONDS + text.secondOfDay;
    const { offsetSeconds } = text;
    const seconds = offsetSeconds === undefined ? this.#local.epochSeconds(local) : local - offsetSeconds;
    return isInCalendar(seconds) ? { seconds, nanos: text.nanos } : OUT_OF_CALENDAR;
  }

  /** What the clock on the wall shows, which no zone belongs to. */
  wallTime(bytes: Buffer, start: number, end: number): Instant | BadValue {
    const text = this.#text;
    if (!text.read(bytes, start, end)) return notATime();
    if (text.offsetSeconds !== undefined) return new BadValue('a time with a zone, which has no place here');
    return { seconds: text.days * DAY_SECONDS + text.secondOfDay, nanos: text.nanos };
  }

  /** Epoch milliseconds; finer times are refused, not cut. */
  epochMs(bytes: Buffer, start: number, end: number): number | BadValue {
    const instant = this.instant(bytes, start, end);
    if (instant instanceof BadValue) return instant;
    if (instant.nanos % NANOS_OF_MS !== 0) return new BadValue('a time finer than milliseconds');
    return instant.seconds * 1000 + instant.nanos / NANOS_OF_MS;
  }
}

function notATime(): BadValue {
  return new BadValue('a text that is no time such as 2026-11-21 10:15:30');
}

function isInCalendar(seconds: number): boolean {
  return seconds >= FIRST_SECOND && seconds <= LAST_SECOND;
}

/** Whether epoch milliseconds lie in the years 0000 to 9999. */
export function isCalendarMs(epochMs: number): boolean {
  return Number.isInteger(epochMs) && isInCalendar(Math.floor(epochMs / 1000));
}

/** Epoch milliseconds that are a point in time here. */
export function calendarMs(value: number | bigint | BadValue): number | BadValue {
  if (value instanceof BadValue) return value;
  const epochMs = Number(value);
  return isCalendarMs(epochMs) ? epochMs : OUT_OF_CALENDAR;
}

export function instantOfMs(epochMs: number): Instant {
  const seconds = Math.floor(epochMs / 1000);
  return { seconds, nanos: (epochMs - seconds * 1000) * NANOS_OF_MS };
}
