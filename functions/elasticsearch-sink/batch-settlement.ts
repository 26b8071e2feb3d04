/** What becomes of the records of one batch, and what is remembered while it is written. */
import type { Clock } from '../../shared/clock.ts';
import { RetriableError, type Trouble } from '../../shared/errors.ts';
import type { BatchOutcome, RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch, type RecordBlock } from '../../shared/records.ts';
import type { WriteContext } from '../../shared/sink.ts';

/** Why a record is not written. */
export type Refusal =
  | { readonly status: 'dropped' }
  | { readonly status: 'errant'; readonly code: string; readonly message: string }
  | {
      readonly status: 'retry';
      readonly code: string;
      readonly message: string;
      readonly trouble: Trouble;
      readonly retryAfterMs?: number | undefined;
    };

export type Retry = Extract<Refusal, { status: 'retry' }>;

/** With less left, no request is begun but the first one: a batch that has no more time than that would never be written. */
const MIN_LEFT_MS = 500;

export const NO_TIME: Retry = {
  status: 'retry',
  code: 'DEADLINE_NEAR',
  message: 'no time left to write these records; they are sent again',
  trouble: 'timeout',
};

/** Of an operation whose document has an earlier one that is sent again. */
const AFTER_RETRY = 'an earlier record of the same document is sent again, and this one after it';

/** A record of which nothing is said is written. */
export class BatchSettlement {
  readonly #batch: RecordBatch;
  readonly #context: WriteContext;
  readonly #clock: Clock;
  readonly #outcomes: RecordOutcome[] = [];
  /** Documents of which an operation is sent again, by key, and why. */
  readonly #waiting = new Map<string, Retry>();
  #stopped: Retry | undefined;
  #firstRetry: Retry | undefined;
  #retries = 0;
  #hasBegun = false;

  /** @param context its signal ends every wait for this batch too: what a wait ended for may not begin again */
  constructor(batch: RecordBatch, context: WriteContext, clock: Clock) {
    this.#batch = batch;
    this.#context = context;
    this.#clock = clock;
  }

  /** Why no request may begin any more; `undefined` while one may. Once it is said it stays, whatever the clock shows later: a record must not be
   *  written behind one of its document that was refused. */
  get stopped(): Retry | undefined {
    const { signal, deadlineAt } = this.#context;
    const leastMs = this.#hasBegun ? MIN_LEFT_MS : 1;
    if (signal.aborted || deadlineAt - this.#clock.now() < leastMs) this.#stopped ??= NO_TIME;
    return this.#stopped;
  }

  /** Milliseconds until nothing may be written any more. */
  get leftMs(): number {
    return this.#context.deadlineAt - this.#clock.now();
  }

  /** A request begins. */
  begin(): void {
    this.#hasBegun = true;
  }

  /** The target takes nothing now: what was not sent yet is sent again later. */
  stop(why: Retry): void {
    this.#stopped ??= why;
  }

  /** Why an operation on this document must wait for an earlier one; `undefined` when it need not. */
  waitsFor(key: string | undefined): Retry | undefined {
    if (key === undefined || this.#waiting.size === 0) return undefined;
    const why = this.#waiting.get(key);
    return why && { ...why, message: `${AFTER_RETRY}: ${why.message}` };
  }

  /** Once for each record that is not written, in batch order for those of one document. */
  refuse(block: RecordBlock, index: number, key: string | undefined, refusal: Refusal): void {
    const { topic, partition } = this.#batch;
    const { status } = refusal;
    const place = { topic, partition, offset: offsetAt(block, index), status };
    if (status === 'dropped') {
      this.#outcomes.push(place);
      return;
    }
    const { code, message } = refusal;
    if (status === 'errant') {
      this.#outcomes.push({ ...place, code, message });
      return;
    }
    const { retryAfterMs } = refusal;
    this.#outcomes.push({ ...place, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    this.#firstRetry ??= refusal;
    this.#retries++;
    if (key !== undefined && !this.#waiting.has(key)) this.#waiting.set(key, refusal);
  }

  /** The answer for the batch.
   *  @throws RetriableError when every record of it is sent again */
  outcome(): BatchOutcome {
    const { count, segments, topic, partition } = this.#batch;
    if (this.#outcomes.length === 0) return { all: 'written', count };
    if (this.#firstRetry !== undefined && this.#retries === count) throw errorOf(this.#firstRetry);
    const refused = new Set(this.#outcomes.map(({ offset }) => offset));
    const outcomes = [...this.#outcomes];
    for (const { block, from, to } of segments) {
      for (let i = from; i < to; i++) {
        const offset = offsetAt(block, i);
        if (!refused.has(offset)) outcomes.push({ topic, partition, offset, status: 'written' });
      }
    }
    return { outcomes };
  }
}

function errorOf({ code, message, trouble, retryAfterMs }: Retry): RetriableError {
  return new RetriableError(code, message, { trouble, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
