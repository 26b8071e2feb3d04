/** Times as people write them. */

/** For messages. */
export const ZONED_TIME_EXPECTED = 'a time with its zone such as 2026-01-31T08:00:00+08:00';

/** Epoch ms of an ISO time, which must have a zone: the reader's own would be a guess. `undefined` for anything else. */
export function zonedTime(text: string): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}
