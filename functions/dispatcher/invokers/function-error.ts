/** A failure that Function Compute reports of a function: header, body and log. Pure.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/error-handling, and facts of its replies (a failure of the
 *  function is a 2xx with `X-Fc-Error-Type` and `{errorMessage, errorType, stackTrace}`; the log tail is Base64 in `X-Fc-Log-Result`). */
import { FunctionFailure, type FunctionReport, FunctionTimeout, RetriableError } from '../../../shared/errors.ts';
import { boundedMessage, boundedTrace } from '../../../shared/failure-words.ts';
import type { FunctionReply } from './http-exchange.ts';

/** What the platform says of its own errors, in the header that names a function's. */
const PLATFORM_ERROR = /^FcCommonError$/i;
/** The function was not ready, and never had the batch. */
const NOT_INITIALIZED = /^(Function)?InitializationError$/;
/** The platform's own words, in a body without `errorType`. */
const OUT_OF_TIME = /^function time[ds]? out/i;

/** Statuses that say "not now" of the platform, or of what stands before it: whatever comes with them, no record is to blame. */
const NOT_NOW = new Set([408, 429, 502, 503, 504]);

/** As much as Function Compute hands out. */
const MAX_LOG = 4_096;

/** The failure that `reply` reports; `undefined` when it reports none, or none but by its status. A 2xx that names an error is always one.
 *  @param userFunction false: it is a sink of ours, which answers whatever becomes of records. That it failed is trouble with memory, time or
 *  deployment, and no record is to blame */
export function functionError(reply: FunctionReply, userFunction: boolean): RetriableError | undefined {
  const errorType = headerOf(reply, 'x-fc-error-type');
  if (errorType === undefined || NOT_NOW.has(reply.status)) return undefined;
  if (PLATFORM_ERROR.test(errorType)) {
    if (reply.status < 200 || reply.status >= 300) return undefined;
    return new RetriableError('FC_UNAVAILABLE', `Function Compute: HTTP ${reply.status} with an error of its own`);
  }
  const report = reportOf(reply);
  const outOfTime = isOutOfTime(reply);
  if (NOT_INITIALIZED.test(errorType)) {
    return new RetriableError(
      'FUNCTION_NOT_INITIALIZED',
      `the function's initializer failed (${errorType}), so the function never had the batch; its log says why`,
    );
  }
  if (!userFunction) {
    // Our own sinks put no record into what they say of themselves.
    return new RetriableError(
      'SINK_FUNCTION_FAILED',
      `the sink's function died with the batch: ${report.said ?? errorType}; give it more memory or time, or lower batch.bytes`,
      { trouble: outOfTime ? 'timeout' : 'unreachable' },
    );
  }
  const kind = outOfTime ? FunctionTimeout : FunctionFailure;
  const what = outOfTime ? `${errorType}, its own time ran out` : errorType;
  return new kind('FUNCTION_FAILED', `the function failed the batch: ${what}`, {
    report,
    trouble: outOfTime ? 'timeout' : 'unreachable',
  });
}

/** First value of a header. */
export function headerOf({ headers }: FunctionReply, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** What the function says of its failure, each part bounded. */
export function reportOf(reply: FunctionReply): FunctionReport {
  const { errorMessage, errorType, stackTrace } = errorBody(reply.body);
  const words = [errorType, errorMessage].filter((word) => typeof word === 'string' && word !== '');
  const log = headerOf(reply, 'x-fc-log-result');
  const tail = log === undefined ? '' : Buffer.from(log, 'base64').subarray(-MAX_LOG).toString('utf8');
  return {
    said: words.length === 0 ? undefined : boundedMessage(words.join(': ')),
    stack: boundedTrace(stackTrace),
    logTail: tail === '' ? undefined : tail,
  };
}

function isOutOfTime({ body }: FunctionReply): boolean {
  const { errorMessage, errorType } = errorBody(body);
  return errorType === undefined && typeof errorMessage === 'string' && OUT_OF_TIME.test(errorMessage);
}

interface ErrorBody {
  readonly errorMessage?: unknown;
  readonly errorType?: unknown;
  readonly stackTrace?: unknown;
}

function errorBody(body: Buffer): ErrorBody {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return {};
    throw thrown;
  }
}
