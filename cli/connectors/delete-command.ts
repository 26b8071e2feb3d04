/** `spillway connectors delete`. */
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { confirmed } from './ask.ts';
import { named, onEach } from './on-each.ts';

interface DeleteOptions extends ApiOptions {
  readonly yes: boolean;
  readonly group: boolean;
}

export function deleteCommand(): Command {
  const command = new Command('delete')
    .description('end connectors and forget their configurations; what they wrote stays')
    .argument('<name...>', 'of connectors')
    .option('--group', 'delete their consumer groups too: whoever takes the name up again begins anew', false)
    .option('-y, --yes', 'do not ask', false);
  return withApi(command).action(async (names: string[], options: DeleteOptions) => {
    const groups = options.group ? ' and where they stand in their topics' : '';
    if (!(await confirmed(`deletes ${names.join(', ')}${groups}`, options.yes))) {
      process.stderr.write('nothing was deleted\n');
      process.exitCode = 1;
      return;
    }
    await withClient(options, async (client) => {
      const api = new ConnectApi(client);
      await onEach(named(names), options.json, async (name) => {
        await api.remove(name, options.group ? { cleanGroup: true } : {});
        return options.group ? 'deleted, with its group' : 'deleted; its group and its error topics stay';
      });
    });
  });
}
