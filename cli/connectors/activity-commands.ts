/** `spillway connectors events` and `logs`: what happened lately, on all workers. */
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { isoTime } from '../../functions/dispatcher/redrive/row-data.ts';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { SpillwayApi } from '../api/spillway-api.ts';
import type { Events, Logs } from '../api/spillway-shapes.ts';
import { wholeNumber } from '../errors/options.ts';
import { cell } from './status-text.ts';
import { show, type WatchOptions, withWatch } from './watch.ts';

const MOST = 1_000;
const KINDS = ['state', 'error', 'restart', 'errant-record', 'partition-stopped', 'gap'];

interface ActivityOptions extends ApiOptions, WatchOptions {
  readonly limit: number;
  readonly since?: string;
  readonly workerId?: string;
  readonly kind?: string;
  readonly task?: number;
  readonly level?: string;
}

export function eventsCommand(): Command {
  const command = new Command('events')
    .description('what happened to a connector lately, on all workers: states, errors with their records, restarts')
    .addOption(new Option('--kind <kind>', 'of this kind only').choices(KINDS))
    .option('--task <number>', 'of this task only', wholeNumber(0, 1_000_000));
  return activityCommand(command, async (api, name, query, json) => {
    const answer = await api.events(name, query);
    return json ? `${JSON.stringify(answer)}\n` : eventsText(answer);
  });
}

export function logsCommand(): Command {
  const command = new Command('logs')
    .description("what the workers' logs say of a connector lately")
    .addOption(new Option('--level <level>', 'this and graver ones').choices(['info', 'warn', 'error']));
  return activityCommand(command, async (api, name, query, json) => {
    const answer = await api.logs(name, query);
    return json ? `${JSON.stringify(answer)}\n` : logsText(answer);
  });
}

type Look = (
  api: SpillwayApi,
  name: string,
  query: Record<string, string | number | undefined>,
  json: boolean,
) => Promise<string>;

function activityCommand(command: Command, look: Look): Command {
  command
    .argument('<name>', 'of a connector')
    .option('-n, --limit <count>', 'how many, the newest', wholeNumber(1, MOST), 100)
    .option('--since <time>', 'from this ISO time with its zone on, or these epoch milliseconds')
    .option('--worker-id <host:port>', 'of this worker only, as status names it');
  return withApi(withWatch(command)).action((name: string, options: ActivityOptions) =>
    withClient(options, async (client) => {
      const { limit, since, workerId, kind, task, level } = options;
      const api = new SpillwayApi(client);
      await show(options, () => look(api, name, { limit, since, worker: workerId, kind, task, level }, options.json));
    }),
  );
}

/** Oldest first, a line each. Ends with a line break. */
export function eventsText({ events }: Events): string {
  if (events.length === 0) return 'nothing happened lately\n';
  const lines = events.map(({ at, worker, kind, task, code, message, topic, partition, offset, count }) => {
    const where = task === undefined ? '' : ` task ${task}`;
    const record =
      topic === undefined ? '' : ` (${topic}-${partition ?? '?'}${offset === undefined ? '' : ` offset ${offset}`})`;
    const times = count === undefined ? '' : `, ${count} times`;
    const what = code === undefined ? message : `${code}: ${message}`;
    return cell(`${isoTime(at)}  ${worker}  ${kind}${where}  ${what}${record}${times}`);
  });
  return `${lines.join('\n')}\n`;
}

/** Oldest first, a line each. Ends with a line break. */
export function logsText({ logs }: Logs): string {
  if (logs.length === 0) return 'nothing was logged lately\n';
  const lines = logs.map(({ at, worker, level, message, fields }) => {
    const more = fields === undefined ? '' : `  ${JSON.stringify(fields)}`;
    const grave = level === 'error' ? pc.red(level) : level === 'warn' ? pc.yellow(level) : cell(level);
    return `${isoTime(at)}  ${cell(worker)}  ${grave}  ${cell(`${message}${more}`)}`;
  });
  return `${lines.join('\n')}\n`;
}
