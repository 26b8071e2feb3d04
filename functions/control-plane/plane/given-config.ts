/** Configurations as requests give them, on their way to the text that is stored. Pure. */
import type { StoredConfig } from '../config-state.ts';
import type { GivenConfig } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import { shortened } from './shortened.ts';

/** Scalars as text, as Kafka Connect stores them; what is null was not given. */
export function asText(given: GivenConfig): StoredConfig {
  const entries = Object.entries(given).flatMap(([key, value]) =>
    value === null ? [] : [[key, String(value)] as const],
  );
  return Object.fromEntries(entries);
}

/** What `given` makes of connector `name`: its `name` may be left out, and is never another.
 *  @throws Refused 400 */
export function configOf(name: string, given: GivenConfig): StoredConfig {
  const config = asText(given);
  const other = config['name'];
  if (other !== undefined && other !== name) {
    const [given, wanted] = [shortened(other), shortened(name)];
    throw new Refused(
      400,
      `Connector name configuration (${given}) doesn't match connector name in the URL (${wanted})`,
    );
  }
  return { ...config, name };
}

/** `config` with `changes`: null removes a key.
 *  @throws Refused 400 */
export function patched(name: string, config: StoredConfig, changes: GivenConfig): StoredConfig {
  return configOf(name, { ...config, ...changes });
}

/** Whether both say the same, whatever the order. */
export function sameConfig(a: StoredConfig, b: StoredConfig): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
