/** How a batch reaches the function that writes it. */
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import type { PreparedBatch, SessionRange, SessionState, SourceTopic } from '../../../shared/sink.ts';

export interface InvokeContext {
  /** Aborted when nobody waits any longer (second signal, partition lost). */
  readonly signal: AbortSignal;
  /** Aborted when nothing may be begun any more (partition fenced): what still waits for its turn gives up, what is under way goes on. */
  readonly admission: AbortSignal;
  readonly timeoutMs: number;
  /** What makes this sending another one than an earlier one of the same records: the group was moved, or a person sends them again. The same
   *  after a crash. Absent where nothing needs to tell them apart. */
  readonly occasion?: string | undefined;
  /** Told `undefined` when the call must wait for its turn, and the time (epoch ms) when it began. Not told by what makes no one wait. */
  readonly turn?: (startedAt: number | undefined) => void;
}

/** The steps of a two-phase sink (`TwoPhaseWriter`), with the errors of `Invoker.invoke`. */
export interface Phases {
  prepare(batch: RecordBatch, context: InvokeContext, token?: string): Promise<PreparedBatch>;
  commit(tokens: readonly string[], context: InvokeContext): Promise<void>;
  resolve(token: string, range: SessionRange, context: InvokeContext): Promise<SessionState>;
}

/** Carries one batch and brings back what the function answered; matching it to the records is the caller's.
 *  Safe to call concurrently.
 *  @throws RetriableError when the function or the way to it cannot be used now
 *  @throws FunctionFailure when a user's function took the batch and failed it
 *  @throws FatalError when no retry helps, or the answer breaks the protocol */
export interface Invoker {
  invoke(batch: RecordBatch, context: InvokeContext): Promise<BatchOutcome>;
  /** Present where the sink is two-phase. */
  readonly phases?: Phases | undefined;
  /** Present where the sink looks at its target before the first batch (`SinkWriter.open`), with the errors of `invoke`. */
  open?(topics: readonly SourceTopic[], context: InvokeContext): Promise<void>;
  close(): Promise<void>;
}
