/** Value of a `Retry-After` header in milliseconds from `nowMs` (epoch ms): seconds, or a date. `undefined` when it is absent or neither.
 *  Source: RFC 9110 §10.2.3. */
export function retryAfterMs(header: string | readonly string[] | undefined, nowMs: number): number | undefined {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim();
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
