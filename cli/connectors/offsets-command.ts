/** `spillway connectors offsets`: what a connector's group has committed, and the moving of it through the API. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { ApiRefused } from '../api/api-errors.ts';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi, type OffsetChange } from '../api/connect-api.ts';
import type { ConnectorOffsets } from '../api/connect-shapes.ts';
import { assignmentsOf } from '../offsets/where.ts';
import { shellWord } from '../shell-word.ts';
import { changesText, committedText } from './offsets-text.ts';

const HELP = `
Without --set, --forget or --reset it shows what is committed. With one of them it shows what would change; --yes makes the change.
The connector must be stopped then (spillway connectors stop). Where no API is at hand, or an offset is to be found by its time:
spillway offsets CONNECTOR-FILE.

Examples:
  spillway connectors offsets orders
  spillway connectors offsets orders --set orders:0=1200,orders:1=1180 --yes
  spillway connectors offsets orders --forget orders:2 --yes`;

interface OffsetsOptions extends ApiOptions {
  readonly set?: readonly OffsetChange[];
  readonly forget?: readonly OffsetChange[];
  readonly reset: boolean;
  readonly yes: boolean;
}

export function offsetsCommand(): Command {
  const command = new Command('offsets')
    .description('show what a connector has committed, or move it: preview first, changed only with --yes')
    .argument('<name>', 'of a connector')
    .option('--set <offsets>', 'TOPIC:PARTITION=OFFSET, several with commas', assignmentsOf)
    .option('--forget <partitions>', 'TOPIC:PARTITION, several with commas: as if nothing was committed', forgotten)
    .addOption(
      new Option('--reset', 'forget all of them: it begins at consumer.start.offset')
        .default(false)
        .conflicts(['set', 'forget']),
    )
    .option('-y, --yes', 'make the change', false)
    .addHelpText('after', HELP);
  return withApi(command).action((name: string, options: OffsetsOptions, cmd: Command) => {
    const changes = [...(options.set ?? []), ...(options.forget ?? [])];
    const asked = changes.length > 0 || options.reset;
    if (options.yes && !asked) cmd.error('error: --yes needs --set, --forget or --reset');
    return withClient(options, async (client) => {
      const api = new ConnectApi(client);
      const committed = await api.offsets(name);
      if (!asked) {
        process.stdout.write(options.json ? `${JSON.stringify(committed)}\n` : committedText(committed));
        return;
      }
      const wanted = options.reset ? allForgotten(committed) : changes;
      if (!options.json) process.stdout.write(changesText(committed, wanted));
      if (!options.yes) {
        const note = `Nothing was changed. Once it is stopped (spillway connectors stop ${shellWord(name)}) the same command with --yes makes the change.\n`;
        process.stdout.write(options.json ? `${JSON.stringify({ changed: false, wanted, committed })}\n` : note);
        return;
      }
      const message = await (options.reset ? api.resetOffsets(name) : api.alterOffsets(name, changes)).catch(
        (thrown: unknown) => {
          throw isRunning(thrown) ? mustStop(thrown, name) : thrown;
        },
      );
      process.stdout.write(options.json ? `${JSON.stringify({ changed: true, wanted, message })}\n` : `${message}\n`);
    });
  });
}

function isRunning(thrown: unknown): thrown is ApiRefused {
  return thrown instanceof ApiRefused && thrown.status === 400 && thrown.message.includes('STOPPED');
}

function mustStop({ status }: ApiRefused, name: string): ApiRefused {
  const word = shellWord(name);
  return new ApiRefused(
    status,
    `${name} is not STOPPED, so its offsets are its tasks'. First: spillway connectors stop ${word} --wait`,
  );
}

function allForgotten({ offsets }: ConnectorOffsets): OffsetChange[] {
  return offsets.map(({ partition }) => ({
    topic: partition.kafka_topic,
    partition: partition.kafka_partition,
    offset: null,
  }));
}

/** `orders:0,orders:3`.
 *  @throws InvalidArgumentError */
function forgotten(text: string): OffsetChange[] {
  return text.split(',').map((part) => {
    const [, topic, partition] = /^([^:=]+):(\d{1,9})$/.exec(part.trim()) ?? [];
    if (topic !== undefined) return { topic, partition: Number(partition), offset: null };
    throw new InvalidArgumentError('expected TOPIC:PARTITION, several with commas, such as orders:0,orders:1');
  });
}
