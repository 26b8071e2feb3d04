/** What the author of a function may set, and what is made of it. */
import type { ConfigProblem } from '../errors.ts';
import { ConfigError } from '../errors.ts';
import type { LineLogger } from './function-context.ts';
import type { ReceivedRecord } from './received-record.ts';

/** `string`: strict UTF-8; a record that is not is errant, and the function does not see it. `bytes`: anything goes. */
export type ContentKind = 'string' | 'bytes';

export type ContentOf<Kind extends ContentKind> = Kind extends 'bytes' ? Uint8Array : string;

/** A record that is errant while nobody reads the answer. */
export interface UnreadErrant {
  /** With its key and value as they are: it may be errant because they are no text. */
  readonly record: ReceivedRecord<Uint8Array, Uint8Array>;
  readonly code: string;
  readonly message: string;
}

export interface SinkOptions<Key extends ContentKind = 'string', Value extends ContentKind = 'string'> {
  /** What keys are to the function; `string` by default. */
  readonly key?: Key;
  /** What values are to the function; `string` by default. */
  readonly value?: Value;
  /** Who reads the answer: `dispatcher`: somebody who acts on each outcome. `platform`: nobody, so what is not safe must fail the invocation; needed
   *  where a dispatcher calls asynchronously. `auto` (default): a dispatcher where the event is an envelope, nobody where a native trigger made it. */
  readonly invocationSource?: 'auto' | 'dispatcher' | 'platform' | (string & {}) | undefined;
  /** Where nobody reads the answer: brings errant records to safety, so that they need not fail the invocation. Resolves when they are safe. */
  readonly reportErrant?: (records: readonly UnreadErrant[]) => Promise<void>;
  /** Topic-partitions of one event that are written at one time; 1 by default. Only native triggers mix them. */
  readonly partitionsAtOnce?: number;
  /** Time of each call that is kept back for stopping and answering, in milliseconds; 1000 by default. */
  readonly reserveMs?: number;
  /** Where failures are logged; the platform's `context.logger` by default. */
  readonly logger?: LineLogger;
}

const SOURCES = ['auto', 'dispatcher', 'platform'] as const;

/** `SinkOptions`, checked, with the defaults in place. */
export interface CheckedOptions {
  readonly key: ContentKind;
  readonly value: ContentKind;
  readonly invocationSource: (typeof SOURCES)[number];
  readonly partitionsAtOnce: number;
  readonly reserveMs: number;
}

/** @throws ConfigError with every option that is not what it must be */
export function checkedOptions(options: SinkOptions<ContentKind, ContentKind>): CheckedOptions {
  const { key = 'string', value = 'string', partitionsAtOnce = 1, reserveMs = 1_000 } = options;
  // An environment variable that is not set, or set to nothing, says nothing.
  const source = options.invocationSource || 'auto';
  const invocationSource = SOURCES.find((each) => each === source);
  const problems: ConfigProblem[] = [];
  const refuse = (name: string, came: unknown, expected: string) =>
    problems.push({ key: name, message: `is ${JSON.stringify(came)}; expected ${expected}` });
  if (key !== 'string' && key !== 'bytes') refuse('key', key, '"string" or "bytes"');
  if (value !== 'string' && value !== 'bytes') refuse('value', value, '"string" or "bytes"');
  if (invocationSource === undefined) refuse('invocationSource', source, SOURCES.join(', '));
  if (!(Number.isInteger(partitionsAtOnce) && partitionsAtOnce >= 1))
    refuse('partitionsAtOnce', partitionsAtOnce, 'a whole number from 1');
  if (!(Number.isFinite(reserveMs) && reserveMs >= 0)) refuse('reserveMs', reserveMs, 'milliseconds from 0');
  if (problems.length > 0 || invocationSource === undefined) throw new ConfigError(problems, 'options of defineSink');
  return { key, value, invocationSource, partitionsAtOnce, reserveMs };
}
