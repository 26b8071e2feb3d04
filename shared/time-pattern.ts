/** Record time as text in a time zone: the `{timestamp:yyyy/MM/dd/HH}` of a template. */

const TOKENS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const;
type Token = (typeof TOKENS)[number];
const PART_OF: Record<Token, Intl.DateTimeFormatPartTypes> = {
  yyyy: 'year',
  MM: 'month',
  dd: 'day',
  HH: 'hour',
  mm: 'minute',
  ss: 'second',
};

/** Largest span in which the text cannot change: all zones in use are whole quarters of an hour from UTC. */
const QUARTER_HOUR_MS = 900_000;
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

/** Format for a pattern and a zone that passed the two checks above. */
export function timeFormat(pattern: string, timeZone: string): TimeFormat {
  const spanMs = pattern.includes('ss') ? 1_000 : pattern.includes('mm') ? 60_000 : QUARTER_HOUR_MS;
  const calendar = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const render = (epochMs: number): string => {
    if (!(Math.abs(epochMs) <= MAX_EPOCH_MS)) return NO_CALENDAR_TIME;
    const parts = new Map(calendar.formatToParts(epochMs).map(({ type, value }) => [type, value]));
    return pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, (token) =>
      (parts.get(PART_OF[token as Token]) ?? '').padStart(token.length, '0'),
    );
  };
  const cache = new Map<number, string>();
  let lastSpan = Number.NaN;
  let lastText = '';
  return (epochMs) => {
    const span = Math.floor(epochMs / spanMs);
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
