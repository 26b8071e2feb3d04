/** Carries one record of an error topic to the sink, as a run of the connector would: intake, batch, invoker, outcome. */
import pRetry from 'p-retry';
import { matchOutcomes } from '../../../shared/answer.ts';
import { backoffMs } from '../../../shared/backoff.ts';
import type { ClaimCheckStore } from '../../../shared/claim-check.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import { BlockBuilder, batchOf, overflowed } from '../../../shared/envelope/block-builder.ts';
import { ENVELOPE_OVERHEAD_BYTES } from '../../../shared/envelope/encode.ts';
import type { ErrantReason } from '../../../shared/errant.ts';
import { FatalError, FunctionFailure, RetriableError } from '../../../shared/errors.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import type { SinkDefinition, WindowOf } from '../../../shared/sink.ts';
import { TimeLimit } from '../../../shared/time-limit.ts';
import { withClaimCheck } from '../claim-check.ts';
import { functionFailureReason } from '../function-failures.ts';
import { examine } from '../intake.ts';
import type { Invoker } from '../invokers/invoker.ts';
import { intakeRules, retryRules } from '../plan.ts';
import type { ErrantEntry } from './error-entry.ts';
import { sourceOf } from './redrive-mark.ts';

/** A person waits: a target that is out of reach longer ends the command, which goes on later. */
const GIVE_UP_AFTER_MS = 60_000;

/** A connector's way to its sink. */
export interface SinkWay {
  readonly config: ConnectorConfig;
  readonly sink: Pick<SinkDefinition, 'connectorClass' | 'userFunction'>;
  readonly windowOf: WindowOf | undefined;
  readonly invoker: Invoker;
  readonly claimCheck: ClaimCheckStore | undefined;
}

export interface SinkDeliveryDeps {
  readonly clock: Clock;
  readonly random: () => number;
}

/** What became of it; a reason when it is refused again. */
export type SinkVerdict = 'written' | 'dropped' | ErrantReason;

/** Delivers the record with the topic, partition, offset and timestamp that the connector read it with, in a batch of its own: the same
 *  record always gives the same request.
 *  @throws RetriableError when the target cannot be used, FatalError when it refuses for good, the signal's reason when aborted */
export async function deliverToSink(
  entry: ErrantEntry,
  way: SinkWay,
  deps: SinkDeliveryDeps,
  signal: AbortSignal,
): Promise<SinkVerdict> {
  const batch = batchOfEntry(entry, way);
  if (!('segments' in batch)) return batch.verdict;
  const rules = retryRules(way.config, way.sink.userFunction);
  const patience = new TimeLimit(deps.clock, rules.timeoutMs >= 0 ? rules.timeoutMs : GIVE_UP_AFTER_MS);
  let functionFailures = 0;
  const again = (error: Error) =>
    error instanceof FunctionFailure
      ? functionFailures <= rules.retries
      : error instanceof RetriableError && patience.leftMs > 0;
  try {
    return await pRetry(() => attempt(batch, way, occasionOf(entry), signal), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 0,
      maxTimeout: 0,
      signal,
      shouldRetry: ({ error }) => again(error),
      onFailedAttempt: async ({ error, attemptNumber }) => {
        if (error instanceof FunctionFailure) functionFailures++;
        if (!(error instanceof RetriableError) || !again(error)) return;
        await deps.clock.sleep(backoffMs(attemptNumber, rules, deps.random, error.retryAfterMs), signal);
      },
    });
  } catch (thrown) {
    // It fails this record alone, again and again.
    if (thrown instanceof FunctionFailure && !signal.aborted) {
      const { message, ...more } = functionFailureReason(thrown);
      return { ...reason(thrown.code, message), ...more };
    }
    throw thrown;
  }
}

function batchOfEntry(
  { record, note, headersAsRead }: ErrantEntry,
  { config, windowOf }: SinkWay,
): RecordBatch | { readonly verdict: SinkVerdict } {
  const builder = new BlockBuilder(note);
  const { offset, timestamp } = note;
  builder.add({ offset, timestamp, key: record.key, value: record.value, headers: headersAsRead });
  const block = builder.build();
  const verdict = examine(block, 0, intakeRules(config));
  if (verdict === 'dropped') return { verdict };
  if (typeof verdict === 'object' && 'errant' in verdict) return { verdict: verdict.errant };
  const window = windowOf?.(block, 0);
  if (typeof verdict === 'object' && !verdict.claimCheck) return overflowed(block, 0, verdict.alone, window);
  const encodedBytes = ENVELOPE_OVERHEAD_BYTES + (typeof verdict === 'number' ? verdict : verdict.encodedBytes);
  return batchOf(block, 0, 1, { window, encodedBytes });
}

/** A redrive is to run the function, though the record was sent before; the same redrive, gone on with, is not to run it twice. */
function occasionOf({ record, attempts }: ErrantEntry): string {
  return `${sourceOf(record, record.offset)}/${attempts}`;
}

async function attempt(batch: RecordBatch, way: SinkWay, occasion: string, signal: AbortSignal): Promise<SinkVerdict> {
  const { config, claimCheck, invoker, sink } = way;
  const { invokeMaxBytes, envelope } = intakeRules(config);
  const stores = claimCheck !== undefined && config['overflow.policy'] === 'claim-check';
  const rules = stores ? { store: claimCheck, invokeMaxBytes, envelope } : undefined;
  const sendable = await withClaimCheck(batch, rules, signal);
  const call = { signal, admission: signal, timeoutMs: config['invoke.timeout.ms'], occasion };
  const answer = await invoker.invoke(sendable, call);
  const matched = matchOutcomes(batch, answer);
  const [outcome] = matched.allWritten ? [] : matched.each;
  if (outcome === undefined) return 'written';
  switch (outcome.status) {
    case 'written':
      return 'written';
    case 'dropped':
      return 'dropped';
    case 'errant':
      return reason(outcome.code ?? 'UNSPECIFIED', outcome.message ?? 'the target gave no reason');
    case 'retry': {
      const kind = sink.userFunction ? FunctionFailure : RetriableError;
      const { code, message, retryAfterMs } = outcome;
      throw new kind(code ?? 'RETRY', message ?? 'to send again', retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    default:
      throw new FatalError('ANSWER_INVALID', `unknown status ${String(outcome.status satisfies never)}`);
  }
}

function reason(code: string, message: string): ErrantReason {
  return { stage: 'TASK_PUT', code, message, errorClass: 'RecordError' };
}
