/** Arguments that the commands of `spillway errors` share, as they are written. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Place, Selection } from '../../functions/dispatcher/redrive/selection.ts';
import { topicComplaint } from '../../shared/config/topic-name.ts';

/** What says which cluster and which error topics. */
export interface WhereOptions {
  readonly topic?: string;
  readonly worker?: string;
  readonly json: boolean;
}

export interface FilterOptions {
  readonly connector?: string;
  readonly code?: string;
  readonly class?: string;
  readonly source?: NonNullable<Selection['source']>;
  readonly since?: number;
  readonly until?: number;
  readonly from?: Place;
  readonly upTo?: Place;
}

/** Adds them to a command. */
export function withWhere(command: Command): Command {
  return command
    .option(
      '--topic <name>',
      'this error topic; needed without a connector file, or where a connector has two',
      topicName,
    )
    .option('--worker <file>', 'worker settings; SPILLWAY_... variables override them')
    .option('--json', 'as JSON', false);
}

/** Adds them to a command. */
export function withFilters(command: Command): Command {
  return command
    .option('--connector <name>', 'records that this connector failed on')
    .option('--code <code>', 'with this error code, such as VALUE_NOT_UTF8')
    .option('--class <name>', 'with this exception class, such as RecordError')
    .option('--source <topic[:partition]>', 'that came from this topic, or partition of it', sourceOf)
    .option('--since <time>', 'that went to the error topic at this ISO time or later', timeOf)
    .option('--until <time>', 'that went there before this ISO time', timeOf)
    .option('--from <partition:offset>', 'of this partition of the error topic, from this offset on', placeOf)
    .option('--up-to <partition:offset>', 'of this partition, up to and with this offset', placeOf);
}

/** Which records the options mean. */
export function selectionOf(options: FilterOptions, places: readonly Place[], command: Command): Selection {
  const { connector, code, class: errorClass, source, since, until, from, upTo } = options;
  if (from !== undefined && upTo !== undefined && from.partition !== upTo.partition) {
    command.error('error: --from and --up-to must be of the same partition');
  }
  return {
    places,
    ...(connector === undefined ? {} : { connector }),
    ...(code === undefined ? {} : { code }),
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(source === undefined ? {} : { source }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(from === undefined ? {} : { from }),
    ...(upTo === undefined ? {} : { upTo }),
  };
}

/** Splits the arguments of a command into the connector's file and places in an error topic.
 *  Ends the command with what was expected when there are two files. */
export function fileAndPlaces(
  args: readonly string[],
  command: Command,
): { readonly file: string | undefined; readonly places: readonly Place[] } {
  const isPlace = (text: string) => /^\d+:\d+$/.test(text);
  const [file, ...others] = args.filter((text) => !isPlace(text));
  if (others.length > 0) {
    command.error(`error: expected one connector file and places such as 0:17, not ${others.join(', ')} as well`);
  }
  return { file, places: args.filter(isPlace).map(placeOf) };
}

/** @throws InvalidArgumentError */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  };
}

/** @throws InvalidArgumentError */
export function topicName(text: string): string {
  const complaint = topicComplaint(text);
  if (complaint === undefined) return text;
  throw new InvalidArgumentError(`expected ${complaint}`);
}

function placeOf(text: string): Place {
  const [, partition = '', offset = ''] = /^(\d{1,9}):(\d{1,15})$/.exec(text) ?? [];
  if (offset !== '') return { partition: Number(partition), offset: Number(offset) };
  throw new InvalidArgumentError('expected PARTITION:OFFSET such as 0:17');
}

function sourceOf(text: string): NonNullable<Selection['source']> {
  const [, topic = '', partition] = /^([^:]+)(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (topicComplaint(topic) !== undefined)
    throw new InvalidArgumentError('expected TOPIC or TOPIC:PARTITION such as orders:3');
  return { topic, ...(partition === undefined ? {} : { partition: Number(partition) }) };
}

/** An ISO time, which must have a zone: the reader's own would be a guess. */
function timeOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new InvalidArgumentError('expected a time with its zone such as 2026-01-31T08:00:00+08:00');
}
