/** `spillway connectors status`. */
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { connectorsText, statusText } from './status-text.ts';
import { show, type WatchOptions, withWatch } from './watch.ts';

export function statusCommand(): Command {
  const command = new Command('status')
    .description('how connectors and their tasks are, and why they failed; without a name all, a line each')
    .argument('[name...]', 'of connectors');
  return withApi(withWatch(command)).action((names: string[], options: ApiOptions & WatchOptions) =>
    withClient(options, async (client) => {
      const api = new ConnectApi(client);
      await show(options, async () => {
        if (names.length === 0) {
          const all = await api.connectors();
          return options.json ? `${JSON.stringify(all)}\n` : connectorsText(all);
        }
        const statuses = await Promise.all(names.map((name) => api.status(name)));
        return options.json ? `${JSON.stringify(statuses)}\n` : statuses.map(statusText).join('\n');
      });
    }),
  );
}
