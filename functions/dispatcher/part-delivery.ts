/** Sends a batch, or a part of one, until every record of it is settled, or a user's function has failed it too often. */
import pRetry from 'p-retry';
import { selectFromBatch } from '../../shared/envelope/block-builder.ts';
import { FatalError, FunctionFailure, FunctionTimeout, RetriableError } from '../../shared/errors.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';
import type { RefusedRecord } from './delivery.ts';
import type { DeliveryRun } from './delivery-run.ts';
import { outcomeReason } from './outcome-reason.ts';
import { BREAKER_OPEN } from './target-gate/breaker.ts';

/** Records that a user's function failed more often than it may. */
export interface FailedPart {
  readonly left: RecordBatch;
  readonly failure: FunctionFailure;
  /** How often it failed exactly these records, one call after the other. */
  readonly failures: number;
}

/** Sends `part`. Resolves with what a user's function failed more than `retries` times; a record that stands alone always has the
 *  configured `retries`. While the target cannot be used it waits, and that never counts.
 *  @throws FatalError when the task must fail; what reporting errant records throws; the fence's reason when aborted */
export async function sendPart(part: RecordBatch, retries: number, run: DeliveryRun): Promise<FailedPart | undefined> {
  const delivery = new PartDelivery(part, retries, run);
  let isSettled = false;
  const attempt = async () => {
    const failed = await delivery.attempt();
    isSettled = failed === undefined;
    return failed;
  };
  return await pRetry(attempt, {
    // The policy of waiting is ours (full jitter, Retry-After, error classes), the loop is the library's.
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    maxTimeout: 0,
    signal: run.fence,
    shouldRetry: ({ error }) => error instanceof RetriableError,
    onFailedAttempt: ({ error }) => delivery.failed(error),
  }).catch((thrown: unknown) => {
    // The library throws the signal's reason after an attempt that succeeded, too.
    if (isSettled) return undefined;
    throw thrown;
  });
}

class PartDelivery {
  #left: RecordBatch;
  /** How often the records that are left were not taken, for whatever reason. */
  #setbacks = 0;
  /** How often a user's function failed them; and whether it said so at least once, and was not just silent. */
  #failures = 0;
  #saidSo = false;
  /** How often it answered `retry` for exactly these records. */
  #retryAnswers = 0;

  constructor(
    part: RecordBatch,
    private readonly retries: number,
    private readonly run: DeliveryRun,
  ) {
    this.#left = part;
  }

  /** One invocation. Resolves when nothing is left, or with what is given up; throws RetriableError when something is sent again. */
  async attempt(): Promise<FailedPart | undefined> {
    try {
      const matched = await this.run.send(this.#left);
      if (matched.allWritten) this.run.written(this.#left);
      else await this.#settle(matched.each);
      return undefined;
    } catch (error) {
      if (!this.#isFailureOfFunction(error) || !this.#givesUp(error)) throw error;
      return { left: this.#left, failure: error, failures: this.#failures };
    }
  }

  #isFailureOfFunction(error: unknown): error is FunctionFailure {
    return this.run.deps.rules.userFunction && error instanceof FunctionFailure;
  }

  /** Counts a failure of the user's function, and says whether it was one too many. */
  #givesUp(error: FunctionFailure): boolean {
    this.#failures++;
    if (!(error instanceof FunctionTimeout)) this.#saidSo = true;
    if (!this.#exhausted) return false;
    if (this.#left.count > 1 || this.#saidSo) return true;
    if (!this.run.answeredMeanwhile) return false;
    this.run.useEvidence();
    return true;
  }

  get #exhausted(): boolean {
    return this.#failures > (this.#left.count === 1 ? this.run.deps.rules.retries : this.retries);
  }

  /** Decides whether to go on, and waits. */
  async failed(error: Error): Promise<void> {
    if (!(error instanceof RetriableError) || this.run.fence.aborted) return;
    // While the breaker is open nothing is tried, so the waits do not grow.
    if (error.code !== BREAKER_OPEN) this.#setbacks++;
    // A lone record that goes on though its retries are used up waits as for a target that cannot be used.
    const inItsWords = error instanceof RetryAnswer && this.run.deps.rules.userFunction;
    const counted = inItsWords || (this.#isFailureOfFunction(error) && !this.#exhausted);
    await this.run.wait({ left: this.#left, error, failures: this.#setbacks, counted, inItsWords });
  }

  async #settle(outcomes: readonly RecordOutcome[]): Promise<void> {
    const { rules } = this.run.deps;
    const retry = new Map<number, RecordOutcome>();
    const errant: RefusedRecord[] = [];
    for (const outcome of outcomes) {
      switch (outcome.status) {
        case 'written':
        case 'dropped':
          this.run.settled(outcome.offset, outcome.status);
          break;
        case 'errant':
          errant.push({ offset: outcome.offset, reason: outcomeReason(outcome) });
          break;
        case 'retry':
          retry.set(outcome.offset, outcome);
          break;
        default:
          throw new FatalError('ANSWER_INVALID', `unknown status ${String(outcome.status satisfies never)}`);
      }
    }
    if (retry.size < outcomes.length) this.run.answered();
    const exhausted = rules.userFunction && retry.size > 0 && this.#retryAnswers >= rules.retries;
    if (exhausted) {
      // The function itself singled these records out, again and again: they are the bad ones.
      for (const outcome of retry.values()) errant.push({ offset: outcome.offset, reason: outcomeReason(outcome) });
    }
    // In offset order, so that `errors.policy=stop` stops at the first.
    errant.sort((a, b) => a.offset - b.offset);
    if (errant.length > 0) await this.run.errant(errant);
    for (const offset of retry.keys()) if (this.run.isBehindStop(offset)) retry.delete(offset);
    if (exhausted || retry.size === 0) return;

    this.#keep(retry);
    this.#retryAnswers++;
    throw new RetryAnswer([...retry.values()]);
  }

  #keep(retry: ReadonlyMap<number, RecordOutcome>): void {
    const left = selectFromBatch(this.#left, (block, index) => retry.has(offsetAt(block, index)));
    if (left === null) throw new FatalError('ANSWER_INVALID', 'records to retry were not found in their own batch');
    if (left.count < this.#left.count) {
      // Other records: what the function failed before was not these. (It may just have no time for more than a part of a batch.)
      this.#setbacks = 0;
      this.#failures = 0;
      this.#saidSo = false;
      this.#retryAnswers = 0;
    }
    this.#left = left;
  }
}

/** The sink took the batch and wants some records again: no failure of the batch. */
class RetryAnswer extends RetriableError {
  constructor(outcomes: readonly RecordOutcome[]) {
    const first = outcomes[0];
    const wait = Math.max(0, ...outcomes.map((outcome) => outcome.retryAfterMs ?? 0));
    super(
      first?.code ?? 'RETRY',
      `${outcomes.length} record${outcomes.length === 1 ? '' : 's'} to send again: ${first?.message ?? first?.code ?? ''}`,
      wait > 0 ? { retryAfterMs: wait } : {},
    );
  }
}
