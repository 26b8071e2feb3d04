/** A selection as people and programs write it: text by text. Pure. */
import { topicComplaint } from '../../../shared/config/topic-name.ts';
import { ConfigError, type ConfigProblem } from '../../../shared/errors.ts';
import { ZONED_TIME_EXPECTED, zonedTime } from '../../../shared/zoned-time.ts';
import type { Place, Selection } from './selection.ts';

export const PLACE_EXPECTED = 'PARTITION:OFFSET such as 0:17';
export const SOURCE_EXPECTED = 'TOPIC or TOPIC:PARTITION such as orders:3';

export interface SelectionTexts {
  readonly connector?: string;
  readonly code?: string;
  readonly class?: string;
  readonly source?: string;
  readonly since?: string;
  readonly until?: string;
  readonly from?: string;
  readonly upTo?: string;
  readonly places?: readonly string[];
}

/** `undefined` for what is no place. */
export function parsePlace(text: string): Place | undefined {
  const [, partition = '', offset = ''] = /^(\d{1,9}):(\d{1,15})$/.exec(text) ?? [];
  return offset === '' ? undefined : { partition: Number(partition), offset: Number(offset) };
}

/** `undefined` for what is no topic and no partition of one. */
export function parseSource(text: string): NonNullable<Selection['source']> | undefined {
  const [, topic = '', partition] = /^([^:]+)(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (topicComplaint(topic) !== undefined) return undefined;
  return { topic, ...(partition === undefined ? {} : { partition: Number(partition) }) };
}

/** Which records the texts mean.
 *  @throws ConfigError with every text that means nothing, by name */
export function selectionOfTexts(texts: SelectionTexts): Selection {
  const problems: ConfigProblem[] = [];
  const read = <T>(key: string, text: string | undefined, parse: (text: string) => T | undefined, expected: string) => {
    const value = text === undefined ? undefined : parse(text);
    if (text !== undefined && value === undefined) problems.push({ key, message: `expected ${expected}` });
    return value;
  };
  const { connector, code, class: errorClass } = texts;
  const source = read('source', texts.source, parseSource, SOURCE_EXPECTED);
  const since = read('since', texts.since, zonedTime, ZONED_TIME_EXPECTED);
  const until = read('until', texts.until, zonedTime, ZONED_TIME_EXPECTED);
  const from = read('from', texts.from, parsePlace, PLACE_EXPECTED);
  const upTo = read('upTo', texts.upTo, parsePlace, PLACE_EXPECTED);
  const places = (texts.places ?? []).flatMap((text) => read('places', text, parsePlace, PLACE_EXPECTED) ?? []);
  if (from !== undefined && upTo !== undefined && from.partition !== upTo.partition) {
    problems.push({ key: 'upTo', message: 'must be of the same partition as from' });
  }
  if (problems.length > 0) throw new ConfigError(problems, 'selection');
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
