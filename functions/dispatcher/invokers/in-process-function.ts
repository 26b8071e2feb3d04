/** A user's own function in this process, called as Function Compute's Node.js runtime calls it. */
import type { Clock } from '../../../shared/clock.ts';
import { type EnvelopeOptions, encodeEnvelope } from '../../../shared/envelope/encode.ts';
import { FunctionFailure, FunctionTimeout, toError } from '../../../shared/errors.ts';
import type { Invoker } from './invoker.ts';
import { readAnswer } from './read-answer.ts';

/** What the function is told beside its event. As in Function Compute, but without what only a cloud has: credentials, region, account.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute (Node.js, context). */
export interface FunctionContext {
  readonly requestId: string;
  /** `timeout` is in seconds. */
  readonly function: { readonly name: string; readonly handler: 'handler'; readonly timeout: number };
}

/** `event` holds the envelope as it would stand in a request. */
export type UserFunction = (event: Buffer, context: FunctionContext) => unknown;

export interface InProcessFunctionOptions {
  readonly handler: UserFunction;
  /** For its context: the file it comes from. */
  readonly name: string;
  readonly envelope: EnvelopeOptions;
  readonly clock: Clock;
  readonly requestId: () => string;
}

/** Calls `handler` with each batch. What it throws is its failure; what it returns is read like the body of a 2xx. A call that takes too
 *  long is no longer waited for, but nothing can end it: code that never lets go of the thread stops the whole process. */
export function createInProcessFunction(options: InProcessFunctionOptions): Invoker {
  const { handler, name, envelope, clock, requestId } = options;
  return {
    async invoke(batch, { signal, timeoutMs }) {
      signal.throwIfAborted();
      const event = encodeEnvelope(batch, envelope);
      const context = {
        requestId: requestId(),
        function: { name, handler: 'handler', timeout: timeoutMs / 1000 },
      } as const;
      let giveUp: (reason: unknown) => void = () => undefined;
      const givenUp = new Promise<never>((_, reject) => {
        giveUp = reject;
      });
      const cancel = clock.after(timeoutMs, () => {
        const text = `no answer from ${name} within invoke.timeout.ms=${timeoutMs}`;
        giveUp(new FunctionTimeout('INVOKE_TIMEOUT', text));
      });
      const aborted = () => giveUp(signal.reason);
      signal.addEventListener('abort', aborted, { once: true });
      try {
        return readAnswer((await Promise.race([called(handler, event, context), givenUp])) ?? '', batch, true);
      } finally {
        cancel();
        signal.removeEventListener('abort', aborted);
      }
    },
    close: () => Promise.resolve(),
  };
}

/** @throws FunctionFailure for anything it throws */
async function called(
  handler: UserFunction,
  event: Buffer,
  context: FunctionContext,
): Promise<Buffer | string | object> {
  try {
    const answer = await handler(event, context);
    return typeof answer === 'object' && answer !== null ? answer : String(answer ?? '');
  } catch (thrown) {
    const error = toError(thrown);
    throw new FunctionFailure('FUNCTION_FAILED', `the function threw ${error.name}: ${error.message}`, {
      cause: error,
      report: { stack: error.stack },
    });
  }
}
