/** Ends waits that nobody needs any more. */
import { aborted } from '../aborted.ts';
import { FatalError, RetriableError, toError } from '../errors.ts';

/** Reason of aborted waits inside the consumer; never reaches a caller. */
export class Interrupted extends Error {}

/** As `work`, but rejects with `Interrupted` as soon as the signal aborts; `work` then goes on unheard. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const interrupted = aborted(AbortSignal.any([signal, ended.signal])).then(() => {
    throw new Interrupted();
  });
  interrupted.catch(() => undefined);
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    ended.abort();
  }
}

/** What ended the consumer, as the `FatalError` its owner is told. Anything unclassified is a defect and says so. */
export function asFailure(thrown: unknown): FatalError {
  if (thrown instanceof FatalError) return thrown;
  const error = toError(thrown);
  const mayHeal = error instanceof RetriableError;
  const code = mayHeal ? error.code : 'CONSUMER_BROKEN';
  return new FatalError(code, `the consumer cannot go on: ${error.message}`, { cause: error, mayHeal });
}
