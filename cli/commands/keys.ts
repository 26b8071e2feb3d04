/** Configuration keys as help: the same definitions that parse them. */
import { connectorKeys } from '../../shared/config/connector-keys.ts';
import type { KeyDefinition, KeyDefinitions } from '../../shared/config/definition.ts';
import { environmentName, WORKER_PREFIX } from '../../shared/config/environment.ts';
import { workerKeys } from '../../shared/config/worker-keys.ts';
import type { SinkDefinition } from '../../shared/sink.ts';

/** All keys of a connector to `sink`, by group. */
export function connectorHelp(sink: SinkDefinition): string {
  return render({ ...connectorKeys(sink), ...sink.keys }, (key) => key);
}

/** All worker settings, by group, with their variables. */
export function workerHelp(): string {
  return render(workerKeys, (key) => `${key} (${environmentName(key, WORKER_PREFIX)})`);
}

function render(definitions: KeyDefinitions, title: (key: string) => string): string {
  const groups = new Map<string, string[]>();
  for (const [key, definition] of Object.entries(definitions)) {
    const lines = groups.get(definition.group) ?? [];
    groups.set(definition.group, lines);
    lines.push(`  ${title(key)}: ${summary(definition)}`, `      ${definition.doc}`);
  }
  return [...groups].map(([group, lines]) => [group, ...lines, ''].join('\n')).join('\n');
}

function summary({ type, required, default: fallback, derived, values, unit }: KeyDefinition): string {
  const parts: string[] = [values === undefined ? type : values.join(' | ')];
  if (unit !== undefined) parts.push(unit);
  if (required === true) parts.push('required');
  else if (derived !== undefined) parts.push(`default ${derived.text}`);
  else if (fallback !== undefined) parts.push(`default ${String(fallback)}`);
  return parts.join(', ');
}
