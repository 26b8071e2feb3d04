/** The shell that every sink function shares: event in, records to the writer, one answer out.
 *
 * With a dispatcher on the other side everything is answered: it reads the outcomes. Without one (native trigger, async call)
 * nobody does, so whatever is not safe must fail the invocation; the platform's retry and dead letter queue take over then. */
import { encodeAnswer, matchOutcomes } from './answer.ts';
import { mapBounded } from './bounded-map.ts';
import type { Clock } from './clock.ts';
import { allConvertible, type Converter, convertible } from './converter.ts';
import { selectFromBatch } from './envelope/block-builder.ts';
import { type EventForm, normaliseEvent } from './envelope/normalise.ts';
import type { ErrantRecord, ErrantReporter } from './errant.ts';
import { ConfigError, type ErrorContext, FatalError, RecordError, RetriableError, toError } from './errors.ts';
import { InvocationDeadline } from './invocation-deadline.ts';
import type { Logger } from './logger.ts';
import { hasTombstone, isTombstone, type NullValues, type TombstoneFate, tombstoneFate } from './null-values.ts';
import type { Answer, FatalAnswer, RecordOutcome } from './outcomes.ts';
import { offsetAt, partitionName, type RecordBatch, type RecordBlock } from './records.ts';
import type { SinkWriter } from './sink.ts';

/** Who reads the answer. `dispatcher`: one that settles every record by it. `platform`: nobody. `auto`: decided by the event: nobody
 *  reads it when a native trigger sent it, somebody does (a dispatcher, a person in the console) when it is an envelope. */
export type InvocationSource = 'auto' | 'dispatcher' | 'platform';

export interface SinkHandlerOptions {
  readonly writer: SinkWriter;
  readonly keyConverter: Converter;
  readonly valueConverter: Converter;
  /** What becomes of tombstones; absent: the writer gets them. */
  readonly nullValues?: NullValues | undefined;
  /** Where errant records go when nobody reads the answer; without it they fail the invocation. */
  readonly errantReporter?: ErrantReporter | undefined;
  readonly invocationSource: InvocationSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Kept back of the function's time limit, for stopping and answering. */
  readonly reserveMs: number;
  /** Topic-partitions of one event that are written at one time; 1 by default. */
  readonly partitionsAtOnce?: number | undefined;
  /** The writer is a user's own function: what it throws, fatal errors apart, leaves as it is, so that whoever called sees a function that failed
   *  the batch; and so does a deadline. (A dispatcher sends such a batch again in ever smaller parts, and finds the record to blame.) */
  readonly userFunction?: boolean;
}

/** What is used of Function Compute's context. Source: https://www.alibabacloud.com/help/en/functioncompute (Node.js, context). */
export interface InvocationContext {
  /** `timeout` is in seconds. */
  readonly function?: { readonly timeout?: number };
  readonly requestId?: string;
}

/** `event` is any form that `normaliseEvent` reads. Safe to call concurrently. */
export type SinkHandler = (
  event: Buffer | Uint8Array | string | object,
  context?: InvocationContext,
) => Promise<Answer>;

/** A batch and the outcome of each of its records, in any order. */
interface Settled {
  readonly batch: RecordBatch;
  readonly outcomes: readonly RecordOutcome[];
}

/** Builds the handler of a sink function.
 *  When the answer is read, the handler answers whatever happens (but see `userFunction`); otherwise
 *  @throws RetriableError when any record is to be sent again
 *  @throws FatalError EventError when no retry helps
 *  @throws RecordError when a record is errant and cannot go to an error topic; and what `errantReporter.report` throws */
export function createSinkHandler(options: SinkHandlerOptions): SinkHandler {
  const { invocationSource, clock, reserveMs } = options;
  return async (event, context = {}) => {
    const logger = options.logger.child({ requestId: context.requestId });
    // Until the event is read nobody knows who sent it: only a declared dispatcher surely reads the answer.
    let answered = invocationSource === 'dispatcher';
    let deadline: InvocationDeadline | undefined;
    let settled: readonly Settled[] = [];
    try {
      const timeoutS = context.function?.timeout;
      const limit = new InvocationDeadline(clock, timeoutS === undefined ? undefined : timeoutS * 1000, reserveMs);
      deadline = limit;
      const { form, batches } = normaliseEvent(event);
      answered = isAnswered(invocationSource, form);
      settled = await mapBounded(batches, options.partitionsAtOnce ?? 1, async (batch) => ({
        batch,
        outcomes: await settle(batch, limit, options, logger),
      }));
    } catch (thrown) {
      if (options.userFunction && !isFatal(thrown)) throw thrown;
      const fatal = fatalOf(thrown);
      logger.error({ code: fatal.code, error: fatal.message }, 'the invocation failed, and no retry helps');
      if (!answered) throw fatal;
      return { version: 1, fatal: fatalAnswer(fatal) };
    } finally {
      deadline?.release();
    }
    if (!answered) await settleUnread(settled, options);
    return answerOf(settled);
  };
}

