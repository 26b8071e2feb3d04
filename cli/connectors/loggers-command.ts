/** `spillway connectors loggers`. */
import Table from 'cli-table3';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import { tableStyle } from '../table-style.ts';
import { cell } from './status-text.ts';

const HELP = `
Examples:
  spillway connectors loggers
  spillway connectors loggers spillway.dispatcher --level debug
  spillway connectors loggers root --level info --all-workers`;

const LEVELS = ['off', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];

interface LoggersOptions extends ApiOptions {
  readonly level?: string;
  readonly allWorkers: boolean;
}

export function loggersCommand(): Command {
  const command = new Command('loggers')
    .description('how much the workers log; with a name and --level it is changed, until they start again')
    .argument('[name]', 'of a logger')
    .addOption(
      new Option('--level <level>', 'what it is to log from now on')
        .choices(LEVELS)
        // It takes the place of the check that `choices` makes.
        .argParser(levelOf),
    )
    .option('--all-workers', 'at every worker, not only at the one that is asked', false)
    .addHelpText('after', HELP);
  return withApi(command).action((name: string | undefined, options: LoggersOptions, cmd: Command) => {
    const { level, allWorkers } = options;
    if (level !== undefined && name === undefined) cmd.error('error: --level needs the name of a logger');
    if (allWorkers && level === undefined) cmd.error('error: --all-workers needs --level');
    return withClient(options, async (client) => {
      const api = new ConnectApi(client);
      if (name !== undefined && level !== undefined) {
        const changed = await api.setLogger(name, level.toUpperCase(), allWorkers ? 'cluster' : 'worker');
        const answer = { level, scope: allWorkers ? 'cluster' : 'worker', changed: changed ?? null };
        const text =
          changed === undefined
            ? `set at every worker`
            : changed.length === 0
              ? `nothing was set: no logger has this name; spillway connectors loggers shows which there are`
              : `set here: ${changed.join(', ')}`;
        process.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : `${cell(text)}\n`);
        if (changed?.length === 0) process.exitCode = 1;
        return;
      }
      const loggers = name === undefined ? await api.loggers() : { [name]: await api.logger(name) };
      process.stdout.write(options.json ? `${JSON.stringify(loggers)}\n` : loggersText(loggers));
    });
  });
}

function levelOf(text: string): string {
  const level = text.toLowerCase();
  if (LEVELS.includes(level)) return level;
  throw new InvalidArgumentError(`expected one of ${LEVELS.join(', ')}`);
}

function loggersText(loggers: Awaited<ReturnType<ConnectApi['loggers']>>): string {
  const table = new Table({ head: ['logger', 'level', 'set at'], style: tableStyle() });
  for (const [name, { level, last_modified }] of Object.entries(loggers)) {
    const at = typeof last_modified === 'number' ? new Date(last_modified).toISOString() : '-';
    table.push([cell(name), cell(level), at]);
  }
  return `${table.toString()}\n`;
}
