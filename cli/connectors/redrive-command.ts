/** `spillway connectors redrive`: has a worker send records of the error topics back. Without `--yes` it says what would be sent. */
import { Command, Option } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { SpillwayApi } from '../api/spillway-api.ts';
import type { RedriveState } from '../api/spillway-shapes.ts';
import { type FilterTexts, filterTexts, topicName, wholeNumber, withFilterTexts } from '../errors/options.ts';
import { showRedriveProgress } from '../errors/redrive-progress.ts';
import { rehearsalText, reportText } from '../errors/redrive-text.ts';
import { shellWord } from '../shell-word.ts';
import { printable } from '../shown-bytes.ts';
import { stopSignals } from '../stop-signals.ts';

const FIRST_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 1_000;

const HELP = `
The worker that is asked does it, also when this command is interrupted: --stop ID ends it. One whose worker died is gone
on with by the same command.

Examples:
  spillway connectors redrive orders --all
  spillway connectors redrive orders --all --yes
  spillway connectors redrive orders 0:17 3:4 --to sink --yes
  spillway connectors redrive orders --list`;

interface RedriveOptions extends ApiOptions, FilterTexts {
  readonly topic?: string;
  readonly all: boolean;
  readonly to: 'topic' | 'sink';
  readonly yes: boolean;
  readonly again: boolean;
  readonly rate: number;
  readonly maxAttempts: number;
  readonly list: boolean;
  readonly stop?: string;
}

export function redriveCommand(): Command {
  const command = new Command('redrive')
    .description('have a worker send records of the error topics back; without --yes it says what would be sent')
    .argument('<name>', 'of a connector')
    .argument('[place...]', 'single records, as PARTITION:OFFSET of the error topic')
    .option('--all', 'all records', false)
    .addOption(
      new Option('--to <destination>', 'topic: where it came from; sink: the sink of the connector, at once')
        .choices(['topic', 'sink'])
        .default('topic'),
    )
    .option('-y, --yes', 'send', false)
    .option('--again', 'begin anew, whatever was sent before', false)
    .option('--rate <records>', 'records a second; 0 is no limit', wholeNumber(0, 1_000_000), 100)
    .option('--max-attempts <count>', 'a record that was sent back this often is parked', wholeNumber(1, 1_000), 3)
    .option('--topic <name>', 'this one of its error topics', topicName)
    .option('--list', 'send nothing: which redrives there were lately', false)
    .addOption(new Option('--stop <id>', 'send nothing: end this redrive').conflicts(['list', 'yes']))
    .addHelpText('after', HELP);
  return withApi(withFilterTexts(command)).action((name: string, places: string[], options: RedriveOptions) =>
    withClient(options, async (client) => {
      const api = new SpillwayApi(client);
      if (options.list) await list(api, name, options.json);
      else if (options.stop !== undefined) await stop(api, name, options.stop, options.json);
      else await redrive(api, name, places, options);
    }),
  );
}

async function redrive(api: SpillwayApi, name: string, places: readonly string[], options: RedriveOptions) {
  const { all, to, again, rate, maxAttempts, topic, yes, json } = options;
  const order = {
    ...filterTexts(options),
    ...(topic === undefined ? {} : { topic }),
    ...{ places, all, to, again, rate, maxAttempts, confirm: yes },
  };
  const answer = await api.redrive(name, order, FIRST_WAIT_MS);
  if (answer.dryRun) {
    const text = () => rehearsalText(answer.rehearsals, to, 'the same command with --yes');
    process.stdout.write(json ? `${JSON.stringify(answer)}\n` : text());
    return;
  }
  const ended = await followed(api, name, answer.redrive);
  process.stdout.write(json ? `${JSON.stringify(ended)}\n` : stateText(ended));
  if (ended.state !== 'done') process.exitCode = 1;
}

/** Until it ended, or this command is interrupted: then as it was last seen. */
async function followed(api: SpillwayApi, name: string, begun: RedriveState): Promise<RedriveState> {
  let state = begun;
  if (state.state !== 'running') return state;
  const again = `it goes on at ${state.worker}; to end it: spillway connectors redrive ${shellWord(name)} --stop ${state.id}`;
  const signals = stopSignals(() => process.stderr.write(`${again}\n`));
  const progress = showRedriveProgress(() => state.progress, name, process.stderr.isTTY === true);
  try {
    while (state.state === 'running' && !signals.stop.aborted) {
      await systemClock.sleep(LOOK_EVERY_MS, signals.stop).catch(() => undefined);
      if (!signals.stop.aborted) state = await api.redriveState(name, state.id);
    }
  } finally {
    progress.stop();
    signals.dispose();
  }
  return state;
}

async function list(api: SpillwayApi, name: string, json: boolean): Promise<void> {
  const answer = await api.redrives(name);
  const text = () => answer.redrives.map(stateText).join('') || 'none lately\n';
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : text());
}

async function stop(api: SpillwayApi, name: string, id: string, json: boolean): Promise<void> {
  const state = await api.stopRedrive(name, id);
  process.stdout.write(json ? `${JSON.stringify(state)}\n` : stateText(state));
}

/** Ends with a line break. */
export function stateText({ id, worker, state, progress, reports, failure }: RedriveState): string {
  const { done, total, sent } = progress;
  const head = printable(`${id} at ${worker}: ${state}, ${done} of ${total} offsets, ${sent} sent`);
  const why = failure === undefined ? '' : `  ${printable(`${failure.code}: ${failure.message}`)}\n`;
  const next = state === 'interrupted' || state === 'incomplete' ? '-> the same command goes on with it\n' : '';
  return `${head}\n${why}${reports === undefined ? '' : reportText(reports)}${next}`;
}
