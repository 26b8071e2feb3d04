import { describe, expect, it } from 'vitest';
import { classify } from '../../../../functions/oss-sink/classify.ts';
import type { OssReply } from '../../../../functions/oss-sink/oss-failure.ts';
import { FatalError, RecordError, RetriableError } from '../../../../shared/errors.ts';
import { capturedFailure } from './replies.ts';

const REQUEST = {
  action: 'PutObject',
  bucket: 'example-bucket',
  endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
  region: 'cn-hangzhou',
};

describe('captured replies', () => {
  it.each([
    ['bucket-missing', FatalError, 'OSS_BUCKET_MISSING'],
    ['access-key-unknown', FatalError, 'OSS_CREDENTIALS_REFUSED'],
    ['service-access-key-unknown', FatalError, 'OSS_CREDENTIALS_REFUSED'],
    ['signature-wrong', FatalError, 'OSS_CREDENTIALS_REFUSED'],
    ['service-signature-wrong', FatalError, 'OSS_CREDENTIALS_REFUSED'],
    ['head-signature-wrong', FatalError, 'OSS_CREDENTIALS_REFUSED'],
    ['clock-skewed', FatalError, 'OSS_CLOCK_SKEWED'],
    ['service-clock-skewed', FatalError, 'OSS_CLOCK_SKEWED'],
    ['bucket-in-another-region', FatalError, 'OSS_WRONG_ENDPOINT'],
    ['service-another-endpoint', FatalError, 'OSS_WRONG_ENDPOINT'],
    ['object-too-large', RecordError, 'OSS_OBJECT_TOO_LARGE'],
    ['object-name-invalid', RecordError, 'OSS_BAD_OBJECT_NAME'],
    ['get-object-missing', RetriableError, 'OSS_OBJECT_GONE'],
    ['throttled', RetriableError, 'OSS_THROTTLED'],
    ['internal-error', RetriableError, 'OSS_UNAVAILABLE'],
    ['versioning-not-implemented', FatalError, 'OSS_UNCLASSIFIED'],
  ])('%s', (name, errorClass, code) => {
    const error = classify(capturedFailure(name), REQUEST);
    expect(error).toBeInstanceOf(errorClass);
    expect(error.code).toBe(code);
    expect(error.message).toContain('PutObject on bucket example-bucket');
  });

  it.each([
    ['bucket-missing', true],
    ['access-key-unknown', true],
    ['service-signature-wrong', true],
    ['clock-skewed', true],
    ['service-another-endpoint', false],
    ['versioning-not-implemented', false],
  ])('say of %s whether it may heal: %s', (name, mayHeal) => {
    expect(classify(capturedFailure(name), REQUEST)).toMatchObject({ mayHeal });
  });

  it('say what was the matter with the target', () => {
    expect(classify(capturedFailure('throttled'), REQUEST)).toMatchObject({ trouble: 'throttled' });
    expect(classify(capturedFailure('internal-error'), REQUEST)).toMatchObject({ trouble: 'unreachable' });
    const timeout = { kind: 'network', code: 'UND_ERR_HEADERS_TIMEOUT', cause: undefined } as const;
    expect(classify(timeout, REQUEST)).toMatchObject({ trouble: 'timeout' });
  });

  it('takes a refused signing date for the clock only where the clock is off', () => {
    const reply = { kind: 'reply', status: 400, code: 'InvalidArgument', localTimeMs: 3_600_000 } as const;
    expect(classify({ ...reply, serverTimeMs: 0 }, REQUEST)).toMatchObject({ code: 'OSS_CLOCK_SKEWED', mayHeal: true });
    expect(classify({ ...reply, serverTimeMs: 3_000_000 }, REQUEST)).toMatchObject({ code: 'OSS_UNCLASSIFIED' });
    expect(classify(reply, REQUEST)).toMatchObject({ code: 'OSS_UNCLASSIFIED' });
  });

  it('say how far the clock is off, and which way', () => {
    const behind = capturedFailure('service-clock-skewed', Date.parse('2024-09-22T06:32:40.000Z'));
    expect(classify(behind, REQUEST).message).toContain('this clock is 86400 s behind the one of OSS');
    const ahead = capturedFailure('service-clock-skewed', Date.parse('2024-09-23T07:32:40.000Z'));
    expect(classify(ahead, REQUEST).message).toContain('this clock is 3600 s ahead of the one of OSS');
  });

  it('name the endpoint that is right', () => {
    const { message } = classify(capturedFailure('service-another-endpoint'), REQUEST);
    expect(message).toContain('set oss.endpoint to https://oss-cn-beijing.aliyuncs.com');
  });

  it('ask for the wait that the service asks for', () => {
    expect(classify(capturedFailure('throttled'), REQUEST)).toMatchObject({ retryAfterMs: 7_000 });
    expect(classify(capturedFailure('internal-error'), REQUEST)).toMatchObject({ retryAfterMs: undefined });
  });

  it('never show keys or signatures that the service repeats', () => {
    for (const name of ['service-signature-wrong', 'service-access-key-unknown', 'access-key-unknown']) {
      expect(classify(capturedFailure(name), REQUEST).message).not.toMatch(/LTAI|STS\.|IRmZh4spCWLR926M9ukbnSmFzJ0/);
    }
  });
});

