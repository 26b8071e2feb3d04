import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { authenticate } from '../../../../../infra/local/maxcompute/authenticate.ts';
import { type MaxComputeRequest, readRequest } from '../../../../../infra/local/maxcompute/request.ts';
import { signV2, signV4, stringToSign } from '../../../../../infra/local/maxcompute/sign.ts';

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const NOW = Date.parse(DATE);
const KEYS = { accessId: 'testid', accessKey: 'testsecret' };

/** Vectors of pyodps' own signer. */
const BLOCK_V2 = 'HfuGpfa9FNFbdY2SSs/eDobhBQA=';
const BLOCK_V4 = 'iCZg/m5K0eESnIGD7uSJQnrxJBw=';
const TUNNEL_V2 = '/TFOU2DR1k1mO9WaY0wU5dhkcDg=';

function request(method: string, url: string, headers: Record<string, string> = {}): MaxComputeRequest {
  return readRequest({ method, url, headers: { date: DATE, ...headers } } as unknown as IncomingMessage);
}

const BLOCK_HEADERS = {
  'content-type': 'application/octet-stream',
  'x-odps-tunnel-version': '6',
  'odps-tunnel-date-transform': 'v1',
  'content-encoding': 'deflate',
};
const QUERIES = [
  'uploadid=abc&blockid=0&partition=pt=x%20y,ds=%C3%A9&curr_project=proj',
  'uploadid=abc&blockid=0&partition=pt%3Dx+y%2Cds%3D%C3%A9&curr_project=proj',
];

describe('a signature', () => {
  it.each(QUERIES)('is made of decoded, sorted parameters, whatever their encoding: %s', (query) => {
    const block = request('PUT', `/projects/proj/tables/t1?${query}`, BLOCK_HEADERS);
    expect(stringToSign(block).split('\n')).toEqual([
      'PUT',
      '',
      'application/octet-stream',
      DATE,
      'x-odps-tunnel-version:6',
      '/projects/proj/tables/t1?blockid=0&curr_project=proj&partition=pt=x y,ds=é&uploadid=abc',
    ]);
    expect(signV2(KEYS.accessKey, stringToSign(block))).toBe(BLOCK_V2);
    expect(signV4(KEYS.accessKey, '20260101', 'cn-hangzhou', stringToSign(block))).toBe(BLOCK_V4);
  });

  it.each(['service', 'service='])('leaves out /api, and the = of a parameter without a value: %s', (bare) => {
    const asked = request('GET', `/api/projects/proj/tunnel?${bare}&curr_project=proj`);
    expect(signV2(KEYS.accessKey, stringToSign(asked))).toBe(TUNNEL_V2);
  });

  it('signs parameters that begin as its headers do', () => {
    const asked = request('GET', '/projects/p?x-odps-a=1', { 'x-odps-b': '2' });
    expect(stringToSign(asked).split('\n').slice(4, -1)).toEqual(['x-odps-a:1', 'x-odps-b:2']);
  });
});

describe('a request', () => {
  const check = { credentials: [KEYS], region: 'cn-hangzhou', now: NOW };
  const signed = (authorization: string, headers: Record<string, string> = {}) =>
    request('GET', '/api/projects/proj/tunnel?service&curr_project=proj', { authorization, ...headers });
  const v4 = (day: string, region: string, signature?: string) => {
    const text = stringToSign(signed(''));
    const made = signature ?? signV4(KEYS.accessKey, day, region, text);
    return signed(`ODPS testid/${day}/${region}/odps/aliyun_v4_request:${made}`);
  };
  const good = signed(`ODPS testid:${TUNNEL_V2}`);

  it('is let in with a good signature of either version', () => {
    expect(() => authenticate(good, check)).not.toThrow();
    expect(() => authenticate(v4('20260101', 'cn-hangzhou'), check)).not.toThrow();
    expect(() => authenticate(v4('20251231', 'cn-hangzhou'), check)).not.toThrow();
  });

  it.each([
    ['no signature', signed(''), 'missing or no ODPS one'],
    ['another scheme', signed('OSS testid:x'), 'missing or no ODPS one'],
    ['another key', signed('ODPS nobody:x'), 'accessKeyId not found'],
    ['a wrong signature', signed(`ODPS testid:${BLOCK_V2}`), 'signature does not match'],
    ['a wrong signature of version 4', v4('20260101', 'cn-hangzhou', BLOCK_V2), 'signature does not match'],
    ['another region', v4('20260101', 'cn-beijing'), 'for cn-beijing'],
    ['a day long past', v4('20250101', 'cn-hangzhou'), 'on 20250101'],
    ['no date', signed(`ODPS testid:${TUNNEL_V2}`, { date: '' }), 'Date header'],
    ['a token that is not its own', signed(`ODPS testid:${TUNNEL_V2}`, { 'authorization-sts-token': 'x' }), 'token'],
  ])('is refused with %s', (_, asked, message) => {
    expect(() => authenticate(asked, check)).toThrow(
      expect.objectContaining({ status: 401, code: 'Unauthorized', message: expect.stringContaining(message) }),
    );
  });

  it.each([-1, 1])('is refused when its time is off by more than 15 minutes, and not by less: %s', (sign) => {
    expect(() => authenticate(good, { ...check, now: NOW + sign * 899_000 })).not.toThrow();
    expect(() => authenticate(good, { ...check, now: NOW + sign * 901_000 })).toThrow(
      expect.objectContaining({ code: 'RequestTimeTooSkewed' }),
    );
  });

  it('needs its token where the key is a temporary one, before it expires', () => {
    const credentials = [{ ...KEYS, securityToken: 'token', expiresAt: NOW + 1 }];
    const temporary = signed(`ODPS testid:${TUNNEL_V2}`, { 'authorization-sts-token': 'token' });
    expect(() => authenticate(temporary, { ...check, credentials })).not.toThrow();
    expect(() => authenticate(good, { ...check, credentials })).toThrow('does not belong');
    expect(() => authenticate(temporary, { ...check, credentials, now: NOW + 1 })).toThrow('expired');
  });
});
