/** Carries one batch until every record of it is settled: written, dropped, or confirmed in the error topic.
 *
 *  If the process dies at any point here, offsets behind unsettled records are not committed, so some owner reads and sends them
 *  again; writers make that harmless. Nothing here turns silence into success: what an answer does not name is a protocol breach. */
import pRetry from 'p-retry';
import { matchOutcomes } from '../../shared/answer.ts';
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { selectFromBatch } from '../../shared/envelope/block-builder.ts';
import type { ErrantReason } from '../../shared/errant.ts';
import { FatalError, FunctionFailure, RetriableError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';
import { type ClaimCheckRules, withClaimCheck } from './claim-check.ts';
import type { Invoker } from './invokers/invoker.ts';
import type { DeliveryMetrics } from './metrics.ts';

export interface RetryRules {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Since the last progress; -1 is endless. */
  readonly timeoutMs: number;
  /** For a user's function that takes a batch and fails it, and for its `retry` outcomes. */
  readonly retries: number;
  readonly userFunction: boolean;
}

export interface DeliveryDeps {
  readonly invoker: Invoker;
  readonly invokeTimeoutMs: number;
  readonly rules: RetryRules;
  readonly claimCheck?: ClaimCheckRules;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
}

/** A record that the target refuses, by offset. */
export interface RefusedRecord {
  readonly offset: number;
  readonly reason: ErrantReason;
}

/** Two ways to end a delivery early. */
export interface DeliverySignals {
  /** No further attempt: one that is under way may finish. */
  readonly retry: AbortSignal;
  /** Also the attempt under way is given up. */
  readonly invoke: AbortSignal;
}

/** What delivery tells its partition. Called as things happen, so that commits need not wait for the rest of a batch. */
export interface DeliveryEvents {
  written(batch: RecordBatch): void;
  settled(offset: number, status: 'written' | 'dropped'): void;
  /** Resolves when the records are settled, in the error topic; or, with its offset, when the partition stops at the first instead:
   *  nothing at or past it is sent any more, what is before it still is. */
  errant(records: readonly RefusedRecord[]): Promise<number | undefined>;
  /** The batch waits for the target, or no longer does (`undefined`). */
  waiting(reason: string | undefined): void;
}

/** Delivers `batch`. Resolves when every record of it is settled, or every one before the record that the partition stops at.
 *  @throws FatalError when the task must fail; what `events.errant` throws; a signal's reason when aborted */
export async function deliver(
  batch: RecordBatch,
  events: DeliveryEvents,
  deps: DeliveryDeps,
  signals: DeliverySignals,
): Promise<void> {
  const run = new DeliveryRun(batch, events, deps, signals);
  await pRetry(() => run.attempt(), {
    // The policy of waiting is ours (full jitter, Retry-After, error classes), the loop is the library's.
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    maxTimeout: 0,
    signal: signals.retry,
    shouldRetry: ({ error }) => error instanceof RetriableError,
    onFailedAttempt: ({ error }) => run.failed(error),
  });
}

class DeliveryRun {
  #remaining: RecordBatch;
  #failures = 0;
  /** How often the user's function failed the records that are left. */
  #functionFailures = 0;
  /** How often it took them and answered `retry` for all of them. */
  #retryAnswers = 0;
  #failingSince: number | undefined;

  constructor(
    batch: RecordBatch,
    private readonly events: DeliveryEvents,
    private readonly deps: DeliveryDeps,
    private readonly signals: DeliverySignals,
  ) {
    this.#remaining = batch;
  }

  /** One invocation. Returns when nothing is left; throws RetriableError when something is. */
  async attempt(): Promise<void> {
    const { invoker, claimCheck, invokeTimeoutMs, metrics } = this.deps;
    const started = this.deps.clock.now();
    const batch = this.#remaining;
    let outcome: Awaited<ReturnType<Invoker['invoke']>>;
    try {
      const sendable = await withClaimCheck(batch, claimCheck, this.signals.invoke);
      outcome = await invoker.invoke(sendable, { signal: this.signals.invoke, timeoutMs: invokeTimeoutMs });
    } catch (error) {
      metrics.invoked(error instanceof RetriableError ? 'failed' : 'fatal', this.deps.clock.now() - started);
      throw error;
    }
    metrics.invoked('answered', this.deps.clock.now() - started);

    const matched = matchOutcomes(batch, outcome);
    if (matched.allWritten) {
      this.#progress();
      this.events.written(batch);
      return;
    }
    await this.#settle(matched.each);
  }

  async #settle(outcomes: readonly RecordOutcome[]): Promise<void> {
    const retry = new Map<number, RecordOutcome>();
    const errant: RefusedRecord[] = [];
    for (const outcome of outcomes) {
      switch (outcome.status) {
        case 'written':
        case 'dropped':
          this.events.settled(outcome.offset, outcome.status);
          break;
        case 'errant':
          errant.push({ offset: outcome.offset, reason: reasonOf(outcome) });
          break;
        case 'retry':
          retry.set(outcome.offset, outcome);
          break;
        default:
          throw new FatalError('ANSWER_INVALID', `unknown status ${String(outcome.status satisfies never)}`);
      }
    }
    if (retry.size < outcomes.length) this.#progress();
    const exhausted = this.deps.rules.userFunction && retry.size > 0 && this.#retryAnswers >= this.deps.rules.retries;
    if (exhausted) {
      // The function itself singled these records out, again and again: they are the bad ones.
      for (const outcome of retry.values()) errant.push({ offset: outcome.offset, reason: reasonOf(outcome) });
    }
    // In offset order, so that `errors.policy=stop` stops at the first.
    errant.sort((a, b) => a.offset - b.offset);
    const stoppedAt = errant.length > 0 ? await this.events.errant(errant) : undefined;
    for (const offset of retry.keys()) if (stoppedAt !== undefined && offset > stoppedAt) retry.delete(offset);
    if (exhausted || retry.size === 0) return;

    this.#retryAnswers++;
    const left = selectFromBatch(this.#remaining, (block, index) => retry.has(offsetAt(block, index)));
    if (left === null) throw new FatalError('ANSWER_INVALID', 'records to retry were not found in their own batch');
    this.#remaining = left;
    throw retryError([...retry.values()], this.deps.rules.userFunction);
  }

  #progress(): void {
    this.#failures = 0;
    this.#failingSince = undefined;
    this.events.waiting(undefined);
  }

  /** Decides whether to go on, and waits. */
  async failed(error: Error): Promise<void> {
    if (!(error instanceof RetriableError) || this.signals.retry.aborted) return;
    const { rules, clock, logger, metrics } = this.deps;
    const now = clock.now();
    this.#failures++;
    if (error instanceof FunctionFailure) this.#functionFailures++;
    this.#failingSince ??= now;
    const waitMs = backoffMs(this.#failures, rules, this.deps.random, error.retryAfterMs);
    if (rules.timeoutMs >= 0 && now - this.#failingSince + waitMs > rules.timeoutMs) {
      throw new FatalError(
        'RETRY_TIMEOUT',
        `still failing after errors.retry.timeout=${rules.timeoutMs} ms: ${error.message}; offsets stay, nothing is lost`,
        { cause: error },
      );
    }
    // A function's own codes are its own invention: as a label they would have no bound.
    metrics.retried(error instanceof FunctionFailure ? 'FUNCTION_FAILED' : error.code);
    const stuck = error instanceof FunctionFailure && this.#functionFailures > rules.retries;
    const fields = {
      topic: this.#remaining.topic,
      partition: this.#remaining.partition,
      firstOffset: this.#remaining.firstOffset,
      records: this.#remaining.count,
      failures: this.#failures,
      waitMs,
      code: error.code,
      // What a user's function says may echo records.
      ...(error instanceof FunctionFailure ? {} : { reason: error.message }),
    };
    if (stuck) logger.error(fields, 'the function keeps failing this batch; its partition waits and nothing is lost');
    else if (this.#failures === 1 || this.#failures % 10 === 0)
      logger.warn(fields, 'the batch was not taken; it is sent again');
    this.events.waiting(error.code);
    await clock.sleep(waitMs, this.signals.retry);
  }
}

function reasonOf(outcome: RecordOutcome): ErrantReason {
  return {
    stage: 'TASK_PUT',
    code: outcome.code ?? 'UNSPECIFIED',
    message: outcome.message ?? 'the target gave no reason',
    errorClass: 'RecordError',
  };
}

function retryError(outcomes: readonly RecordOutcome[], userFunction: boolean): RetriableError {
  const first = outcomes[0];
  const wait = Math.max(0, ...outcomes.map((outcome) => outcome.retryAfterMs ?? 0));
  const kind = userFunction ? FunctionFailure : RetriableError;
  return new kind(
    first?.code ?? 'RETRY',
    `${outcomes.length} record${outcomes.length === 1 ? '' : 's'} to send again: ${first?.message ?? first?.code ?? ''}`,
    wait > 0 ? { retryAfterMs: wait } : {},
  );
}
