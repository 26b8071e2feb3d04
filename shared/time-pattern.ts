/** Record time as text in a time zone: the `{timestamp:yyyy/MM/dd/HH}` of a template. */

import { zoneOffset } from './zone-offset.ts';

const TOKENS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const;
type Token = (typeof TOKENS)[number];
/** Of a date whose fields in UTC are those of the clock on the wall. */
const PART_OF: Record<Token, (local: Date) => number> = {
  yyyy: (local) => local.getUTCFullYear(),
  MM: (local) => local.getUTCMonth() + 1,
  dd: (local) => local.getUTCDate(),
  HH: (local) => local.getUTCHours(),
  mm: (local) => local.getUTCMinutes(),
  ss: (local) => local.getUTCSeconds(),
};

/** Largest span in which the text cannot change: all zones are whole quarters of an hour from UTC, the last of them (Liberia) since 1972. */
const QUARTER_HOUR_MS = 900_000;
const WHOLE_QUARTERS_FROM_MS = Date.UTC(1972, 0, 8);
const CACHED_SPANS = 256;
/** Largest epoch ms that ECMAScript can put on a calendar. */
const MAX_EPOCH_MS = 8.64e15;
/** Text for a record time that is on no calendar (a producer that wrote nanoseconds, for example). */
export const NO_CALENDAR_TIME = 'invalid-time';

/** Renders epoch ms. Pure, and without allocation for records of a span seen before. */
export type TimeFormat = (epochMs: number) => string;

/** What is wrong with a pattern, or `undefined`. Letters outside `yyyy MM dd HH mm ss` are refused, anything else is literal. */
export function timePatternProblem(pattern: string): string | undefined {
  const left = pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, '');
  const letter = /\p{L}+/u.exec(left)?.[0];
  if (letter !== undefined) return `\`${letter}\` is no part of a time; expected ${TOKENS.join(', ')} and separators`;
  if (left === pattern) return `a time pattern needs at least one of ${TOKENS.join(', ')}`;
  return undefined;
}

/** What is wrong with a time zone name, or `undefined`. */
export function timeZoneProblem(timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return undefined;
  } catch {
    return `\`${timeZone}\` is no time zone; expected an IANA name such as UTC, Asia/Shanghai or Europe/Berlin`;
  }
}

/** Format for a pattern and a zone that passed the two checks above. The calendar is that of ISO 8601, which has no gaps. */
export function timeFormat(pattern: string, timeZone: string): TimeFormat {
  const spanMs = pattern.includes('ss') ? 1_000 : pattern.includes('mm') ? 60_000 : QUARTER_HOUR_MS;
  const offsetSeconds = zoneOffset(timeZone);
  const render = (epochMs: number): string => {
    if (!(Math.abs(epochMs) <= MAX_EPOCH_MS)) return NO_CALENDAR_TIME;
    // `Intl` would put years before 1582 on the Julian calendar, days beside those that whoever wrote the time meant.
    const local = new Date(epochMs + offsetSeconds(epochMs) * 1_000);
    if (Number.isNaN(local.getTime())) return NO_CALENDAR_TIME;
    return pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, (token) => {
      const part = PART_OF[token as Token](local);
      return `${part < 0 ? '-' : ''}${String(Math.abs(part)).padStart(token.length, '0')}`;
    });
  };
  const cache = new Map<number, string>();
  let lastSpan = Number.NaN;
  let lastText = '';
  return (epochMs) => {
    const ownMs = epochMs < WHOLE_QUARTERS_FROM_MS ? 1_000 : spanMs;
    const span = Math.floor(epochMs / ownMs) * ownMs;
    if (span === lastSpan) return lastText;
    let text = cache.get(span);
    if (text === undefined) {
      if (cache.size >= CACHED_SPANS) cache.clear();
      text = render(epochMs);
      cache.set(span, text);
    }
    lastSpan = span;
    lastText = text;
    return text;
  };
}
