/** `spillway connectors update`: a whole configuration from a file, or single keys. */
import { Command, InvalidArgumentError } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import type { StoredConfig } from '../api/connect-shapes.ts';
import { givenFile } from './given-file.ts';
import { named, onEach } from './on-each.ts';

const HELP = `
With a file its keys take the place of all that there were. With --set and --unset a connector is named instead of a file,
and its other keys stay. Its tasks are restarted with what is new; where nothing is, nothing is changed.

Examples:
  spillway connectors update orders.yaml --dry-run
  spillway connectors update orders.yaml
  spillway connectors update orders --set batch.size=500 --set linger.ms=200 --unset retries`;

interface UpdateOptions extends ApiOptions {
  readonly dryRun: boolean;
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

export function updateCommand(): Command {
  const command = new Command('update')
    .description('change the configuration of a connector that is there')
    .argument('<connector-file-or-name>', '.json, .yaml or .properties; with --set or --unset the name of a connector')
    .option('--set <key=value>', 'this key only; may be repeated', assignment, {})
    .option('--unset <key>', 'take this key away; may be repeated', (key, all: readonly string[]) => [...all, key], [])
    .option('--dry-run', 'say which keys would change, and change none', false)
    .addHelpText('after', HELP);
  return withApi(command).action((target: string, options: UpdateOptions) => {
    const changes = { ...options.set, ...Object.fromEntries(options.unset.map((key) => [key, null])) };
    const single = Object.keys(changes).length > 0;
    const file = single ? undefined : givenFile(target);
    return withClient(options, (client) =>
      onEach(named([file?.name ?? target]), options.json, (name) => {
        const api = new ConnectApi(client);
        return file === undefined
          ? change(
              options.dryRun,
              api,
              name,
              (old) => patched(old, changes),
              () => api.patch(name, changes),
            )
          : change(
              options.dryRun,
              api,
              name,
              () => file.config,
              () => api.put(name, file.config),
            );
      }),
    );
  });
}

type NewConfig = Readonly<Record<string, unknown>>;

/** @returns what to tell a person: keys only, since values may be secrets */
async function change(
  dryRun: boolean,
  api: ConnectApi,
  name: string,
  wanted: (old: StoredConfig) => NewConfig,
  write: () => Promise<unknown>,
): Promise<string> {
  const old = await api.config(name);
  const changed = changedKeys(old, wanted(old));
  if (changed.length === 0) return 'nothing to change, it is so already';
  if (dryRun) return `would change: ${changed.join(', ')}. Nothing was changed`;
  await write();
  return `changed: ${changed.join(', ')}. Its tasks restart with it`;
}

/** `+key` came, `-key` went, `key` has another value; by name. */
export function changedKeys(old: NewConfig, wanted: NewConfig): string[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(wanted)])].sort();
  return keys.flatMap((key) => {
    if (!(key in wanted)) return [`-${key}`];
    if (!(key in old)) return [`+${key}`];
    // The API keeps text.
    return String(old[key]) === String(wanted[key]) ? [] : [key];
  });
}

function patched(old: StoredConfig, changes: Readonly<Record<string, string | null>>): NewConfig {
  return Object.fromEntries(Object.entries({ ...old, ...changes }).filter(([, value]) => value !== null));
}

function assignment(text: string, all: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError('expected KEY=VALUE such as batch.size=500');
}
