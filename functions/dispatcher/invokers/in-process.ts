/** A sink in the same process: it gets the batch as it is, nothing is serialised only to be parsed again. */
import type { Clock } from '../../../shared/clock.ts';
import { ConfigError, FatalError, RecordError, RetriableError, toError } from '../../../shared/errors.ts';
import type { SinkWriter, TwoPhaseWriter, WriteContext } from '../../../shared/sink.ts';
import type { InvokeContext, Invoker } from './invoker.ts';

/** A writer is told to stop at its deadline and then has this long to come back with what it did. */
const GRACE_MS = 5_000;

/** Calls `writer` directly, bounded by the invoke timeout. A writer that does not come back counts as unreachable (its batch
 *  is sent again; writers make that harmless). Anything it throws outside the taxonomy is fatal. */
export function createInProcessInvoker(writer: SinkWriter, clock: Clock): Invoker {
  return {
    ...(writer.open === undefined
      ? {}
      : {
          open: (topics, call) => bounded(call, clock, async (context) => writer.open?.(topics, context), lookTimedOut),
        }),
    invoke: (batch, call) => bounded(call, clock, (context) => writer.write(batch, context)),
    phases: isTwoPhase(writer)
      ? {
          prepare: (batch, call, token) => bounded(call, clock, (context) => writer.prepare(batch, context, token)),
          commit: (tokens, call) => bounded(call, clock, (context) => writer.commit(tokens, context)),
          resolve: (token, range, call) => bounded(call, clock, (context) => writer.resolve(token, range, context)),
        }
      : undefined,
    close: () => writer.close(),
  };
}

function isTwoPhase(writer: SinkWriter): writer is TwoPhaseWriter {
  return 'prepare' in writer;
}

/** Does `work` within the time of `call`. Called for every batch, however small: one signal is made, and only where `work` asks for it. */
async function bounded<T>(
  { signal, timeoutMs }: InvokeContext,
  clock: Clock,
  work: (context: WriteContext) => Promise<T>,
  timedOut = writeTimedOut,
): Promise<T> {
  const stop = new AbortController();
  let giveUp: (reason: unknown) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  // Nobody waits for it where `work` throws before it returns.
  givenUp.catch(() => undefined);
  const aborted = () => {
    stop.abort(signal.reason);
    giveUp(signal.reason);
  };
  let cancel = clock.after(timeoutMs, () => {
    stop.abort(timedOut(timeoutMs));
    cancel = clock.after(GRACE_MS, () => giveUp(timedOut(timeoutMs)));
  });
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  try {
    const context: WriteContext = {
      get signal() {
        return stop.signal;
      },
      deadlineAt: clock.now() + timeoutMs,
    };
    return await Promise.race([work(context), givenUp]);
  } catch (thrown) {
    throw classified(thrown, signal);
  } finally {
    signal.removeEventListener('abort', aborted);
    cancel();
  }
}

function lookTimedOut(timeoutMs: number): RetriableError {
  return new RetriableError('TARGET_LOOK_TIMEOUT', `the target did not answer within ${timeoutMs} ms`, {
    trouble: 'timeout',
  });
}

function writeTimedOut(timeoutMs: number): RetriableError {
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
