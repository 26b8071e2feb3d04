/** Brings the records of failed calls to the error topic.
 *
 *  Each is read again from Kafka, so that the error topic gets the original bytes and headers; only what Kafka no longer has is taken from the
 *  event. Resolves when the broker confirmed all of them. If the process dies before that, the platform calls again, and what was written
 *  already may be written twice: records of an error topic are told apart by their headers (topic, partition, offset). */
import { normaliseEvent } from '../../shared/envelope/normalise.ts';
import type { ErrantRecord, ErrantReporter } from '../../shared/errant.ts';
import { FatalError, RecordError } from '../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';
import type { FailedCall } from './destination-event.ts';
import { eventCopy, isSameRecord, isValueLost } from './event-copy.ts';
import { failureReason } from './failure-reason.ts';
import { findOriginals, type Original } from './originals.ts';
import type { StoredValue } from './stored-value.ts';
import type { WrittenBefore } from './written-before.ts';

export interface DeadLettersDeps {
  readonly admin: KafkaAdmin;
  readonly reader: KafkaReader;
  readonly reporter: ErrantReporter;
  readonly errorTopic: string;
  readonly fetchValue: (valueRef: string, size: number) => Promise<StoredValue>;
  readonly writtenBefore: WrittenBefore;
  readonly logger: Logger;
}

/** Records, by what became of them. */
export interface DeadLetterCounts {
  /** In the error topic, by this call. */
  readonly written: number;
  /** Of those: taken from the event, since Kafka no longer has them. */
  readonly fromEvent: number;
  /** Of those: key and headers only. */
  readonly valuesLost: number;
  /** In the error topic already, by an earlier attempt of this call. */
  readonly repeated: number;
  /** Of the error topic itself: they are there. */
  readonly skipped: number;
}

export const NOTHING: DeadLetterCounts = { written: 0, fromEvent: 0, valuesLost: 0, repeated: 0, skipped: 0 };

/** `bringToErrorTopic` for each of them. One that was not of records, or has a record that the topic refuses, holds up no other.
 *  @throws as that does; what a later try may heal at once, a refusal after the others are there */
export async function bringAllToErrorTopic(
  calls: readonly FailedCall[],
  deps: DeadLettersDeps,
): Promise<DeadLetterCounts> {
  let sum = NOTHING;
  let refusal: unknown;
  for (const call of calls) {
    try {
      sum = added(sum, await bringToErrorTopic(call, deps));
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      refusal ??= thrown;
    }
  }
  if (refusal !== undefined) throw refusal;
  return sum;
}

/** Whether it is the call's or a record's own fault. */
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof RecordError || (thrown instanceof FatalError && thrown.code === 'EVENT_INVALID');
}

function added(a: DeadLetterCounts, b: DeadLetterCounts): DeadLetterCounts {
  return {
    written: a.written + b.written,
    fromEvent: a.fromEvent + b.fromEvent,
    valuesLost: a.valuesLost + b.valuesLost,
    repeated: a.repeated + b.repeated,
    skipped: a.skipped + b.skipped,
  };
}

/** @throws FatalError `EVENT_INVALID` when the call was not one of records; RetriableError, FatalError when Kafka, a stored value or the error
 *  topic cannot be used; RecordError `RECORD_TOO_LARGE_FOR_TOPIC` when the error topic refused some, after the others are there */
export async function bringToErrorTopic(call: FailedCall, deps: DeadLettersDeps): Promise<DeadLetterCounts> {
  const { errorTopic, writtenBefore } = deps;
  const logger = deps.logger.child({ failedRequestId: call.requestId, failedFunction: call.functionArn });
  const { form, batches } = normaliseEvent(call.payload);
  const reason = failureReason(call);
  const errant: ErrantRecord[] = [];
  const counts = { ...NOTHING };
  for (const batch of batches) {
    if (batch.topic === errorTopic) {
      logger.error(
        { topic: batch.topic, records: batch.count },
        'these records failed in a function that reads the error topic itself; they are there, and are not written to it again',
      );
      counts.skipped += batch.count;
      continue;
    }
    const told = recordsOf(batch);
    const open = told.filter((record) => !writtenBefore.has(call.requestId, record));
    counts.repeated += told.length - open.length;
    const originals = await findOriginals(deps, batch, open.map(offsetOf));
    const gone: number[] = [];
    for (const record of open) {
      const original = originals.get(offsetOf(record));
      if (original !== undefined && isSameRecord(record, original, form === 'envelope')) {
        errant.push({ ...original, reason });
        continue;
      }
      gone.push(offsetOf(record));
      const copy = await eventCopy(record, reason, deps.fetchValue);
      errant.push(copy);
      counts.fromEvent++;
      if (!isValueLost(copy)) continue;
      counts.valuesLost++;
      const { topic, partition } = batch;
      logger.error(
        { topic, partition, offset: offsetOf(record), reason: copy.reason.message },
        'the value of a failed record is lost; the error topic gets its key and headers',
      );
    }
    const [firstGone] = gone;
    if (firstGone === undefined) continue;
    logger.warn(
      { topic: batch.topic, partition: batch.partition, firstOffset: firstGone, records: gone.length },
      'Kafka no longer has these records; the error topic gets them as the event has them',
    );
  }
  await report(errant, call.requestId, deps);
  counts.written = errant.length;
  return counts;
}

function recordsOf({ segments }: RecordBatch): Original[] {
  return segments.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, at) => ({ block, index: from + at })),
  );
}

function offsetOf({ block, index }: Original): number {
  return offsetAt(block, index);
}

/** Where the topic refuses a record, the others are not held up: halves go by themselves until it stands alone. */
async function report(records: readonly ErrantRecord[], requestId: string, deps: DeadLettersDeps): Promise<void> {
  try {
    await deps.reporter.report(records);
    deps.writtenBefore.add(requestId, records);
  } catch (thrown) {
    if (!(thrown instanceof RecordError) || records.length < 2) throw thrown;
    const half = Math.ceil(records.length / 2);
    let refused: RecordError | undefined;
    for (const part of [records.slice(0, half), records.slice(half)]) {
      await report(part, requestId, deps).catch((error: unknown) => {
        if (!(error instanceof RecordError)) throw error;
        refused ??= error;
      });
    }
    if (refused !== undefined) throw refused;
  }
}
