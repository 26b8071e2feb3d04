import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { authenticate } from '../../../../../infra/local/oss/authenticate.ts';
import { OssError } from '../../../../../infra/local/oss/errors.ts';
import { readRequest } from '../../../../../infra/local/oss/request.ts';

interface Recorded {
  readonly client: string;
  readonly receivedAt: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string>;
}

/** Requests as three clients sent them, signed with key `ak` and secret `sk`, in both versions and all styles. */
const recorded = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oss/signed-requests.json', import.meta.url), 'utf8'),
) as Recorded[];
const named = recorded.map((one) => ({
  ...one,
  name: `${one.client} ${one.method} ${(one.headers['authorization'] ?? 'presigned').slice(0, 4)} ${one.headers['host']} ${one.target}`,
}));

const MINUTE = 60_000;
const KEY = { accessKeyId: 'ak', accessKeySecret: 'sk' };

function check(one: Recorded, keys = [KEY], skewMs = 0): OssError | undefined {
  const message = { method: one.method, url: one.target, headers: one.headers } as unknown as IncomingMessage;
  try {
    authenticate(readRequest(message, 'cn-hangzhou'), keys, Date.parse(one.receivedAt) + skewMs);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof OssError) return thrown;
    throw thrown;
  }
}

const isPresigned = (one: Recorded) => one.headers['authorization'] === undefined;
const isV4 = (one: Recorded) => /OSS4-HMAC-SHA256/.test(one.headers['authorization'] ?? one.target);
const some = (fits: (one: Recorded) => boolean): Recorded => {
  const found = recorded.find(fits);
  if (!found) throw new Error('no such recording');
  return found;
};
const withHeader = (one: Recorded, name: string, value: string | undefined): Recorded => {
  const headers = { ...one.headers };
  if (value === undefined) delete headers[name];
  else headers[name] = value;
  return { ...one, headers };
};

describe('recorded requests of clients that are not ours', () => {
  it('holds both versions, header and address, path style, virtual hosts and absolute targets', () => {
    for (const v4 of [true, false]) {
      const ofVersion = recorded.filter((one) => isV4(one) === v4);
      expect(ofVersion.some(isPresigned)).toBe(true);
      expect(ofVersion.some((one) => one.target.startsWith('/bkt/'))).toBe(true);
      expect(ofVersion.some((one) => one.target.startsWith('http://bkt.'))).toBe(true);
      expect(ofVersion.some((one) => one.target.startsWith('/ali') && one.headers['host']?.startsWith('bkt.'))).toBe(
        true,
      );
    }
  });

  it.each(named)('accepts $name', (one) => {
    expect(check(one)).toBeUndefined();
  });

  it.each(named)('refuses with another secret: $name', (one) => {
    expect(check(one, [{ accessKeyId: 'ak', accessKeySecret: 'other' }])).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  it.each(named.filter((one) => one.method === 'PUT'))('refuses another key under the same signature: $name', (one) => {
    expect(check({ ...one, target: `${one.target}x` })?.code).toBe('SignatureDoesNotMatch');
  });

  it.each(named)('refuses an unknown key id: $name', (one) => {
    expect(check(one, [{ accessKeyId: 'nobody', accessKeySecret: 'sk' }])).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
      details: { OSSAccessKeyId: 'ak' },
    });
  });
});

describe('time', () => {
  it.each(named.filter((one) => !isPresigned(one)))('refuses a clock 16 minutes off: $name', (one) => {
    expect(check(one, [KEY], 14 * MINUTE)).toBeUndefined();
    for (const skew of [16 * MINUTE, -16 * MINUTE]) {
      expect(check(one, [KEY], skew)).toMatchObject({
        status: 403,
        code: 'RequestTimeTooSkewed',
        details: { MaxAllowedSkewMilliseconds: '900000' },
      });
    }
  });

  it('refuses a signing date that is days off before it looks at the time', () => {
    const one = some((candidate) => isV4(candidate) && !isPresigned(candidate));
    expect(check(one, [KEY], 3 * 24 * 60 * MINUTE)).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      message: 'Invalid signing date in Authorization header.',
    });
  });

  it.each(named.filter(isPresigned))('lets a presigned address expire: $name', (one) => {
    expect(check(one, [KEY], 24 * 60 * MINUTE)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired.',
    });
  });

  it('refuses a request without a date', () => {
    const one = some((candidate) => candidate.headers['date'] !== undefined && !isV4(candidate));
    expect(check(withHeader(one, 'date', undefined))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });
});

describe('what is not signed as it must be', () => {
  const v4 = some((one) => isV4(one) && !isPresigned(one));

  it('refuses a request without a signature', () => {
    expect(check(withHeader(v4, 'authorization', undefined))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it.each(['Basic abc', 'OSS ', 'OSS ak', 'OSS4-HMAC-SHA256 Signature=1'])('refuses the header %j', (authorization) => {
    expect(check(withHeader(v4, 'authorization', authorization))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });

  it.each([
    ['cn-hangzhou/oss', 'cn-beijing/oss', 'Invalid signing region in Authorization header.'],
    ['cn-hangzhou/oss', 'cn-hangzhou/s3', 'Invalid signing product in Authorization header.'],
    ['aliyun_v4_request', 'aws4_request', 'Invalid Credential in Authorization header.'],
  ])('refuses a scope with %s replaced by %s', (from, to, message) => {
    const authorization = (v4.headers['authorization'] ?? '').replace(from, to);
    expect(check(withHeader(v4, 'authorization', authorization))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      message,
    });
  });

  it('refuses a payload hash', () => {
    expect(check(withHeader(v4, 'x-oss-content-sha256', 'abc'))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });

  it('wants the token of a temporary key', () => {
    const temporary = [{ ...KEY, securityToken: 'token' }];
    expect(check(v4, temporary)).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
    expect(check(withHeader(v4, 'x-oss-security-token', 'other'), temporary)).toMatchObject({
      status: 403,
      code: 'InvalidSecurityToken',
    });
    const expired = [{ ...KEY, securityToken: 'token', expiresAt: Date.parse(v4.receivedAt) }];
    expect(check(withHeader(v4, 'x-oss-security-token', 'token'), expired)).toMatchObject({
      status: 403,
      code: 'SecurityTokenExpired',
      details: { EC: '0002-00000007' },
    });
    expect(check(withHeader(v4, 'x-oss-security-token', 'token'))).toMatchObject({
      code: 'InvalidAccessKeyId',
      details: { EC: '0002-00000002' },
    });
    // The right token, but not signed with the request.
    expect(check(withHeader(v4, 'x-oss-security-token', 'token'), temporary)?.code).toBe('SignatureDoesNotMatch');
  });
});
