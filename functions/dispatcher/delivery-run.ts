/** What one delivery remembers across its batch and the parts that the batch is cut into. */
import { type MatchedOutcomes, matchOutcomes } from '../../shared/answer.ts';
import { backoffMs } from '../../shared/backoff.ts';
import { FatalError, FunctionFailure, FunctionTimeout, RetriableError } from '../../shared/errors.ts';
import type { RecordBatch } from '../../shared/records.ts';
import { withClaimCheck } from './claim-check.ts';
import type { DeliveryDeps, DeliveryEvents, DeliverySignals, RefusedRecord } from './delivery.ts';
import type { Evidence } from './evidence.ts';
import type { InvokeContext } from './invokers/invoker.ts';
import { BREAKER_OPEN } from './target-gate/breaker.ts';

/** A failure that is waited out, and what is sent again after it. */
export interface Setback {
  /** Undefined where the records are not at hand any more. */
  readonly left: RecordBatch | undefined;
  readonly error: RetriableError;
  /** How often `left` was not taken, this time included. */
  readonly failures: number;
  /** It counts against `retries`, so it cannot go on for ever: `errors.retry.timeout` does not end it. */
  readonly counted: boolean;
  /** A user's function said `error.code` and `error.message` itself. Its codes are its own invention, and would be labels without a
   *  bound; its messages may echo records. */
  readonly inItsWords: boolean;
}

/** Calls the invoker, reports what became of records, waits. Which records are sent when is for others to decide. */
export class DeliveryRun {
  /** Calls of the invoker so far. */
  invocations = 0;
  #stoppedAt: number | undefined;
  /** Since when the target cannot be used; undefined since the last progress. */
  #unavailableSince: number | undefined;
  /** Code of the failure that the log told last. */
  #told: string | undefined;
  #firstFailure: number | undefined;

  constructor(
    private readonly events: DeliveryEvents,
    readonly deps: DeliveryDeps,
    private readonly signals: DeliverySignals,
    private readonly evidence: Evidence,
  ) {}

  /** Aborted when nothing may be sent any more. */
  get fence(): AbortSignal {
    return this.signals.retry;
  }

  /** How a call of the sink is bounded. */
  get call(): InvokeContext {
    return {
      signal: this.signals.invoke,
      admission: this.signals.retry,
      timeoutMs: this.deps.invokeTimeoutMs,
      occasion: this.deps.occasion,
    };
  }

  /** The record that the partition stopped at during this delivery. */
  get stoppedAt(): number | undefined {
    return this.#stoppedAt;
  }

  /** Whether the partition stopped before this record. */
  isBehindStop(offset: number): boolean {
    return this.#stoppedAt !== undefined && offset > this.#stoppedAt;
  }

  /** Whether the function answered other records since it failed this delivery first. */
  get answeredMeanwhile(): boolean {
    return this.#firstFailure !== undefined && this.evidence.since(this.#firstFailure);
  }

  /** A record is taken for errant on the strength of `answeredMeanwhile`. */
  useEvidence(): void {
    this.evidence.use();
  }

  /** Sends `part` once. What it wrote is reported by `settled` or `progress`.
   *  @throws what the invoker throws */
  async send(part: RecordBatch): Promise<MatchedOutcomes> {
    const { invoker, claimCheck, metrics, clock } = this.deps;
    const { call } = this;
    let started: number | undefined = clock.now();
    const turn = (startedAt: number | undefined) => {
      started = startedAt;
    };
    // A call that never began is none.
    const invoked = (result: 'answered' | 'failed' | 'fatal') => {
      if (started === undefined) return;
      this.invocations++;
      metrics.invoked(result, clock.now() - started);
    };
    let outcome: Awaited<ReturnType<typeof invoker.invoke>>;
    try {
      const sendable = await withClaimCheck(part, claimCheck, call.signal);
      outcome = await invoker.invoke(sendable, { ...call, turn });
    } catch (error) {
      invoked(error instanceof RetriableError ? 'failed' : 'fatal');
      if (error instanceof FunctionFailure) this.#firstFailure ??= this.evidence.now();
      if (error instanceof FunctionTimeout) this.#unavailableSince ??= clock.now();
      throw error;
    }
    invoked('answered');
    return matchOutcomes(part, outcome);
  }

  written(part: RecordBatch): void {
    this.answered();
    this.events.written(part);
  }

  settled(offset: number, status: 'written' | 'dropped'): void {
    this.events.settled(offset, status);
  }

  /** The function settled records by its answer. */
  answered(): void {
    this.evidence.answered();
    this.#progress();
  }

  /** Resolves when they are in the error topic, or the partition stopped at the first of them. */
  async errant(records: readonly RefusedRecord[]): Promise<void> {
    const at = await this.events.errant(records);
    if (at !== undefined) this.#stoppedAt = Math.min(at, this.#stoppedAt ?? at);
    this.#progress();
  }

  #progress(): void {
    this.#unavailableSince = undefined;
    this.events.waiting(undefined);
  }

  /** A batch that the function failed is sent again in parts. */
  split(failure: FunctionFailure): void {
    this.deps.metrics.retried(failure.code);
  }

  /** Waits before the next attempt.
   *  @throws FatalError `RETRY_TIMEOUT` when `errors.retry.timeout` is over before that */
  async wait({ left, error, failures, counted, inItsWords }: Setback): Promise<void> {
    const { rules, clock, logger, random, metrics } = this.deps;
    const now = clock.now();
    const waitMs = backoffMs(failures, rules, random, error.retryAfterMs);
    if (!counted) {
      // Later than now only where the clock was set back.
      this.#unavailableSince = Math.min(this.#unavailableSince ?? now, now);
      if (rules.timeoutMs >= 0 && now - this.#unavailableSince + waitMs > rules.timeoutMs) {
        throw new FatalError(
          'RETRY_TIMEOUT',
          `still failing after errors.retry.timeout=${rules.timeoutMs} ms: ${error.message}; offsets stay, nothing is lost`,
          { cause: error, mayHeal: true },
        );
      }
    }
    const label = inItsWords ? 'FUNCTION_FAILED' : error.code;
    metrics.retried(label);
    // Of an open breaker one line tells, and not one of every batch that waits for it.
    const isNews = failures === 1 || failures % 10 === 0 || error.code !== this.#told;
    if (error.code !== BREAKER_OPEN && isNews) {
      this.#told = error.code;
      const place = left && {
        topic: left.topic,
        partition: left.partition,
        firstOffset: left.firstOffset,
        records: left.count,
      };
      const fields = { ...place, failures, waitMs, code: error.code };
      const reason = inItsWords || error instanceof FunctionFailure ? {} : { reason: error.message };
      logger.warn({ ...fields, ...reason }, 'the batch was not taken; it is sent again');
    }
    this.events.waiting(label);
    await clock.sleep(waitMs, this.fence);
  }
}
