/** `spillway errors redrive`: without `--yes` it says what would be sent, and sends nothing. */
import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { createSinkWay } from '../../functions/dispatcher/main.ts';
import { Pacer } from '../../functions/dispatcher/redrive/pacer.ts';
import { Redrive, type RedriveSpec } from '../../functions/dispatcher/redrive/redrive.ts';
import type { RedriveReport } from '../../functions/dispatcher/redrive/redrive-report.ts';
import { redriveSpec } from '../../functions/dispatcher/redrive/redrive-spec.ts';
import type { RedriveSender } from '../../functions/dispatcher/redrive/redrive-step.ts';
import { type Rehearsal, rehearse } from '../../functions/dispatcher/redrive/rehearsal.ts';
import { type Selection, selectsAll } from '../../functions/dispatcher/redrive/selection.ts';
import { SinkSender } from '../../functions/dispatcher/redrive/sink-sender.ts';
import { TopicSender } from '../../functions/dispatcher/redrive/topic-sender.ts';
import { systemClock } from '../../shared/clock.ts';
import type { KafkaProducer } from '../../shared/kafka/driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { processSecrets } from '../secret-resolver.ts';
import { shellWord } from '../shell-word.ts';
import { stopSignals } from '../stop-signals.ts';
import { type OpenTopics, theOneTopic, withTopics } from './open-topics.ts';
import {
  type FilterOptions,
  fileAndPlaces,
  selectionOf,
  topicName,
  type WhereOptions,
  wholeNumber,
  withFilters,
  withWhere,
} from './options.ts';
import { showRedriveProgress } from './redrive-progress.ts';
import { rehearsalText, reportText } from './redrive-text.ts';

const HELP = `
Without --yes nothing is sent: it says what would be. A run that was interrupted, even by kill -9, is gone on with by the
same command; when all is sent, the same command sends what failed since. --again begins anew.

Examples:
  spillway errors redrive orders.yaml --all
  spillway errors redrive orders.yaml --all --yes
  spillway errors redrive orders.yaml 0:17 3:4 --yes
  spillway errors redrive orders.yaml --code VALUE_NOT_UTF8 --to sink --yes`;

const FETCH_MAX_BYTES = 1024 * 1024;

interface RedriveOptions extends WhereOptions, FilterOptions {
  readonly all: boolean;
  readonly to: 'topic' | 'sink';
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly again: boolean;
  readonly rate: number;
  readonly maxAttempts: number;
  readonly parkingTopic?: string;
}

export function redriveCommand(): Command {
  const command = new Command('redrive')
    .description('send records of the error topics back, to the topics they came from or straight to the sink')
    .argument(
      '[connector-file-and-places...]',
      'the connector file (or --topic), and PARTITION:OFFSET of single records',
    )
    .option('--all', 'all records', false)
    .addOption(
      new Option('--to <destination>', 'topic: where it came from; sink: the sink of the connector, at once')
        .choices(['topic', 'sink'])
        .default('topic'),
    )
    .addOption(new Option('--yes', 'send').default(false).conflicts('dryRun'))
    .option('--dry-run', 'say what would be sent and send nothing, as without --yes', false)
    .option('--again', 'begin anew, whatever was sent before', false)
    .option('--rate <records>', 'records a second; 0 is no limit', wholeNumber(0, 1_000_000), 100)
    .option('--max-attempts <count>', 'a record that was sent back this often is parked', wholeNumber(1, 1_000), 3)
    .option('--parking-topic <name>', 'where it is parked; by default the error topic with -parked', topicName)
    .addHelpText('after', HELP);
  return withWhere(withFilters(command)).action(async (args: string[], options: RedriveOptions) => {
    const { file, places } = fileAndPlaces(args, command);
    const selection = selectionOf(options, places, command);
    if (selectsAll(selection) !== options.all) {
      command.error(
        'error: say which records: PARTITION:OFFSET, filters, or --all (and not --all with one of the others)',
      );
    }
    if (options.to === 'sink' && file === undefined) command.error('error: --to sink needs the connector file');
    await withTopics(file, options, (open) => run(open, selection, options));
  });
}

