/** `spillway connectors restart`. */
import { Command, Option } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { wholeNumber } from '../errors/options.ts';
import { shellWord } from '../shell-word.ts';
import { named, onEach } from './on-each.ts';

const MOST_TASKS = 1_000_000;

const HELP = `
Examples:
  spillway connectors restart orders --tasks --only-failed
  spillway connectors restart orders --task 3`;

interface RestartOptions extends ApiOptions {
  readonly tasks: boolean;
  readonly onlyFailed: boolean;
  readonly task?: number;
}

export function restartCommand(): Command {
  const command = new Command('restart')
    .description('start connectors again; with --tasks their tasks too')
    .argument('<name...>', 'of connectors')
    .option('--tasks', 'their tasks too', false)
    .option('--only-failed', 'only what failed', false)
    .addOption(
      new Option('--task <number>', 'only this task')
        .argParser(wholeNumber(0, MOST_TASKS))
        .conflicts(['tasks', 'onlyFailed']),
    )
    .addHelpText('after', HELP);
  return withApi(command).action((names: string[], options: RestartOptions) =>
    withClient(options, async (client) => {
      const api = new ConnectApi(client);
      const { tasks, onlyFailed, task } = options;
      await onEach(named(names), options.json, async (name) => {
        if (task === undefined) await api.restart(name, tasks, onlyFailed);
        else await api.restartTask(name, task);
        return `${what(options)} starts again; see spillway connectors status ${shellWord(name)}`;
      });
    }),
  );
}

function what({ tasks, onlyFailed, task }: RestartOptions): string {
  if (task !== undefined) return `task ${task}`;
  if (!tasks) return onlyFailed ? 'the connector, if it failed,' : 'the connector (its tasks do not: add --tasks)';
  return onlyFailed ? 'what failed' : 'all of it';
}
