/** `spillway connectors pause`, `resume` and `stop`. */
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { shellWord } from '../shell-word.ts';
import { named, onEach } from './on-each.ts';
import { settled, type WaitOptions, withWait } from './settled.ts';

interface Action {
  readonly name: 'pause' | 'resume' | 'stop';
  readonly description: string;
  /** What it comes to. */
  readonly wanted: string;
  /** For a person. */
  done(connector: string): string;
}

const ACTIONS: readonly Action[] = [
  {
    name: 'pause',
    description:
      'let tasks finish what they read, and read no more; they stay members of their groups and keep their places',
    wanted: 'PAUSED',
    done: (connector) => `to go on: spillway connectors resume ${connector}`,
  },
  {
    name: 'resume',
    description: 'let paused or stopped connectors go on, also with partitions that errors.policy=stop stopped',
    wanted: 'RUNNING',
    done: (connector) => `see spillway connectors status ${connector}`,
  },
  {
    name: 'stop',
    description: 'end the tasks; configuration and offsets stay, and offsets may be moved now',
    wanted: 'STOPPED',
    done: (connector) => `to start it again: spillway connectors resume ${connector}`,
  },
];

export function targetCommands(): Command[] {
  return ACTIONS.map(({ name, description, wanted, done }) => {
    const command = new Command(name).description(description).argument('<name...>', 'of connectors');
    return withApi(withWait(command)).action((connectors: string[], options: ApiOptions & WaitOptions) =>
      withClient(options, async (client) => {
        const api = new ConnectApi(client);
        await onEach(named(connectors), options.json, async (connector) => {
          await api.act(connector, name);
          const more = await settled(api, connector, wanted, options);
          return `${wanted}${options.wait ? more : ' from now on'}; ${done(shellWord(connector))}`;
        });
      }),
    );
  });
}
