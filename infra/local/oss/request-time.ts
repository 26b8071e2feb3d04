/** The spellings of time that the protocol uses. */

/** Epoch ms of `20261121T045529Z`; NaN for anything else. */
export function parseCompactTime(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Epoch ms of `Sat, 21 Nov 2026 04:55:29 GMT`; NaN for anything else. */
export function parseHttpTime(text: string): number {
  return text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
}

/** Epoch ms of either spelling, as version 1 takes them in `Date` and `x-oss-date`. */
export function parseRequestTime(text: string): number {
  const compact = parseCompactTime(text);
  return Number.isNaN(compact) ? parseHttpTime(text) : compact;
}

/** `2026-11-21T04:55:29.000Z`, as in XML answers: whole seconds, which some clients insist on. */
export function isoTime(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString();
}

/** `Sat, 21 Nov 2026 04:55:29 GMT`, as in headers. */
export function httpTime(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}