async function run(open: OpenTopics, selection: Selection, options: RedriveOptions): Promise<void> {
  for (const topic of open.missing) process.stderr.write(`there is no error topic ${topic} yet\n`);
  const topics = selection.places.length > 0 ? [theOneTopic(open)] : open.topics;
  const producer = open.driver.producer();
  const sender = await senderOf(open, options, producer);
  try {
    const specs: RedriveSpec[] = [];
    for (const topic of topics) specs.push(await specOf(open, topic, selection, options));
    if (options.yes) {
      const reports = await redriveAll(open, specs, sender, producer, options);
      process.stdout.write(options.json ? `${JSON.stringify({ dryRun: false, reports })}\n` : reportText(reports));
      if (reports.some(({ complete, failed, returned }) => !complete || failed + returned > 0)) process.exitCode = 1;
      return;
    }
    const rehearsals: Rehearsal[] = [];
    for (const spec of specs) rehearsals.push(await rehearse(spec, { ...open, sender }));
    const json = () => `${JSON.stringify({ dryRun: true, rehearsals })}\n`;
    process.stdout.write(options.json ? json() : rehearsalText(rehearsals, options.to, commandThatSends()));
  } finally {
    await Promise.all([sender.close(), producer.close()]);
  }
}

async function redriveAll(
  { driver, admin, reader }: OpenTopics,
  specs: readonly RedriveSpec[],
  sender: RedriveSender,
  producer: KafkaProducer,
  { rate }: RedriveOptions,
): Promise<RedriveReport[]> {
  const terminal = process.stderr.isTTY === true;
  const notify = (line: string) => void process.stderr.write(`${line}\n`);
  const destinations = driver.reader({ isolationLevel: 'read_uncommitted', fetchMaxBytes: FETCH_MAX_BYTES });
  const signals = stopSignals(() => notify('stopping after what is under way; a second signal stops at once'));
  // A write that is under way ends with its producer.
  signals.kill.addEventListener('abort', () => void producer.close(), { once: true });
  const reports: RedriveReport[] = [];
  try {
    for (const spec of specs) {
      const pacer = new Pacer(rate, systemClock);
      const deps = { admin, reader, destinations, producer, sender, pacer, clock: systemClock, notify };
      const redrive = new Redrive(spec, deps);
      const progress = showRedriveProgress(() => redrive.progress, spec.positions.topic, terminal);
      try {
        reports.push(await redrive.run(signals));
      } finally {
        progress.stop();
      }
    }
  } catch (thrown) {
    if (!signals.kill.aborted) throw thrown;
    notify('stopped at once; the same command goes on');
    process.exitCode = 1;
  } finally {
    signals.dispose();
    await destinations.close();
  }
  return reports;
}

async function senderOf(
  { connector, admin }: OpenTopics,
  { to }: RedriveOptions,
  producer: KafkaProducer,
): Promise<RedriveSender> {
  if (to === 'topic' || connector === undefined) return new TopicSender({ admin, producer, clock: systemClock });
  const way = await createSinkWay(connector, { secrets: processSecrets, logger: silentLogger });
  return new SinkSender(way, { producer, clock: systemClock, random: Math.random });
}

function specOf(
  { admin, connector }: OpenTopics,
  topic: string,
  selection: Selection,
  { to, maxAttempts, parkingTopic, again }: RedriveOptions,
): Promise<RedriveSpec> {
  const config = connector?.parsed.connector;
  return redriveSpec(admin, { topic, selection, to, config, maxAttempts, parkingTopic, again, runId: randomUUID() });
}

/** This very command, with `--yes`. */
function commandThatSends(): string {
  const args = process.argv.slice(2).filter((arg) => arg !== '--dry-run' && arg !== '--json');
  return ['spillway', ...args.map(shellWord), '--yes'].join(' ');
}
