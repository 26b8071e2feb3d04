/** Records one by one, some of them side by side: the author writes one record, this makes outcomes of a batch of it.
 *
 * Without an order to keep, a record that fails is answered `retry` and the others are not concerned. With one, what is behind it in its lane is
 * not begun, and in the end the batch fails as a whole: a dispatcher sends it again in order, and finds the record to blame by halves. (Were
 * they answered `retry` as well, they would be errant together with it, once `retries` are used up.) */
import { mapBounded } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import { ConfigError, FatalError, RecordError, RetriableError, toError } from '../errors.ts';
import type { RecordOutcome } from '../outcomes.ts';
import { type KeptOrder, lanesOf } from './lanes.ts';
import type { Content, ReceivedRecord } from './received-record.ts';
import type { SinkContext } from './sink-function.ts';

export interface EachRecordOptions {
  /** Records under way at one time, of one topic-partition; 1 by default. */
  readonly atOnce?: number;
  /** What must not be written out of order; `none` by default. */
  readonly keepOrder?: KeptOrder;
}

/** From the deadline on, what is under way is waited for this long: code that heeds the signal says by then how it ended. */
const GRACE_MS = 250;

const DEADLINE = 'DEADLINE';
const LATE = Symbol('late');

type AnyRecord = ReceivedRecord<Content, Content>;

/** Calls `write` for each of `records` and resolves with an outcome for each. From the deadline on nothing more is begun; what is not known to be
 *  written then is answered `retry`, so that the next call goes on from there.
 *  @throws RetriableError `DEADLINE` when it came before anything was settled, so that a dispatcher sends less at a time
 *  @throws FatalError what `write` throws of that class, and `ANSWER_INVALID` when it gives no outcome of its record
 *  @throws what `write` throws of other classes, where there is an order to keep */
export async function eachRecord<R extends AnyRecord>(
  records: readonly R[],
  context: SinkContext,
  write: (record: R, context: SinkContext) => Promise<RecordOutcome> | RecordOutcome,
  { atOnce = 1, keepOrder = 'none' }: EachRecordOptions,
  clock: Pick<Clock, 'after'>,
): Promise<RecordOutcome[]> {
  const { signal } = context;
  const outcomes = new Map<R, RecordOutcome>();
  const failures: unknown[] = [];
  const grace = graceAfter(signal, clock);
  const writeLane = async (lane: readonly R[]) => {
    for (const record of lane) {
      if (signal.aborted) return;
      const outcome = await Promise.race([outcomeOf(record, context, write), grace.over]);
      if (outcome === LATE) return;
      if ('failed' in outcome) {
        if (signal.aborted) return;
        if (keepOrder !== 'none') {
          failures.push(outcome.failed);
          return;
        }
        outcomes.set(record, retryOf(record, outcome.failed, context));
      } else if (outcome.status === 'retry' && keepOrder !== 'none') {
        failures.push(
          new Error(`${record.id} is to come again: ${outcome.message ?? outcome.code ?? 'no reason given'}`),
        );
        return;
      } else outcomes.set(record, outcome);
    }
  };
  try {
    await mapBounded(lanesOf(records, keepOrder), atOnce, writeLane);
  } finally {
    grace.release();
  }
  if (failures.length > 0) throw failures[0];
  if (outcomes.size < records.length && ![...outcomes.values()].some(({ status }) => status !== 'retry')) {
    throw new RetriableError(
      DEADLINE,
      `none of ${records.length} records was written before the function's time was up`,
    );
  }
  return records.map(
    (record) => outcomes.get(record) ?? record.retry(undefined, DEADLINE, 'the time was up before it'),
  );
}

/** What one call came to. `failed`: what it threw, where that is a failure of this record's and may pass. */
async function outcomeOf<R extends AnyRecord>(
  record: R,
  context: SinkContext,
  write: (record: R, context: SinkContext) => Promise<RecordOutcome> | RecordOutcome,
): Promise<RecordOutcome | { readonly failed: unknown }> {
  let outcome: unknown;
  try {
    outcome = await write(record, context);
  } catch (thrown) {
    if (thrown instanceof FatalError || thrown instanceof ConfigError) throw thrown;
    if (thrown instanceof RecordError) return record.errant(thrown.code, thrown.message);
    return { failed: thrown };
  }
  if (isOutcomeOf(outcome, record)) return outcome;
  throw new FatalError(
    'ANSWER_INVALID',
    `the function gave no outcome of ${record.id}; expected record.written(), .dropped(), .errant(code, message) or .retry(afterMs)`,
    { context: { topic: record.topic, partition: record.partition, offset: record.offset } },
  );
}

function isOutcomeOf(outcome: unknown, { topic, partition, offset }: AnyRecord): outcome is RecordOutcome {
  if (typeof outcome !== 'object' || outcome === null || !('status' in outcome)) return false;
  const named = outcome as Partial<RecordOutcome>;
  return named.topic === topic && named.partition === partition && named.offset === offset;
}

function retryOf(record: AnyRecord, thrown: unknown, { logger }: SinkContext): RecordOutcome {
  if (thrown instanceof RetriableError) return record.retry(thrown.retryAfterMs, thrown.code, thrown.message);
  const error = toError(thrown);
  logger.warn(`${record.id} failed: ${error.stack ?? error.message}`);
  return record.retry(undefined, 'FUNCTION_FAILED', `${error.name}: ${error.message}`);
}

/** `over` resolves `GRACE_MS` after `signal` is aborted. */
function graceAfter(signal: AbortSignal, clock: Pick<Clock, 'after'>) {
  let end: (late: typeof LATE) => void = () => undefined;
  const over = new Promise<typeof LATE>((resolve) => {
    end = resolve;
  });
  let cancel: () => void = () => undefined;
  const begin = () => {
    cancel = clock.after(GRACE_MS, () => end(LATE));
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    over,
    release: () => {
      signal.removeEventListener('abort', begin);
      cancel();
    },
  };
}