function fatalAnswer(error: FatalError | ConfigError): FatalAnswer {
  const { code, message } = error;
  if (error instanceof ConfigError) return { code, message };
  return {
    code,
    message,
    ...(error.scope === 'partition' ? { scope: error.scope } : {}),
    ...(error.mayHeal ? { mayHeal: true } : {}),
  };
}

function isAnswered(source: InvocationSource, form: EventForm): boolean {
  return source === 'dispatcher' || (source === 'auto' && form === 'envelope');
}

/** Brings one batch to outcomes. A failure that may pass becomes `retry` outcomes of this batch; others are thrown. */
async function settle(
  batch: RecordBatch,
  deadline: InvocationDeadline,
  options: SinkHandlerOptions,
  logger: Logger,
): Promise<readonly RecordOutcome[]> {
  const { keyConverter, valueConverter, nullValues = 'write' } = options;
  const tombstones = tombstoneFate(nullValues);
  const takesAll = batch.segments.every(
    ({ block, from, to }) =>
      allConvertible(block, from, to, keyConverter, valueConverter) &&
      (tombstones === 'sink' || !hasTombstone(block, from, to)),
  );
  if (takesAll) return write(batch, deadline, options, logger);
  const settled: RecordOutcome[] = [];
  const sendable = selectFromBatch(batch, (block, index) => {
    const fate = fateOf(block, index, options, tombstones);
    if (fate === 'sink') return true;
    const offset = offsetAt(block, index);
    settled.push(fate === 'dropped' ? outcomeOf(batch, offset, fate) : outcomeOf(batch, offset, 'errant', fate.errant));
    return false;
  });
  if (sendable === null) return settled;
  return [...settled, ...(await write(sendable, deadline, options, logger))];
}

/** What a record is before the writer sees it: the converters' rules, and those for tombstones, as a dispatcher has them. */
function fateOf(
  block: RecordBlock,
  index: number,
  { keyConverter, valueConverter }: Pick<SinkHandlerOptions, 'keyConverter' | 'valueConverter'>,
  tombstones: TombstoneFate,
): TombstoneFate {
  const reason = convertible(block, index, keyConverter, valueConverter);
  if (reason !== undefined) return { errant: reason };
  return isTombstone(block, index) ? tombstones : 'sink';
}

async function write(
  batch: RecordBatch,
  deadline: InvocationDeadline,
  { writer, userFunction = false }: Pick<SinkHandlerOptions, 'writer' | 'userFunction'>,
  logger: Logger,
): Promise<readonly RecordOutcome[]> {
  const fields = {
    topic: batch.topic,
    partition: batch.partition,
    firstOffset: batch.firstOffset,
    records: batch.count,
  };
  try {
    if (deadline.passed) throw deadline.error();
    const writing = writer.write(batch, { signal: deadline.signal, deadlineAt: deadline.at });
    const outcome = await deadline.within(writing, (thrown) => {
      logger.warn({ ...fields, error: toError(thrown).message }, 'a write given up at the deadline failed afterwards');
    });
    const matched = matchOutcomes(batch, outcome);
    return matched.allWritten ? outcomesOf(batch, 'written') : matched.each;
  } catch (thrown) {
    const retriable = retriableOf(thrown, deadline);
    if (retriable === undefined) throw thrown;
    if (userFunction) throw retriable;
    logger.warn(
      { ...fields, code: retriable.code, error: retriable.message },
      'the batch was not written; answered with retry',
    );
    return outcomesOf(batch, 'retry', retriable);
  }
}

/** `thrown`, if the same batch may succeed later. A writer that was told to stop may throw whatever its client threw at that. */
function retriableOf(thrown: unknown, deadline: InvocationDeadline): RetriableError | undefined {
  if (thrown instanceof RetriableError) return thrown;
  if (isFatal(thrown)) return undefined;
  return deadline.signal.aborted ? deadline.error() : undefined;
}

