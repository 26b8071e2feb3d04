/** A connector's configuration as it stands in a body. */
import type { GivenConfig } from '../control-plane.ts';
import { Refused } from '../refused.ts';

/** No connector has that many; each one is looked at in several ways, and may be answered with a sentence. */
const MOST_KEYS = 1_000;

/** @param where completes "… must be a JSON object": `The body`
 *  @throws Refused 400 when it is no object, has too many keys, or one of its values is one itself; the message names the key, never a value */
export function givenConfig(body: unknown, where: string): GivenConfig {
  const entries = Object.entries(jsonObject(body, where));
  if (entries.length > MOST_KEYS) throw new Refused(400, `${where} has more than ${MOST_KEYS} keys.`);
  for (const [key, value] of entries) {
    if (key === '__proto__') throw new Refused(400, `${where} has a key that no configuration can have: __proto__.`);
    if (typeof value === 'object' && value !== null)
      throw new Refused(400, `${key}: must be a text, a number, true, false or null, not ${nested(value)}.`);
  }
  return Object.fromEntries(entries) as GivenConfig;
}

/** @throws Refused 400 when it is no JSON object */
export function jsonObject(body: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new Refused(400, `${where} must be a JSON object${body === undefined ? ', and there is none' : ''}.`);
}

function nested(value: object): string {
  return Array.isArray(value) ? 'a list' : 'an object';
}
