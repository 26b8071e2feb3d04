/** `spillway/handler`: for who writes a function of their own behind `fc-sink`, at Function Compute, at a URL or in the dispatcher's process.
 *
 * It imports no package, reads no environment and touches no network. What its types import is part of the promise: nothing of Node's, and
 * nothing of any package's. */
import { systemClock } from '../clock.ts';
import { type EachRecordOptions, eachRecord } from './each-record.ts';
import type { FunctionHandler } from './function-context.ts';
import type { Content } from './received-record.ts';
import { sinkFromFunction } from './sink-from-function.ts';
import type { RecordFunction, SinkFunction } from './sink-function.ts';
import type { ContentKind, ContentOf, SinkOptions } from './sink-options.ts';

export { ConfigError, FatalError, RecordError, RetriableError } from '../errors.ts';
export type { Answer, BatchOutcome, FatalAnswer, OutcomeStatus, RecordOutcome } from '../outcomes.ts';
export type { EachRecordOptions } from './each-record.ts';
export type { EnvelopeHeader, EnvelopeRecord } from './envelope-record.ts';
export type { FunctionContext, FunctionHandler, LineLogger } from './function-context.ts';
export type { KeptOrder } from './lanes.ts';
export type { Content, ReceivedHeader, ReceivedRecord } from './received-record.ts';
export type { RecordFunction, SinkContext, SinkFunction, SinkResult } from './sink-function.ts';
export type { ContentKind, ContentOf, SinkOptions, UnreadErrant } from './sink-options.ts';

/** A handler that reads events of every form, hands their records to `write`, and answers as a dispatcher, or the platform, needs it.
 *  @throws ConfigError when an option is not what it must be */
export function defineSink<Key extends ContentKind = 'string', Value extends ContentKind = 'string'>(
  write: SinkFunction<ContentOf<Key>, ContentOf<Value>>,
  options: SinkOptions<Key, Value> = {},
): FunctionHandler {
  // What the options ask for is what records are read as.
  const anyWrite = write as unknown as SinkFunction<Content, Content>;
  return sinkFromFunction(anyWrite, options as unknown as SinkOptions<ContentKind, ContentKind>, systemClock);
}

/** Makes a function of batches of one that writes a single record: one record's failure is not that of the others.
 *  @throws TypeError when `atOnce` is not a whole number from 1 */
export function forEach<Key extends Content = string, Value extends Content = string>(
  write: RecordFunction<Key, Value>,
  options: EachRecordOptions = {},
): SinkFunction<Key, Value> {
  const { atOnce = 1 } = options;
  if (!(Number.isInteger(atOnce) && atOnce >= 1))
    throw new TypeError(`forEach: atOnce is ${atOnce}; expected a whole number from 1`);
  return (records, context) => eachRecord(records, context, write, options, systemClock);
}
