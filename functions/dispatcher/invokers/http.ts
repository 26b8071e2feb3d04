/** A function at any URL: POST of the envelope, answer as in the protocol of outcomes. */
import { Pool } from 'undici';
import { parseAnswer } from '../../../shared/answer.ts';
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, FunctionFailure, RetriableError, toError } from '../../../shared/errors.ts';
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import { type HttpCall, httpRequestOf } from './http-request.ts';
import type { Invoker } from './invoker.ts';

/** An answer names each record once; anything longer than this is not an answer. Bodies of failures are not shown anywhere: a function may
 *  echo records in them. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export interface HttpInvokerOptions extends HttpCall {
  /** True: a 2xx of another shape than ours means "all written". False (our own sinks): it is a protocol breach. */
  readonly userFunction: boolean;
  /** Requests at one time. */
  readonly connections: number;
  readonly clock: Clock;
}

/** Statuses that say "not now" of whatever stands before the function. Source: RFC 9110 §15.6, RFC 6585 §4. */
const UNAVAILABLE = new Set([408, 429, 502, 503, 504]);

/** Posts batches to `url` over a keep-alive pool. */
export function createHttpInvoker(options: HttpInvokerOptions): Invoker {
  const { url } = options;
  const pool = new Pool(url.origin, { connections: options.connections, maxResponseSize: MAX_ANSWER_BYTES });

  return {
    async invoke(batch, { signal, timeoutMs }) {
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const { method, headers, body: envelope } = httpRequestOf(batch, options);
        const response = await pool.request({
          method,
          path: `${url.pathname}${url.search}`,
          headers,
          body: envelope,
          signal: AbortSignal.any([signal, deadline]),
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        const body = Buffer.from(await response.body.arrayBuffer());
        return readAnswer(response.statusCode, response.headers, body, batch, options);
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        if (thrown instanceof RetriableError || thrown instanceof FatalError) throw thrown;
        if (deadline.aborted) {
          throw new RetriableError(
            'INVOKE_TIMEOUT',
            `no answer from ${url.origin} within invoke.timeout.ms=${timeoutMs}`,
          );
        }
        throw transportError(thrown, url);
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

function readAnswer(
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
  if (status >= 200 && status < 300) return answerOf(status, body, batch, userFunction);
  if (UNAVAILABLE.has(status)) {
    throw new RetriableError(
      'TARGET_UNAVAILABLE',
      `HTTP ${status} from the function's address`,
      retryAfter(headers['retry-after'], clock.now()),
    );
  }
  if (status === 500)
    throw new FunctionFailure('FUNCTION_FAILED', 'the function failed the batch: HTTP 500; its own log says more');
  throw new FatalError(
    'FUNCTION_REFUSED',
    `HTTP ${status} from the function's address; a 2xx, 429, 500 or 502-504 was expected: check invoke.http.url and its authorization`,
  );
}

function answerOf(status: number, body: Buffer, batch: RecordBatch, userFunction: boolean): BatchOutcome {
  const answer = parseAnswer(body);
  if (answer === undefined) {
    if (userFunction) return { all: 'written', count: batch.count };
    throw new FatalError(
      'ANSWER_INVALID',
      `HTTP ${status} without outcomes (${body.length} bytes); a sink of ours always answers with them`,
    );
  }
  if ('fatal' in answer) {
    const { code, message, scope } = answer.fatal;
    throw new FatalError(code, message, scope === undefined ? {} : { scope });
  }
  return answer;
}

/** `Retry-After` as seconds or an HTTP date (RFC 9110 §10.2.3). */
function retryAfter(header: string | string[] | undefined, now: number): { retryAfterMs: number } | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) && ms > 0 ? { retryAfterMs: ms } : undefined;
}