describe('replies by status, where no code is known', () => {
  const reply = (status: number, more: Partial<OssReply> = {}): OssReply => ({
    kind: 'reply',
    status,
    localTimeMs: 0,
    ...more,
  });

  it.each([
    [401, FatalError, 'OSS_CREDENTIALS_REFUSED'],
    [403, FatalError, 'OSS_ACCESS_DENIED'],
    [408, RetriableError, 'OSS_TIMEOUT'],
    [413, RecordError, 'OSS_OBJECT_TOO_LARGE'],
    [429, RetriableError, 'OSS_THROTTLED'],
    [500, RetriableError, 'OSS_UNAVAILABLE'],
    [502, RetriableError, 'OSS_UNAVAILABLE'],
    [503, RetriableError, 'OSS_UNAVAILABLE'],
    [504, RetriableError, 'OSS_UNAVAILABLE'],
    [400, FatalError, 'OSS_UNCLASSIFIED'],
    [404, FatalError, 'OSS_UNCLASSIFIED'],
    [418, FatalError, 'OSS_UNCLASSIFIED'],
  ])('%i', (status, errorClass, code) => {
    const error = classify(reply(status), REQUEST);
    expect(error).toBeInstanceOf(errorClass);
    expect(error.code).toBe(code);
  });

  it.each(['SlowDown', 'QpsLimitExceeded', 'TotalQpsLimitExceeded', 'UploadTrafficRateLimitExceeded'])(
    '503 %s is throttling',
    (code) => {
      expect(classify(reply(503, { code }), REQUEST).code).toBe('OSS_THROTTLED');
    },
  );

  it('are not misled by codes that JavaScript knows', () => {
    expect(classify(reply(400, { code: 'constructor' }), REQUEST).code).toBe('OSS_UNCLASSIFIED');
  });

  it('read a redirect as the endpoint it names', () => {
    expect(classify(reply(307, { endpoint: 'oss-eu-west-1.aliyuncs.com' }), REQUEST).code).toBe('OSS_WRONG_ENDPOINT');
  });
});

describe('no reply', () => {
  it.each([
    ['ECONNREFUSED', RetriableError, 'OSS_UNREACHABLE'],
    ['ECONNRESET', RetriableError, 'OSS_UNREACHABLE'],
    ['UND_ERR_SOCKET', RetriableError, 'OSS_UNREACHABLE'],
    ['HTTPParserError', RetriableError, 'OSS_UNREACHABLE'],
    ['UND_ERR_CONNECT_TIMEOUT', RetriableError, 'OSS_UNREACHABLE'],
    ['EAI_AGAIN', RetriableError, 'OSS_UNREACHABLE'],
    ['UND_ERR_DESTROYED', RetriableError, 'OSS_CLOSED'],
    ['ABORTED', RetriableError, 'OSS_TIMEOUT'],
    ['CERT_HAS_EXPIRED', FatalError, 'OSS_NOT_TRUSTED'],
    ['HPE_INVALID_CONSTANT', FatalError, 'OSS_UNCLASSIFIED'],
    ['', FatalError, 'OSS_UNCLASSIFIED'],
  ])('%j', (networkCode, errorClass, code) => {
    const cause = new Error('https://signed.example/?x-oss-signature=secret');
    const context = { topic: 'orders', partition: 0, offset: 4 };
    const error = classify({ kind: 'network', code: networkCode, cause }, { ...REQUEST, context });
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject({ code, cause, context });
    expect(error.message).not.toContain('secret');
  });
});
