/** Key definitions as Kafka Connect describes them (`ConfigDef.ConfigKey`). Pure. */
import { connectorKeys } from '../../../shared/config/connector-keys.ts';
import type { KeyDefinition, KeyDefinitions } from '../../../shared/config/definition.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';
import type { ConfigKeyInfo } from '../connect-shapes.ts';

/** All keys of a connector to `sink`, those of all connectors first. */
export function definitionsOf(sink: SinkDefinition): KeyDefinitions {
  return { ...connectorKeys(sink), ...sink.keys };
}

/** In the order of `definitions`; `order_in_group` counts from 1 in each group. */
export function keyInfos(definitions: KeyDefinitions): readonly ConfigKeyInfo[] {
  const counts = new Map<string, number>();
  return Object.entries(definitions).map(([name, definition]) => {
    const order = (counts.get(definition.group) ?? 0) + 1;
    counts.set(definition.group, order);
    return {
      name,
      type: definition.type,
      required: definition.required === true,
      default_value: valueText(definition.default),
      importance: definition.importance,
      documentation: documentation(definition),
      group: definition.group,
      order_in_group: order,
      width: width(definition),
      display_name: definition.displayName,
      dependents: dependents(name, definitions),
    };
  });
}

/** Where a default follows from other keys, and what a number counts, stands in no field of Kafka Connect's. */
function documentation({ doc, unit, derived }: KeyDefinition): string {
  const parts = [doc];
  if (unit !== undefined) parts.push(`Unit: ${unit}.`);
  if (derived !== undefined) parts.push(`Default: ${derived.text}.`);
  return parts.join(' ');
}

/** How wide a form's field is. */
function width({ type, values }: KeyDefinition): string {
  switch (type) {
    case 'INT':
    case 'LONG':
    case 'BOOLEAN':
      return 'SHORT';
    case 'LIST':
      return 'LONG';
    case 'STRING':
    case 'PASSWORD':
      return values === undefined ? 'MEDIUM' : 'SHORT';
    default:
      return type satisfies never;
  }
}

/** Keys whose default follows from this one: a form asks for them again when it changes. */
function dependents(name: string, definitions: KeyDefinitions): readonly string[] {
  return Object.entries(definitions).flatMap(([key, { derived }]) =>
    derived?.reads.includes(name) === true ? [key] : [],
  );
}

/** A default, or what was derived, as it would be written; null where there is none, or it has no spelling. */
export function valueText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(',');
  return null;
}
