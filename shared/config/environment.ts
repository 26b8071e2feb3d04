/** Configuration by environment variables: the key in upper case, dots to underscores (`oss.bucket` is `OSS_BUCKET`). */
import type { KeyDefinitions } from './definition.ts';
import type { RawConfig } from './parse.ts';
import { containsReference } from './secret.ts';

/** Prefix of worker settings; the keys of a deployed sink have none. */
export const WORKER_PREFIX = 'SPILLWAY_';

/** Name of the variable that sets `key`. */
export function environmentName(key: string, prefix = ''): string {
  return prefix + key.toUpperCase().replaceAll('.', '_');
}

/** Keys and aliases of `definitions` that `env` sets. An empty variable counts as not set. A secret stays where it is: its
 *  value here is a reference to the variable, or the reference that the variable holds. */
export function configFromEnvironment(
  definitions: KeyDefinitions,
  env: Readonly<Record<string, string | undefined>>,
  prefix = '',
): RawConfig {
  const raw: Record<string, string> = {};
  for (const [key, { type, aliases = [] }] of Object.entries(definitions)) {
    for (const spelling of [key, ...aliases]) {
      const name = environmentName(spelling, prefix);
      const value = env[name];
      if (value === undefined || value === '') continue;
      raw[spelling] = type === 'PASSWORD' && !containsReference(value) ? `\${env:${name}}` : value;
    }
  }
  return raw;
}