function isFatal(thrown: unknown): thrown is FatalError | ConfigError {
  return thrown instanceof FatalError || thrown instanceof ConfigError;
}

/** What an unclassified error is: fatal, never skipped, never retried for ever. */
function fatalOf(thrown: unknown): FatalError | ConfigError {
  if (isFatal(thrown)) return thrown;
  const error = toError(thrown);
  return new FatalError('UNCLASSIFIED', `unexpected: ${error.message}`, { cause: error });
}

type Reason = { readonly code: string; readonly message: string; readonly retryAfterMs?: number | undefined };

function outcomeOf(
  { topic, partition }: RecordBatch,
  offset: number,
  status: RecordOutcome['status'],
  reason?: Reason,
): RecordOutcome {
  if (reason === undefined) return { topic, partition, offset, status };
  const { code, message, retryAfterMs } = reason;
  return { topic, partition, offset, status, code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function outcomesOf(batch: RecordBatch, status: RecordOutcome['status'], reason?: Reason): RecordOutcome[] {
  const outcomes: RecordOutcome[] = [];
  for (const { block, from, to } of batch.segments) {
    for (let i = from; i < to; i++) outcomes.push(outcomeOf(batch, offsetAt(block, i), status, reason));
  }
  return outcomes;
}

function answerOf(settled: readonly Settled[]): Answer {
  const outcomes = settled.flatMap((one) => one.outcomes);
  if (outcomes.every(({ status }) => status === 'written'))
    return encodeAnswer({ all: 'written', count: outcomes.length });
  return encodeAnswer({ outcomes });
}

/** Nobody reads the outcomes: records to retry fail the invocation, before errant ones are reported, for all of them come again. */
async function settleUnread(settled: readonly Settled[], options: SinkHandlerOptions): Promise<void> {
  const outcomes = settled.flatMap((one) => one.outcomes);
  const retry = outcomes.filter(({ status }) => status === 'retry');
  const [first] = retry;
  if (first !== undefined) {
    const retryAfterMs = Math.max(...retry.map((outcome) => outcome.retryAfterMs ?? 0));
    throw new RetriableError(
      first.code ?? 'RETRY',
      `${retry.length} of ${outcomes.length} records were not written, first ${nameOf(first)}; the whole event must come again`,
      { context: placeOf(first), ...(retryAfterMs > 0 && { retryAfterMs }) },
    );
  }
  const errant = settled.flatMap((one) => errantRecordsOf(one, options));
  if (errant.length > 0) await options.errantReporter?.report(errant);
}

/** The errant records of a batch, as the error topic takes them.
 *  @throws RecordError when one cannot go there: no error topic, or its value is not here */
function errantRecordsOf({ batch, outcomes }: Settled, options: SinkHandlerOptions): ErrantRecord[] {
  const errant = new Map<number, RecordOutcome>();
  for (const outcome of outcomes) if (outcome.status === 'errant') errant.set(outcome.offset, outcome);
  const records: ErrantRecord[] = [];
  for (const { block, from, to } of batch.segments) {
    for (let index = from; index < to; index++) {
      const outcome = errant.get(offsetAt(block, index));
      if (outcome === undefined) continue;
      const code = outcome.code ?? 'UNSPECIFIED';
      if (options.errantReporter === undefined) {
        throw new RecordError(
          code,
          `${nameOf(outcome)} is errant and there is no error topic to bring it to; ${options.userFunction ? 'take it by the option reportErrant' : 'configure its brokers'}, or let the platform's dead letter queue take the event`,
          { context: placeOf(outcome) },
        );
      }
      if (block.overflows?.has(index)) {
        throw new RecordError(
          code,
          `${nameOf(outcome)} is errant, and an error topic must have its value, which the event did not carry`,
          { context: placeOf(outcome) },
        );
      }
      const reason = convertible(block, index, options.keyConverter, options.valueConverter) ?? {
        stage: 'TASK_PUT' as const,
        code,
        message: outcome.message ?? 'the target gave no reason',
        errorClass: 'RecordError',
      };
      records.push({ block, index, reason });
    }
  }
  return records;
}

function placeOf({ topic, partition, offset }: RecordOutcome): ErrorContext {
  return { topic, partition, offset };
}

function nameOf(outcome: RecordOutcome): string {
  const why = outcome.message ?? outcome.code ?? 'no reason given';
  return `${partitionName(outcome)} offset ${outcome.offset} (${why})`;
}
