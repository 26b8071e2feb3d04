/** `spillway connectors list`. */
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { connectorsText } from './status-text.ts';

interface ListOptions extends ApiOptions {
  readonly names: boolean;
}

export function listCommand(): Command {
  const command = new Command('list')
    .description('which connectors there are, and how they are')
    .option('--names', 'their names only, one a line', false);
  return withApi(command).action((options: ListOptions) =>
    withClient(options, async (client) => {
      const connectors = await new ConnectApi(client).connectors();
      const names = () =>
        Object.keys(connectors)
          .sort()
          .map((name) => `${name}\n`)
          .join('');
      if (options.json) process.stdout.write(`${JSON.stringify(connectors)}\n`);
      else process.stdout.write(options.names ? names() : connectorsText(connectors));
    }),
  );
}
