/** Brings errant records to the error topic, however long that takes: while it cannot be written nothing of them is acked and
 *  their partition waits. */
import pRetry from 'p-retry';
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import type { ErrantRecord, ErrantReporter } from '../../shared/errant.ts';
import { RecordError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { offsetAt } from '../../shared/records.ts';

export interface ErrantDeliveryDeps {
  readonly rules: { readonly baseMs: number; readonly maxMs: number };
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** The partition waits, or no longer does. */
  waiting(reason: string | undefined): void;
}

/** Resolves when the error topic's broker confirmed all of `records`; never gives up by itself, whatever the reporter throws.
 *  An attempt that is under way when the signal aborts may finish, and its confirmation counts. Where the topic refuses a record, the
 *  others are not sent again and again with it: halves go by themselves until it stands alone.
 *  @throws the signal's reason when aborted before they were confirmed */
export async function reportUntilConfirmed(
  reporter: ErrantReporter,
  records: readonly ErrantRecord[],
  deps: ErrantDeliveryDeps,
  signal: AbortSignal,
): Promise<void> {
  const splits = (error: unknown) => error instanceof RecordError && records.length > 1;
  let failures = 0;
  let confirmed = false;
  const attempt = async () => {
    await reporter.report(records);
    confirmed = true;
  };
  await pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    maxTimeout: 0,
    signal,
    shouldRetry: ({ error }) => !splits(error),
    onFailedAttempt: async ({ error }) => {
      // The library throws the signal's reason after an attempt that succeeded, too.
      if (confirmed || splits(error)) return;
      failures++;
      const first = records[0];
      const fields = {
        topic: first?.block.topic,
        partition: first?.block.partition,
        offset: first === undefined ? undefined : offsetAt(first.block, first.index),
        records: records.length,
        failures,
        reason: error.message,
      };
      if (failures === 1 || failures % 10 === 0) {
        deps.logger.error(fields, 'the error topic cannot be written; nothing is acked and the partition waits');
      }
      deps.waiting('error-topic');
      await deps.clock.sleep(backoffMs(failures, deps.rules, deps.random), signal);
    },
  }).catch(async (thrown: unknown) => {
    if (confirmed) return;
    if (!splits(thrown)) throw thrown;
    const half = Math.ceil(records.length / 2);
    await reportUntilConfirmed(reporter, records.slice(0, half), deps, signal);
    await reportUntilConfirmed(reporter, records.slice(half), deps, signal);
  });
  if (failures > 0) deps.waiting(undefined);
}
