/** What Function Compute's own refusals mean: a table, no I/O. What a function answers is not refused here.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute/fc/developer-reference/error-codes, and for the signature of 3.0
 *  https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature. */
import { FatalError, RetriableError, type Trouble } from '../../../../shared/errors.ts';

/** An answer that is no 2xx. */
export interface FcRefusal {
  readonly status: number;
  /** As the service says it; '' where the body has none. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** What is called, for messages. */
export interface RefusedCall {
  /** `function orders (LATEST)`. */
  readonly what: string;
  /** Statement of a RAM policy that allows the call. */
  readonly statement: string;
}

/** All that speaks of them: `SignatureNotMatch`, `InvalidAccessKeyId.NotFound`, `InvalidSecurityToken.Expired`, and what else there is. */
const CREDENTIALS = /AccessKey|Signature|SecurityToken|StsToken/i;
const CLOCK = /^(RequestTimeTooSkewed|InvalidTimeStamp\.\w+|RequestExpired|InvalidDate)$/;
const NOT_THERE = /^(Function|Service|Version|Alias|Qualifier)NotFound$/;
/** Made anew at every request, so the same one comes by nothing but an answer that was lost. */
const REPEATED = /^SignatureNonceUsed$/;

/** Statuses that say "not now", and what the matter is then. */
const NOT_NOW: Readonly<Record<number, Trouble>> = {
  408: 'timeout',
  429: 'throttled',
  500: 'unreachable',
  502: 'unreachable',
  503: 'throttled',
  504: 'timeout',
};

/** The error for `refusal`. Nothing of it is about a record. */
export function classifyRefusal(refusal: FcRefusal, { what, statement }: RefusedCall): RetriableError | FatalError {
  const { status, code, requestId, retryAfterMs } = refusal;
  const said = describe(refusal);
  const trouble = NOT_NOW[status];
  if (trouble !== undefined || status > 504 || REPEATED.test(code)) {
    return new RetriableError(status === 429 ? 'FC_THROTTLED' : 'FC_UNAVAILABLE', `Function Compute: ${said}`, {
      trouble: trouble ?? 'unreachable',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (CLOCK.test(code)) {
    return fatal('FC_CLOCK_SKEWED', `Function Compute refuses the time of this machine: ${said}; set its clock (NTP)`);
  }
  if (CREDENTIALS.test(code) || status === 401) {
    // What the service says of a signature may repeat what was signed, tokens among it.
    const said = describe({ ...refusal, message: '' });
    return fatal(
      'FC_CREDENTIALS_REFUSED',
      `Function Compute refuses the credentials: ${said}; correct fc.access.key.id and its companions, or the role`,
    );
  }
  if (status === 403) {
    return fatal(
      'FC_ACCESS_DENIED',
      `${what} may not be called: ${said}; add to the policy of the caller: ${statement}`,
    );
  }
  if (NOT_THERE.test(code)) {
    return fatal(
      'FC_FUNCTION_MISSING',
      `${what} is not there: ${said}; deploy it, or correct fc.function.name, fc.qualifier, fc.service.name and fc.endpoint`,
    );
  }
  if (status === 412) {
    return fatal(
      'FC_FUNCTION_NOT_READY',
      `${what} cannot be called as it is: ${said}; look at its state in the console`,
    );
  }
  if (status === 413 || code === 'EntityTooLarge') {
    return new FatalError('FC_CALL_TOO_LARGE', `${what} takes no call of this size: ${said}; lower invoke.max.bytes`);
  }
  if (code === '' && requestId === undefined) return doubtful(status);
  return new FatalError('FC_REQUEST_REFUSED', `Function Compute refuses the call of ${what}: ${said}`, {
    // An account in debt, or a function that is changed at this moment.
    mayHeal: status === 402 || status === 404 || status === 409,
  });
}

/** For an answer that does not come from Function Compute. */
export function doubtful(status: number): FatalError {
  return new FatalError(
    'FC_ANSWER_DOUBTFUL',
    `HTTP ${status} without the request id that Function Compute answers with; check fc.endpoint, and proxies on the way`,
  );
}

function fatal(code: string, message: string): FatalError {
  return new FatalError(code, message, { mayHeal: true });
}

function describe({ status, code, message, requestId }: FcRefusal): string {
  const words = [code, message].filter((word) => word !== '').join(': ');
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  return `HTTP ${status}${words === '' ? '' : ` ${words}`}${id}`;
}
