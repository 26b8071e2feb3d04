/** Carries one batch until every record of it is settled: written, dropped, or confirmed in the error topic.
 *
 *  If the process dies at any point here, offsets behind unsettled records are not committed, so some owner reads and sends them
 *  again; writers make that harmless. Nothing here turns silence into success: what an answer does not name is a protocol breach. */
import type { Clock } from '../../shared/clock.ts';
import type { ErrantReason } from '../../shared/errant.ts';
import type { Logger } from '../../shared/logger.ts';
import type { RecordBatch } from '../../shared/records.ts';
import { Bisection } from './bisection.ts';
import type { ClaimCheckRules } from './claim-check.ts';
import { DeliveryRun } from './delivery-run.ts';
import { Evidence } from './evidence.ts';
import { errantAlone } from './function-failures.ts';
import type { Invoker } from './invokers/invoker.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { sendPart } from './part-delivery.ts';

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
  /** Of `InvokeContext`. */
  readonly occasion?: string | undefined;
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

/** Delivers `batch`. A batch that a user's function keeps failing is cut into halves until the records to blame stand alone; those are
 *  errant, the rest is written. Resolves when every record is settled, or every one before the record that the partition stops at.
 *  @param evidence what deliveries of this partition know of each other's answers
 *  @throws FatalError when the task must fail; what `events.errant` throws; a signal's reason when aborted */
export async function deliver(
  batch: RecordBatch,
  events: DeliveryEvents,
  deps: DeliveryDeps,
  signals: DeliverySignals,
  evidence = new Evidence(),
): Promise<void> {
  const run = new DeliveryRun(events, deps, signals, evidence);
  const failed = await sendPart(batch, deps.rules.retries, run);
  if (failed === undefined) return;
  if (failed.left.count === 1) await errantAlone(failed, run);
  else await new Bisection(run).search(failed);
}
