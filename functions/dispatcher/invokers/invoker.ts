/** How a batch reaches the function that writes it. */
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';

export interface InvokeContext {
  /** Aborted when nobody waits any longer (second signal, partition lost). */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Carries one batch and brings back what the function answered; matching it to the records is the caller's.
 *  Safe to call concurrently.
 *  @throws RetriableError when the function or the way to it cannot be used now
 *  @throws FunctionFailure when a user's function took the batch and failed it
 *  @throws FatalError when no retry helps, or the answer breaks the protocol */
export interface Invoker {
  invoke(batch: RecordBatch, context: InvokeContext): Promise<BatchOutcome>;
  close(): Promise<void>;
}
