/** `spillway connectors get`: a connector's configuration, as a file that can be edited and given back. */
import { Command } from 'commander';
import { stringify } from 'yaml';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';

const FIRST_KEYS = ['name', 'connector.class'];

export function getCommand(): Command {
  const command = new Command('get')
    .description('the configuration of a connector, as a YAML file that update takes')
    .argument('<name>', 'of a connector');
  return withApi(command).action((name: string, options: ApiOptions) =>
    withClient(options, async (client) => {
      const info = await new ConnectApi(client).info(name);
      process.stdout.write(options.json ? `${JSON.stringify(info)}\n` : configText(info.config));
    }),
  );
}

/** What it is called first, then its keys in order. Ends with a line break. */
export function configText(config: Readonly<Record<string, string | null>>): string {
  const others = Object.keys(config).filter((key) => !FIRST_KEYS.includes(key));
  const keys = [...FIRST_KEYS.filter((key) => key in config), ...others.sort()];
  return stringify(Object.fromEntries(keys.map((key) => [key, config[key] ?? null])), { lineWidth: 0 });
}
