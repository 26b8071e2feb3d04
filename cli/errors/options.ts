/** Arguments that the commands of `spillway errors` share, as they are written. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Place, Selection } from '../../functions/dispatcher/redrive/selection.ts';
import {
  PLACE_EXPECTED,
  parsePlace,
  parseSource,
  SOURCE_EXPECTED,
} from '../../functions/dispatcher/redrive/selection-text.ts';
import { topicComplaint } from '../../shared/config/topic-name.ts';
import { ZONED_TIME_EXPECTED, zonedTime } from '../../shared/zoned-time.ts';

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

interface Filter {
  readonly flags: string;
  readonly selects: string;
  readonly read?: (text: string) => unknown;
}

/** Which records of an error topic are meant. */
const FILTERS: readonly Filter[] = [
  { flags: '--code <code>', selects: 'with this error code, such as VALUE_NOT_UTF8' },
  { flags: '--class <name>', selects: 'with this exception class, such as RecordError' },
  { flags: '--source <topic[:partition]>', selects: 'that came from this topic, or partition of it', read: sourceOf },
  { flags: '--since <time>', selects: 'that went to the error topic at this ISO time or later', read: timeOf },
  { flags: '--until <time>', selects: 'that went there before this ISO time', read: timeOf },
  {
    flags: '--from <partition:offset>',
    selects: 'of this partition of the error topic, from this offset on',
    read: placeOf,
  },
  { flags: '--up-to <partition:offset>', selects: 'of this partition, up to and with this offset', read: placeOf },
];

/** Adds them to a command. */
export function withFilters(command: Command): Command {
  command.option('--connector <name>', 'records that this connector failed on');
  for (const { flags, selects, read = (text: string): unknown => text } of FILTERS)
    command.option(flags, selects, read);
  return command;
}

/** What `withFilterTexts` adds, by the API's names. */
export interface FilterTexts {
  readonly code?: string;
  readonly class?: string;
  readonly source?: string;
  readonly since?: string;
  readonly until?: string;
  readonly from?: string;
  readonly upTo?: string;
}

/** Adds the same to a command that has a worker read them; of a connector that is named anyway. */
export function withFilterTexts(command: Command): Command {
  for (const { flags, selects } of FILTERS) command.option(flags, selects);
  return command;
}

/** What was given of them. */
export function filterTexts({ code, class: name, source, since, until, from, upTo }: FilterTexts): FilterTexts {
  const all = { code, class: name, source, since, until, from, upTo };
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== undefined));
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
  return parsePlace(text) ?? refused(PLACE_EXPECTED);
}

function sourceOf(text: string): NonNullable<Selection['source']> {
  return parseSource(text) ?? refused(SOURCE_EXPECTED);
}

function timeOf(text: string): number {
  return zonedTime(text) ?? refused(ZONED_TIME_EXPECTED);
}

function refused(expected: string): never {
  throw new InvalidArgumentError(`expected ${expected}`);
}
