/** `spillway connectors topics`. */
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { printable } from '../shown-bytes.ts';

interface TopicsOptions extends ApiOptions {
  readonly reset: boolean;
}

export function topicsCommand(): Command {
  const command = new Command('topics')
    .description('which topics the tasks of a connector were seen to read')
    .argument('<name>', 'of a connector')
    .option('--reset', 'forget them, and begin to look anew', false);
  return withApi(command).action((name: string, options: TopicsOptions) =>
    withClient(options, async (client) => {
      const api = new ConnectApi(client);
      if (options.reset) {
        await api.resetTopics(name);
        process.stdout.write(options.json ? '{"reset":true}\n' : 'forgotten\n');
        return;
      }
      const topics = await api.topics(name);
      if (options.json) process.stdout.write(`${JSON.stringify({ topics })}\n`);
      else process.stdout.write(topics.length === 0 ? 'none yet\n' : `${topics.map(printable).join('\n')}\n`);
    }),
  );
}
