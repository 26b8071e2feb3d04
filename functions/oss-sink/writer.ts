/** Writes batches as objects. Guarantee: the same batch written again changes nothing, so that batches that are planned before they are sent
 *  (`RecordBatch.plannedFirst`) are there exactly once; others at least once, and those cut otherwise are recognised where it can be proved
 *  (see `object-writer.ts`). A record is answered `written` when OSS confirmed its object, or when
 *  an object that is there proves to hold it. */
import { boundedSignal } from '../../shared/bounded-signal.ts';
import type { Clock } from '../../shared/clock.ts';
import { RecordError, RetriableError } from '../../shared/errors.ts';
import type { BatchOutcome, RecordOutcome } from '../../shared/outcomes.ts';
import { type BatchSegment, offsetAt, type RecordBatch, type TopicPartition } from '../../shared/records.ts';
import type { SinkWriter, WriteContext } from '../../shared/sink.ts';
import type { BodyBuilder } from './body/body.ts';
import type { ObjectNaming } from './key-template.ts';
import { planObjects, type RefusedRecord } from './object-plan.ts';
import type { ObjectStore } from './object-store.ts';
import type { ObjectWriter } from './object-writer.ts';
import { offsetsOf, type Records } from './segments.ts';
import type { ValueFetcher } from './value-fetcher.ts';

export interface OssWriterOptions {
  readonly store: ObjectStore;
  readonly objects: ObjectWriter;
  readonly values: Pick<ValueFetcher, 'whole' | 'close'>;
  readonly naming: ObjectNaming;
  readonly body: BodyBuilder;
  readonly clock: Clock;
}

/** With less left, an object is not begun. */
const MIN_LEFT_MS = 500;

interface ObjectResult {
  readonly object: Records;
  /** Absent: its records are written. */
  readonly failure: RecordError | RetriableError | undefined;
}

export class OssWriter implements SinkWriter {
  readonly #options: OssWriterOptions;

  constructor(options: OssWriterOptions) {
    this.#options = options;
  }

  async write(batch: RecordBatch, context: WriteContext): Promise<BatchOutcome> {
    const { naming, body, clock } = this.#options;
    const bound = boundedSignal(context, clock);
    try {
      const { records, refused: unresolved } = await this.#resolve(batch, context, bound.signal);
      const { objects, refused } = planObjects(records, naming, body);
      const results: ObjectResult[] = [];
      for (const [index, object] of objects.entries()) {
        const plannedFirst = index === 0 ? batch.plannedFirst : undefined;
        results.push({ object, failure: await this.#writeObject(object, plannedFirst, context, bound.signal) });
      }
      return answer(batch, [...unresolved, ...refused], results);
    } finally {
      bound.release();
    }
  }

  async close(): Promise<void> {
    await this.#options.values.close();
    await this.#options.store.close();
  }

  /** Writes one object; answers what kept its records from it, unless that is fatal. */
  async #writeObject(
    object: Records,
    plannedFirst: number | undefined,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<RecordError | RetriableError | undefined> {
    try {
      this.#requireTime(context);
      await this.#options.objects.write(object, signal, plannedFirst);
      return undefined;
    } catch (error) {
      if (error instanceof RecordError || error instanceof RetriableError) return error;
      throw error;
    }
  }

  /** @throws RetriableError `DEADLINE_NEAR` */
  #requireTime({ signal, deadlineAt }: WriteContext): void {
    if (!signal.aborted && deadlineAt - this.#options.clock.now() >= MIN_LEFT_MS) return;
    throw new RetriableError('DEADLINE_NEAR', 'no time left to write these records; they are sent again', {
      trouble: 'timeout',
    });
  }

  /** Puts the values of overflowed records back where they can be had. */
  async #resolve(
    { segments }: RecordBatch,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<{ readonly records: Records; readonly refused: readonly RefusedRecord[] }> {
    if (segments.every(({ block }) => block.overflows === undefined)) return { records: segments, refused: [] };
    const records: BatchSegment[] = [];
    const refused: RefusedRecord[] = [];
    for (const { block, from, to } of segments) {
      let start = from;
      for (let i = from; i < to; i++) {
        const overflow = block.overflows?.get(i);
        if (overflow?.valueRef === undefined) continue;
        if (i > start) records.push({ block, from: start, to: i });
        start = i + 1;
        try {
          this.#requireTime(context);
          const whole = await this.#options.values.whole(block, i, overflow, overflow.valueRef, signal);
          records.push({ block: whole, from: 0, to: 1 });
        } catch (error) {
          if (!(error instanceof RecordError)) throw error;
          refused.push({ offset: offsetAt(block, i), error });
        }
      }
      if (to > start) records.push({ block, from: start, to });
    }
    return { records, refused };
  }
}

/** @throws RetriableError when no object could be written: the whole batch then comes again, refused records and all, and the same object under the
 *  same name is tried for the same records (the write may have happened) */
function answer(batch: RecordBatch, refused: readonly RefusedRecord[], results: readonly ObjectResult[]): BatchOutcome {
  if (refused.length === 0 && results.every(({ failure }) => failure === undefined)) {
    return { all: 'written', count: batch.count };
  }
  const retry = results.find(({ failure }) => failure instanceof RetriableError)?.failure;
  if (retry !== undefined && results.every(({ failure }) => failure instanceof RetriableError)) throw retry;
  return {
    outcomes: [
      ...refused.map(({ offset, error }) => outcomeOf(batch, offset, error)),
      ...results.flatMap(({ object, failure }) => offsetsOf(object).map((offset) => outcomeOf(batch, offset, failure))),
    ],
  };
}

function outcomeOf(
  { topic, partition }: TopicPartition,
  offset: number,
  failure: RecordError | RetriableError | undefined,
): RecordOutcome {
  if (failure === undefined) return { topic, partition, offset, status: 'written' };
  const { code, message } = failure;
  if (failure instanceof RecordError) return { topic, partition, offset, status: 'errant', code, message };
  const { retryAfterMs } = failure;
  return {
    topic,
    partition,
    offset,
    status: 'retry',
    code,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
