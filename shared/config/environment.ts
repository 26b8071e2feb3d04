/** Configuration by environment variables: the key in upper case, dots to underscores (`oss.bucket` is `OSS_BUCKET`), and `INVOKE_` before it
 *  where Function Compute keeps the name for itself (`fc.function.name` is `INVOKE_FC_FUNCTION_NAME`). */
import type { KeyDefinitions } from './definition.ts';
import type { RawConfig } from './parse.ts';
import { containsReference } from './secret.ts';

/** Prefix of worker settings; the keys of a deployed sink have none. */
export const WORKER_PREFIX = 'SPILLWAY_';

/** Names that Function Compute sets itself and nobody else can: in a function `FC_FUNCTION_NAME` is that function, and never the one to
 *  invoke. Source: https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/user-guide/environment-variables (reserved variables). */
const RESERVED = 'FC_';
const INSTEAD_OF_RESERVED = 'INVOKE_';

/** Name of the variable that sets `key`, the same everywhere: also where nothing is reserved. */
export function environmentName(key: string, prefix = ''): string {
  const name = prefix + key.toUpperCase().replaceAll('.', '_');
  return name.startsWith(RESERVED) ? INSTEAD_OF_RESERVED + name : name;
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
