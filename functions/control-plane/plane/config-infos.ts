/** The answer of `validate`: every key with its definition, its value, and what is wrong with it. Pure. */
import type { KeyDefinition, KeyDefinitions } from '../../../shared/config/definition.ts';
import type { ConfigProblem } from '../../../shared/errors.ts';
import type { StoredConfig } from '../config-state.ts';
import type { ConfigInfos, ConfigKeyInfo, ConfigValueInfo } from '../connect-shapes.ts';
import { shownValue } from '../policy/shown-config.ts';
import { keyInfos, valueText } from './key-info.ts';
import { shortened } from './shortened.ts';

export interface Checked {
  /** Every key that parsed, defaults included. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly ConfigProblem[];
}

/** With its key: tools show it away from the field, too. */
export function problemText({ key, message }: ConfigProblem): string {
  return `${shortened(key)}: ${message}`;
}

/** One field of a form. */
type Field = ConfigInfos['configs'][number];

/** @param name as the request names the plugin */
export function configInfos(
  name: string,
  definitions: KeyDefinitions,
  config: StoredConfig,
  { values, problems }: Checked,
): ConfigInfos {
  const errors = errorsByKey(problems);
  const known = keyInfos(definitions).flatMap((info): Field[] => {
    const definition = definitions[info.name];
    if (definition === undefined) return [];
    const own = fieldOf(withDerived(info, definition, values), definition, config, values, errors);
    // Another spelling is a field of its own only where it was used: there its value and its errors are looked for.
    const aliases = (definition.aliases ?? []).filter((alias) => Object.hasOwn(config, alias) || errors.has(alias));
    return [own, ...aliases.map((alias) => fieldOf({ ...info, name: alias }, definition, config, values, errors))];
  });
  const named = new Set(known.map(({ definition }) => definition.name));
  const unknown = [...errors.keys()].filter((key) => !named.has(key)).map((key) => unknownField(key, config, errors));
  return {
    name,
    error_count: problems.length,
    groups: [...new Set(Object.values(definitions).map(({ group }) => group))],
    configs: [...known, ...unknown],
  };
}

function errorsByKey(problems: readonly ConfigProblem[]): ReadonlyMap<string, readonly string[]> {
  const errors = new Map<string, string[]>();
  for (const { key, message } of problems) {
    const known = errors.get(key) ?? [];
    errors.set(key, known);
    known.push(problemText({ key, message }));
  }
  return errors;
}

/** A derived default is known as soon as the keys it follows from are. */
function withDerived(
  info: ConfigKeyInfo,
  definition: KeyDefinition,
  values: Readonly<Record<string, unknown>>,
): ConfigKeyInfo {
  if (definition.derived === undefined) return info;
  const readable = definition.derived.reads.every((key) => Object.hasOwn(values, key));
  return readable ? { ...info, default_value: valueText(definition.derived.value(values)) } : info;
}

function fieldOf(
  info: ConfigKeyInfo,
  definition: KeyDefinition,
  config: StoredConfig,
  values: Readonly<Record<string, unknown>>,
  errors: ReadonlyMap<string, readonly string[]>,
): Field {
  const given = config[info.name];
  const value = given === undefined ? valueText(values[info.name]) : shownValue(info.name, definition, given);
  return {
    definition: info,
    value: valueInfo(info.name, value, definition.values ?? [], errors.get(info.name) ?? []),
  };
}

/** A key that nobody reads, and that something is wrong with. */
function unknownField(key: string, config: StoredConfig, errors: ReadonlyMap<string, readonly string[]>): Field {
  const definition: ConfigKeyInfo = {
    name: key,
    type: 'STRING',
    required: false,
    default_value: null,
    importance: 'LOW',
    documentation: 'Not a key of this connector.',
    group: null,
    order_in_group: -1,
    width: 'NONE',
    display_name: key,
    dependents: [],
  };
  const given = config[key];
  const value = given === undefined ? null : shownValue(key, undefined, given);
  return { definition, value: valueInfo(key, value, [], errors.get(key) ?? []) };
}

function valueInfo(
  name: string,
  value: string | null,
  recommended: readonly string[],
  errors: readonly string[],
): ConfigValueInfo {
  return { name, value, recommended_values: recommended, errors, visible: true };
}
