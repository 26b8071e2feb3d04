/** A function at any URL: POST of the envelope, answer as in the protocol of outcomes. */
import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { bodyBuffers } from '../../../shared/body-buffers.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Buffers } from '../../../shared/envelope/output-buffer.ts';
import {
  FatalError,
  FunctionFailure,
  FunctionTimeout,
  RetriableError,
  type Trouble,
  toError,
} from '../../../shared/errors.ts';
import { firstSignal } from '../../../shared/first-signal.ts';
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import { retryAfterMs } from '../../../shared/retry-after.ts';
import { type HttpCall, httpRequestOf } from './http-request.ts';
import type { Invoker } from './invoker.ts';
import { readAnswer } from './read-answer.ts';

/** An answer names each record once; anything longer than this is not an answer. Bodies of failures are not shown anywhere: a function may
 *  echo records in them. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

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

/** Posts batches to `url` over a keep-alive pool. As many at one time as are asked for: a request that waits in a pool would use up its time
 *  behind others. */
export function createHttpInvoker(options: HttpInvokerOptions): Invoker {
  const { url, buffers = bodyBuffers } = options;
  const pool = new Pool(url.origin, { connections: null, maxResponseSize: MAX_ANSWER_BYTES });

  return {
    async invoke(batch, { signal, timeoutMs }) {
      const deadline = AbortSignal.timeout(timeoutMs);
      const either = firstSignal([signal, deadline]);
      let sent = false;
      let handedOver = false;
      try {
        const call = { ...options, authorization: options.authorization?.() };
        const { method, headers, body: envelope } = httpRequestOf(batch, call, buffers);
        // Asked for once the connection stands and the headers are out: from then on the function may have the batch. (Of a `Readable`
        // undici begins to read before that.) Asked for more once the socket has passed all of it on.
        const body = (function* () {
          sent = true;
          yield envelope;
          handedOver = true;
        })();
        const response = await pool.request({
          method,
          path: `${url.pathname}${url.search}`,
          headers: { ...headers, 'content-length': String(envelope.length) },
          // Its types leave out iterables; its documentation names them (Dispatcher.md, `DispatchOptions.body`).
          body: body as unknown as Readable,
          signal: either.signal,
          // The deadline bounds all of it.
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        const answer = Buffer.from(await response.body.arrayBuffer());
        // A function may answer before it has read everything. After a failure a request may still be sending the body.
        if (handedOver) buffers.giveBack(envelope);
        return readResponse(response.statusCode, response.headers, answer, batch, options);
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        if (thrown instanceof RetriableError || thrown instanceof FatalError) throw thrown;
        if (deadline.aborted) {
          const kind = sent && options.userFunction ? FunctionTimeout : RetriableError;
          throw new kind('INVOKE_TIMEOUT', `no answer from ${url.origin} within invoke.timeout.ms=${timeoutMs}`, {
            trouble: 'timeout',
          });
        }
        throw transportError(thrown, url);
      } finally {
        either.release();
      }
    },
    close: () => pool.close(),
  };
}

function transportError(thrown: unknown, url: URL): Error {
  const error = toError(thrown);
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new FatalError('ANSWER_TOO_LARGE', `the answer of ${url.origin} is over ${MAX_ANSWER_BYTES} bytes`, {
      cause: error,
    });
  }
  return new RetriableError('TARGET_UNREACHABLE', `cannot reach ${url.origin}: ${error.message}`, { cause: error });
}

function readResponse(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: Buffer,
  batch: RecordBatch,
  { userFunction, clock }: HttpInvokerOptions,
): BatchOutcome {
  const errorType = headers['x-fc-error-type'];
  if (errorType !== undefined) {
    throw new FunctionFailure(
      'FUNCTION_FAILED',
      `the function failed the batch: ${String(errorType)}; its own log says more`,
    );
  }
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
