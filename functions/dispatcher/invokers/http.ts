/** A function at any URL: POST of the envelope, answer as in the protocol of outcomes. */
import type { buildConnector } from 'undici';
import type { Clock } from '../../../shared/clock.ts';
import type { Buffers } from '../../../shared/envelope/output-buffer.ts';
import { FatalError, FunctionFailure, RetriableError, type Trouble } from '../../../shared/errors.ts';
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import { retryAfterMs } from '../../../shared/retry-after.ts';
import { FunctionChannel } from './function-channel.ts';
import { functionError } from './function-error.ts';
import type { FunctionReply } from './http-exchange.ts';
import { type HttpCall, httpRequestOf } from './http-request.ts';
import type { Invoker } from './invoker.ts';
import { readAnswer } from './read-answer.ts';

export interface HttpInvokerOptions extends Omit<HttpCall, 'authorization'> {
  /** Value of the `Authorization` header, asked for before each request.
   *  @throws FatalError when it cannot be had */
  readonly authorization?: () => string;
  /** True: a 2xx of another shape than ours means "all written", and no answer in time counts as a failure of the function. False (our own
   *  sinks): the one is a protocol breach, the other a target that cannot be used. */
  readonly userFunction: boolean;
  readonly clock: Clock;
  /** Where bodies of requests come from; those of the process by default. */
  readonly buffers?: Buffers;
  /** How connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
}

/** Statuses that say "not now" of whatever stands before the function. Source: RFC 9110 §15.6, RFC 6585 §4. */
const UNAVAILABLE = new Set([408, 429, 502, 503, 504]);

/** Rights may be given, secrets corrected, the function deployed. */
const MAY_BE_GRANTED = new Set([401, 403, 404]);
/** What says that the function gets more than it takes, and that something before it waited in vain; the rest is out of reach. */
const TROUBLES: Readonly<Record<number, Trouble>> = {
  408: 'timeout',
  429: 'throttled',
  503: 'throttled',
  504: 'timeout',
};

/** Posts batches to `url`. */
export function createHttpInvoker(options: HttpInvokerOptions): Invoker {
  const { url, userFunction, clock, buffers, dial } = options;
  const channel = new FunctionChannel({ origin: url.origin, userFunction, clock, buffers, dial });
  return {
    async invoke(batch, context) {
      const reply = await channel.send((bodies) => {
        const call = { ...options, authorization: options.authorization?.() };
        return httpRequestOf(batch, call, bodies);
      }, context);
      return readReply(reply, batch, options);
    },
    close: () => channel.close(),
  };
}

function readReply(
  reply: FunctionReply,
  batch: RecordBatch,
  { userFunction, clock }: HttpInvokerOptions,
): BatchOutcome {
  const { status, headers, body } = reply;
  const failure = functionError(reply, userFunction);
  if (failure !== undefined) throw failure;
  if (status >= 200 && status < 300) return readAnswer(body, batch, userFunction);
  if (UNAVAILABLE.has(status)) {
    const waitMs = retryAfterMs(headers['retry-after'], clock.now());
    throw new RetriableError('TARGET_UNAVAILABLE', `HTTP ${status} from the function's address`, {
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
      trouble: TROUBLES[status] ?? 'unreachable',
    });
  }
  if (status === 500)
    throw new FunctionFailure('FUNCTION_FAILED', 'the function failed the batch: HTTP 500; its own log says more');
  throw new FatalError(
    'FUNCTION_REFUSED',
    `HTTP ${status} from the function's address; a 2xx, 429, 500 or 502-504 was expected: check invoke.http.url and its authorization`,
    { mayHeal: MAY_BE_GRANTED.has(status) },
  );
}
