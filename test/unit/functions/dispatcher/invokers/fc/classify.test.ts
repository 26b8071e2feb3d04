import { describe, expect, it } from 'vitest';
import { classifyRefusal, doubtful } from '../../../../../../functions/dispatcher/invokers/fc/classify.ts';
import { FatalError, FunctionFailure, RetriableError } from '../../../../../../shared/errors.ts';

const CALL = { what: 'function orders (LATEST)', statement: '{"Effect":"Allow"}' };

function classify(status: number, code: string, more: { requestId?: undefined; retryAfterMs?: number } = {}) {
  const refusal = { status, code, message: 'so it is', requestId: 'r-1', retryAfterMs: undefined, ...more };
  return classifyRefusal(refusal, CALL);
}

describe('what Function Compute refuses', () => {
  it.each([
    [429, 'ResourceThrottled', 'FC_THROTTLED', 'throttled'],
    [429, 'ConcurrencyLimitExceeded', 'FC_THROTTLED', 'throttled'],
    [500, 'InternalServerError', 'FC_UNAVAILABLE', 'unreachable'],
    [502, 'BadGateway', 'FC_UNAVAILABLE', 'unreachable'],
    [503, 'ServiceUnavailable', 'FC_UNAVAILABLE', 'throttled'],
    [504, '', 'FC_UNAVAILABLE', 'timeout'],
    [408, '', 'FC_UNAVAILABLE', 'timeout'],
    [599, '', 'FC_UNAVAILABLE', 'unreachable'],
    [400, 'SignatureNonceUsed', 'FC_UNAVAILABLE', 'unreachable'],
  ])('is sent again: %i %s', (status, code, ours, trouble) => {
    const error = classify(status, code);
    expect(error).toBeInstanceOf(RetriableError);
    expect(error).not.toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({ code: ours, trouble });
  });

  it('is sent again when it was asked to wait', () => {
    expect(classify(429, 'ResourceThrottled', { retryAfterMs: 7_000 })).toMatchObject({ retryAfterMs: 7_000 });
  });

  it.each([
    [403, 'InvalidAccessKeyID', 'FC_CREDENTIALS_REFUSED'],
    [403, 'SignatureNotMatch', 'FC_CREDENTIALS_REFUSED'],
    [400, 'SignatureDoesNotMatch', 'FC_CREDENTIALS_REFUSED'],
    [404, 'InvalidAccessKeyId.NotFound', 'FC_CREDENTIALS_REFUSED'],
    [400, 'InvalidSecurityToken.Expired', 'FC_CREDENTIALS_REFUSED'],
    [403, 'InvalidSignature', 'FC_CREDENTIALS_REFUSED'],
    [403, 'AccessKeyDisabled', 'FC_CREDENTIALS_REFUSED'],
    [401, '', 'FC_CREDENTIALS_REFUSED'],
    [400, 'InvalidTimeStamp.Expired', 'FC_CLOCK_SKEWED'],
    [403, 'RequestTimeTooSkewed', 'FC_CLOCK_SKEWED'],
    [403, 'AccessDenied', 'FC_ACCESS_DENIED'],
    [404, 'FunctionNotFound', 'FC_FUNCTION_MISSING'],
    [404, 'ServiceNotFound', 'FC_FUNCTION_MISSING'],
    [404, 'AliasNotFound', 'FC_FUNCTION_MISSING'],
    [412, 'PreconditionFailed', 'FC_FUNCTION_NOT_READY'],
    [409, 'Conflict', 'FC_REQUEST_REFUSED'],
  ])('fails the task until it heals: %i %s', (status, code, ours) => {
    const error = classify(status, code);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({ code: ours, mayHeal: true });
    // What is said of a signature may repeat what was signed.
    expect(error.message.includes('so it is')).toBe(ours !== 'FC_CREDENTIALS_REFUSED');
    expect(error.message).toContain(code);
  });

  it.each([
    [400, 'EntityTooLarge', 'FC_CALL_TOO_LARGE'],
    [413, '', 'FC_CALL_TOO_LARGE'],
    [400, 'InvalidArgument', 'FC_REQUEST_REFUSED'],
    [415, 'UnsupportedMediaType', 'FC_REQUEST_REFUSED'],
  ])('fails the task for good: %i %s', (status, code, ours) => {
    expect(classify(status, code)).toMatchObject({ code: ours, mayHeal: false });
  });

  it('says which statement is missing', () => {
    expect(classify(403, 'AccessDenied').message).toContain(CALL.statement);
  });

  it('is none of its own without a code and an id', () => {
    expect(classify(404, '', { requestId: undefined })).toMatchObject({ code: 'FC_ANSWER_DOUBTFUL' });
    expect(doubtful(200).message).toContain('HTTP 200');
  });
});
