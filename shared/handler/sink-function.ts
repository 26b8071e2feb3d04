/** What the author of a function writes: records in, an outcome for each of them out. */
import type { RecordOutcome } from '../outcomes.ts';
import type { FunctionContext, LineLogger } from './function-context.ts';
import type { Content, ReceivedRecord } from './received-record.ts';

/** What there is to know of one call. */
export interface SinkContext {
  /** As in the platform's log; undefined where nobody gave one. */
  readonly requestId: string | undefined;
  /** Aborted shortly before the function's time is up: hand it to whatever waits (`fetch` takes it), and begin nothing more. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds of that moment; infinite where the function has no limit. */
  readonly deadlineAt: number;
  /** Where lines go: the platform's logger, the one of the options, or nowhere. */
  readonly logger: LineLogger;
  /** The platform's own context, with the credentials of the function's role. */
  readonly platform: FunctionContext;
}

/** `written` speaks for all of them; else one outcome for each record, in any order. */
export type SinkResult = 'written' | readonly RecordOutcome[];

/** Writes records of one topic-partition, one or more, in offset order. An event of a native trigger may hold several topic-partitions: it is
 *  then called once for each.
 *
 *  What it throws fails the batch: a dispatcher sends it again, `retries` times, and then in halves, until the record to blame stands alone.
 *  A `FatalError` ends the task instead. */
export type SinkFunction<Key extends Content = string, Value extends Content = string> = (
  records: readonly ReceivedRecord<Key, Value>[],
  context: SinkContext,
) => Promise<SinkResult>;

/** Writes one record, and says what became of it. */
export type RecordFunction<Key extends Content = string, Value extends Content = string> = (
  record: ReceivedRecord<Key, Value>,
  context: SinkContext,
) => Promise<RecordOutcome> | RecordOutcome;
