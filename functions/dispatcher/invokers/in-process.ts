/** A sink in the same process: it gets the batch as it is, nothing is serialised only to be parsed again. */
import type { Clock } from '../../../shared/clock.ts';
import { ConfigError, FatalError, RecordError, RetriableError, toError } from '../../../shared/errors.ts';
import { firstSignal } from '../../../shared/first-signal.ts';
import type { SinkWriter, TwoPhaseWriter, WriteContext } from '../../../shared/sink.ts';
import type { InvokeContext, Invoker } from './invoker.ts';

/** A writer is told to stop at its deadline and then has this long to come back with what it did. */
const GRACE_MS = 5_000;

/** Calls `writer` directly, bounded by the invoke timeout. A writer that does not come back counts as unreachable (its batch
 *  is sent again; writers make that harmless). Anything it throws outside the taxonomy is fatal. */
export function createInProcessInvoker(writer: SinkWriter, clock: Clock): Invoker {
  return {
    invoke: (batch, call) => bounded(call, clock, (context) => writer.write(batch, context)),
    phases: isTwoPhase(writer)
      ? {
          prepare: (batch, call) => bounded(call, clock, (context) => writer.prepare(batch, context)),
          commit: (tokens, call) => bounded(call, clock, (context) => writer.commit(tokens, context)),
          resolve: (token, call) => bounded(call, clock, (context) => writer.resolve(token, context)),
        }
      : undefined,
    close: () => writer.close(),
  };
}

function isTwoPhase(writer: SinkWriter): writer is TwoPhaseWriter {
  return 'prepare' in writer;
}

/** Does `work` within the time of `call`. */
async function bounded<T>(
  { signal, timeoutMs }: InvokeContext,
  clock: Clock,
  work: (context: WriteContext) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const cancelDeadline = clock.after(timeoutMs, () => deadline.abort(timedOut(timeoutMs)));
  let cancelGrace: () => void = () => undefined;
  const overdue = new Promise<never>((_, reject) => {
    cancelGrace = clock.after(timeoutMs + GRACE_MS, () => reject(timedOut(timeoutMs)));
  });
  const either = firstSignal([signal, deadline.signal]);
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal });
  });
  try {
    const context = { signal: either.signal, deadlineAt: clock.now() + timeoutMs };
    return await Promise.race([work(context), overdue, aborted]);
  } catch (thrown) {
    throw classified(thrown, signal);
  } finally {
    done.abort();
    either.release();
    cancelDeadline();
    cancelGrace();
  }
}

function timedOut(timeoutMs: number): RetriableError {
  return new RetriableError(
    'INVOKE_TIMEOUT',
    `the sink did not finish within invoke.timeout.ms=${timeoutMs}; the batch is sent again`,
    { trouble: 'timeout' },
  );
}

function classified(thrown: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (thrown instanceof RetriableError || thrown instanceof FatalError) return thrown;
  if (thrown instanceof ConfigError) return new FatalError(thrown.code, thrown.message, { cause: thrown });
  const error = toError(thrown);
  if (thrown instanceof RecordError) {
    return new FatalError(
      'UNCLASSIFIED',
      `the sink threw a record error for a whole batch instead of answering it: ${error.message}`,
      {
        cause: error,
      },
    );
  }
  return new FatalError('UNCLASSIFIED', `the sink failed in a way it does not classify: ${error.message}`, {
    cause: error,
  });
}
