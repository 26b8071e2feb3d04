/** What of a configuration may be shown: everything but secrets that stand in it in clear. None are stored over REST; what wrote into the
 *  config topic by another way may have. */
import type { KeyDefinition } from '../../../shared/config/definition.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';
import type { StoredConfig } from '../config-state.ts';
import { definitionsBySpelling } from './key-definitions.ts';
import { holdsSecret, isReferenceOnly, namesSecret } from './secret-looks.ts';

/** In place of a secret, as Kafka Connect spells it (`Password.HIDDEN`). */
export const HIDDEN = '[hidden]';

/** The value as it may be shown. Idempotent.
 *  @param definition that of the key; `undefined` where nobody knows the key */
export function shownValue(key: string, definition: KeyDefinition | undefined, value: string): string {
  const isSecret = definition === undefined ? namesSecret(key) : definition.type === 'PASSWORD';
  const hide = isSecret ? value !== '' && !isReferenceOnly(value) : holdsSecret(value);
  return hide ? HIDDEN : value;
}

/** The whole configuration, for answers.
 *  @param sink the one it goes to; `undefined` where there is no such sink here */
export function shownConfig(sink: SinkDefinition | undefined, config: StoredConfig): StoredConfig {
  const definitions = sink === undefined ? undefined : definitionsBySpelling(sink);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, shownValue(key, definitions?.get(key), value)]),
  );
}
