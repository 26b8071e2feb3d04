/** Asynchronous calls, from 202 to their end: run, run again, given up, and told to a destination. Source: the service's pages "Asynchronous
 *  invocation" and "Retry". */
import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { AsyncJournal, QueuedCall, UnsettledCall } from './async-journal.ts';
import { type CallEnd, destinationEvent, destinationFunction } from './destination-event.ts';
import { FcError, internalError } from './errors.ts';
import { type AsyncSettings, asyncSettings, type DefinedFunction } from './function-definition.ts';
import type { FcAccount } from './instance-environment.ts';
import { newRequestId } from './request-id.ts';
import type { RunResult } from './run-function.ts';

export interface AsyncQueueOptions {
  readonly journal: AsyncJournal;
  readonly account: FcAccount;
  /** The function as it is set now. */
  readonly functionOf: (name: string) => DefinedFunction | undefined;
  /** Runs it once. `attempt` counts from 1.
   *  @throws FcError where the platform does not let it run; what else it throws is a failure of the platform */
  readonly run: (call: QueuedCall, attempt: number) => Promise<RunResult>;
  /** Before the first repetition; after refusals of the platform it doubles. */
  readonly backoffMs: number;
  readonly clock: () => number;
  readonly logger: Logger;
  /** Aborted when the server closes: what is not settled then stays in the journal. */
  readonly closing: AbortSignal;
}

/** Runs of a function at once: enough to see that order is not kept, and bearable for a laptop. */
const AT_ONCE = 4;
const MAX_BACKOFF_MS = 5 * 3_600_000;

/** Calls of one function that wait for their turn. */
interface Lane {
  running: number;
  readonly waiting: UnsettledCall[];
}

export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #underWay = new Map<UnsettledCall, Promise<void>>();
  #settledWatchers: (() => void)[] = [];

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
    for (const unsettled of options.journal.unsettled()) this.#enqueue(unsettled);
  }

  /** Takes a call: it is on disk when this returns. `delayMs` is how long it waits at least. */
  accept(call: Omit<QueuedCall, 'acceptedAt' | 'notBefore'>, delayMs: number): void {
    const now = this.#options.clock();
    this.#enqueue(this.#options.journal.accept({ ...call, acceptedAt: now, notBefore: now + delayMs }));
  }

  /** True for an id that a call of the function had in the last 7 days. */
  hasTask(name: string, taskId: string): boolean {
    const { journal, clock } = this.#options;
    return journal.hasTask(name, taskId, clock());
  }

  /** Functions may be there now for which calls wait. */
  functionSet(name: string): void {
    this.#pump(name);
  }

  /** Resolves when no call of the function, or of any, is queued or under way. */
  async settled(name?: string): Promise<void> {
    const isSettled = () =>
      this.#options.journal.unsettled().every(({ call }) => name !== undefined && call.function !== name);
    while (!isSettled()) await new Promise<void>((resolve) => this.#settledWatchers.push(resolve));
  }

  /** Resolves when nothing is under way; call it after `closing`. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  #enqueue(unsettled: UnsettledCall): void {
    const name = unsettled.call.function;
    const lane = this.#lanes.get(name) ?? { running: 0, waiting: [] };
    this.#lanes.set(name, lane);
    lane.waiting.push(unsettled);
    this.#pump(name);
  }

  #pump(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined || this.#options.functionOf(name) === undefined) return;
    while (lane.running < AT_ONCE && !this.#options.closing.aborted) {
      const next = lane.waiting.shift();
      if (next === undefined) return;
      lane.running++;
      this.#underWay.set(next, this.#carry(next, lane));
    }
  }

  async #carry(unsettled: UnsettledCall, lane: Lane): Promise<void> {
    const { journal, closing, logger } = this.#options;
    const { call } = unsettled;
    try {
      const end = await this.#end(unsettled);
      this.#tellDestination(call, end);
      journal.settle(call);
    } catch (thrown) {
      if (!closing.aborted) {
        logger.error(
          { err: toError(thrown), requestId: call.requestId },
          'an asynchronous call failed in the stand-in',
        );
      }
    } finally {
      lane.running--;
      this.#underWay.delete(unsettled);
      const watchers = this.#settledWatchers;
      this.#settledWatchers = [];
      for (const watcher of watchers) watcher();
      this.#pump(call.function);
    }
  }

  /** Runs a call until there is nothing more to do for it. */
  async #end(unsettled: UnsettledCall): Promise<CallEnd> {
    const { journal, clock, backoffMs } = this.#options;
    const { call } = unsettled;
    await this.#wait(Math.max(0, call.notBefore - clock()));
    for (let refusals = 0; ; ) {
      const { maxRetries, maxAgeS } = this.#settings(call);
      const outcome = await this.#attempt(unsettled, unsettled.failures + 1);
      if (outcome.condition === 'Success') return outcome;
      const isRefused = outcome.statusCode !== 200;
      if (!isRefused) journal.failed(unsettled);
      const waitMs = Math.min(isRefused ? backoffMs * 2 ** refusals++ : backoffMs, MAX_BACKOFF_MS);
      if (!isRefused && unsettled.failures > maxRetries) return { ...outcome, invokeCount: unsettled.failures };
      if (clock() + waitMs > call.acceptedAt + maxAgeS * 1000) return { ...outcome, condition: 'EventAgeExceeded' };
      await this.#wait(waitMs);
    }
  }

  #settings({ function: name }: QueuedCall): AsyncSettings {
    const fn = this.#options.functionOf(name);
    if (fn === undefined) throw new Error(`function ${name} is gone while a call of it is queued`);
    return asyncSettings(fn);
  }

  async #attempt({ call }: UnsettledCall, attempt: number): Promise<CallEnd> {
    const { run, closing, logger } = this.#options;
    try {
      const { errorType, body } = await run(call, attempt);
      // Killed by our own end, not by its doing.
      closing.throwIfAborted();
      return {
        condition: errorType === undefined ? 'Success' : 'RetriesExhausted',
        invokeCount: attempt,
        statusCode: 200,
        functionError: errorType ?? '',
        responsePayload: body.toString('utf8'),
      };
    } catch (thrown) {
      closing.throwIfAborted();
      const isRefusal = thrown instanceof FcError;
      if (!isRefusal)
        logger.error({ err: toError(thrown), requestId: call.requestId }, 'an asynchronous call could not be run');
      const { status, code, message } = isRefusal ? thrown : internalError();
      return {
        condition: 'RetriesExhausted',
        invokeCount: attempt,
        statusCode: status,
        functionError: code,
        responsePayload: message,
      };
    }
  }

  #tellDestination(call: QueuedCall, end: CallEnd): void {
    const { account, clock, functionOf, logger } = this.#options;
    const { onSuccess, onFailure } = this.#settings(call);
    const destination = end.condition === 'Success' ? onSuccess : onFailure;
    if (destination === undefined) return;
    const name = destinationFunction(destination);
    if (functionOf(name) === undefined) {
      logger.error(
        { function: call.function, destination },
        'a destination is no function that is served; nobody was told',
      );
      return;
    }
    const event = destinationEvent(call, end, account, clock());
    this.accept({ requestId: newRequestId(), function: name, qualifier: 'LATEST', taskId: undefined, event }, 0);
  }

  async #wait(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#options.closing });
  }
}
