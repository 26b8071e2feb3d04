/** `spillway connectors plugins`. */
import Table from 'cli-table3';
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { tableStyle } from '../table-style.ts';
import { cell } from './status-text.ts';

export function pluginsCommand(): Command {
  const command = new Command('plugins')
    .description('which connector classes the workers have; with a class, its keys')
    .argument('[class]', 'a connector.class');
  return withApi(command).action((plugin: string | undefined, options: ApiOptions) =>
    withClient(options, async (client) => {
      const api = new ConnectApi(client);
      if (plugin === undefined) {
        const plugins = await api.plugins();
        process.stdout.write(options.json ? `${JSON.stringify(plugins)}\n` : pluginsText(plugins));
        return;
      }
      const keys = await api.pluginKeys(plugin);
      process.stdout.write(options.json ? `${JSON.stringify(keys)}\n` : keysText(keys));
    }),
  );
}

function pluginsText(plugins: Awaited<ReturnType<ConnectApi['plugins']>>): string {
  const table = new Table({ head: ['connector.class', 'type', 'version'], style: tableStyle() });
  for (const { class: name, type, version } of plugins) table.push([cell(name), cell(type), cell(version ?? '-')]);
  return `${table.toString()}\n`;
}

/** What a key is, and below it what it does. */
function keysText(keys: Awaited<ReturnType<ConnectApi['pluginKeys']>>): string {
  const lines = keys.map(({ name, type, required, default_value, documentation }) => {
    const value = required ? 'must be given' : default_value === null ? 'no default' : `default ${default_value}`;
    return `${cell(name)}  (${cell(type).toLowerCase()}, ${cell(value)})\n    ${cell(documentation)}\n`;
  });
  return lines.join('');
}
