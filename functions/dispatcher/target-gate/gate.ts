/** The gate in front of a connector's target. All calls of this process to the target pass it, so that it is not asked for more than it
 *  takes, and left alone while it cannot be reached. */
import type { Clock } from '../../../shared/clock.ts';
import { FunctionFailure, FunctionTimeout, RetriableError, type Trouble } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import type { InvokeContext, Invoker, Phases } from '../invokers/invoker.ts';
import { AdaptiveLimit, type ReductionReason } from './adaptive-limit.ts';
import type { Admission } from './admission.ts';
import { Breaker } from './breaker.ts';
import { CallSlots, type Place } from './call-slots.ts';

/** A call keeps its place for so many times as long as calls of its size usually take, and for so long at least. Then it is stuck: it says
 *  nothing of how much the target takes, and others must not wait until it is given up. */
const STUCK_AFTER_USUAL = 4;
const STUCK_AFTER_AT_LEAST_MS = 5_000;

export interface TargetGateOptions {
  readonly target: Invoker;
  /** A user's function speaks for itself and not for a target behind it: what it answers says nothing of how much it takes. */
  readonly userFunction: boolean;
  /** Passed in this order by a call that has its place, before it begins; given back after it in reverse. */
  readonly admissions: readonly Admission[];
  /** How many calls there can be at most at this time. */
  readonly maximum: () => number;
  readonly reduced: (reason: ReductionReason) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class TargetGate implements Invoker {
  readonly #limit: AdaptiveLimit;
  readonly #slots: CallSlots;
  readonly #breaker: Breaker;

  constructor(private readonly options: TargetGateOptions) {
    this.#limit = new AdaptiveLimit(options.maximum, options.reduced);
    this.#slots = new CallSlots((taken) => this.#limit.admits(taken));
    this.#breaker = new Breaker(options.clock, options.logger);
  }

  /** Calls that may be under way at one time, but for those that are stuck. */
  get limit(): number {
    return this.#limit.value;
  }

  /** Calls under way, stuck ones included. */
  get inFlight(): number {
    return this.#slots.inFlight;
  }

  /** 0 closed, 1 half open, 2 open. */
  get breakerState(): 0 | 1 | 2 {
    return this.#breaker.state;
  }

  /** As the target's, after its turn came.
   *  @throws RetriableError `BREAKER_OPEN` at once, without a call, while the target is left alone; the reason of `context.admission`
   *  when that is aborted before the call began */
  invoke(batch: RecordBatch, context: InvokeContext): Promise<BatchOutcome> {
    const { target, userFunction } = this.options;
    const bytes = batch.encodedBytes;
    const call = () => target.invoke(batch, context);
    return this.#pass(bytes, context, call, (outcome) => !userFunction && tookNothing(outcome));
  }

  /** The target's steps, each through the gate. */
  get phases(): Phases | undefined {
    const { phases } = this.options.target;
    return (
      phases && {
        prepare: (batch, context, token) =>
          this.#pass(batch.encodedBytes, context, () => phases.prepare(batch, context, token)),
        commit: (tokens, context) => this.#pass(0, context, () => phases.commit(tokens, context)),
        resolve: (token, range, context) => this.#pass(0, context, () => phases.resolve(token, range, context)),
      }
    );
  }

  close(): Promise<void> {
    return this.options.target.close();
  }

  /** @param refused whether what came back says that the target takes nothing now */
  async #pass<T>(
    bytes: number,
    context: InvokeContext,
    call: () => Promise<T>,
    refused: (answer: T) => boolean = () => false,
  ): Promise<T> {
    context.turn?.(undefined);
    this.#breaker.check();
    // The place first: what is shared with other connectors is not kept by calls that this target does not take yet.
    const place = await this.#slots.enter(context);
    const held = [() => place.leave()];
    try {
      for (const admission of this.options.admissions) held.push(await admission.enter(bytes, context));
      context.admission.throwIfAborted();
      return await this.#breaker.run(() => this.#call(bytes, context, place, call, refused));
    } finally {
      for (const leave of held.reverse()) leave();
    }
  }

  async #call<T>(
    bytes: number,
    context: InvokeContext,
    place: Place,
    call: () => Promise<T>,
    refused: (answer: T) => boolean,
  ): Promise<T> {
    const { clock } = this.options;
    const { round } = this.#limit;
    const startedAt = clock.now();
    context.turn?.(startedAt);
    const stuckAfterMs = Math.max(STUCK_AFTER_AT_LEAST_MS, STUCK_AFTER_USUAL * this.#limit.usualMs(bytes));
    const cancel = clock.after(stuckAfterMs, () => place.free());
    try {
      const answer = await call();
      if (refused(answer)) this.#limit.failed(round, 'throttled', this.inFlight);
      else this.#limit.succeeded(round, clock.now() - startedAt, bytes);
      return answer;
    } catch (thrown) {
      const trouble = context.signal.aborted ? undefined : troubleOf(thrown);
      if (trouble !== undefined) this.#limit.failed(round, trouble, this.inFlight);
      throw thrown;
    } finally {
      cancel();
    }
  }
}

/** Trouble of the target or the way to it; a function's own failure, and what no retry helps, is none. A function that is silent may be
 *  overloaded. */
function troubleOf(thrown: unknown): Trouble | undefined {
  if (thrown instanceof FunctionFailure) return thrown instanceof FunctionTimeout ? 'timeout' : undefined;
  return thrown instanceof RetriableError ? thrown.trouble : undefined;
}

/** A sink of ours that runs elsewhere answers so when its target does. */
function tookNothing(outcome: BatchOutcome): boolean {
  return (
    'outcomes' in outcome && outcome.outcomes.length > 0 && outcome.outcomes.every(({ status }) => status === 'retry')
  );
}
