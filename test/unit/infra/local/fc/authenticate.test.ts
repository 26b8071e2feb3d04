import { createHash, createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { authenticate, type SignatureCheck } from '../../../../../infra/local/fc/authenticate.ts';
import { NonceMemory } from '../../../../../infra/local/fc/nonce-memory.ts';
import type { FcRequest } from '../../../../../infra/local/fc/request.ts';
import { RECORDED_REQUESTS, type RecordedRequest, readBodyOf } from './recorded-requests.ts';

interface Fc2 {
  getSignature(id: string, secret: string, method: string, path: string, headers: Record<string, string>): string;
}
const Fc2 = createRequire(import.meta.url)('@alicloud/fc2') as Fc2;

const OPERATIONS = [
  { path: /\/invocations/, operation: 'invoke' },
  { path: /\/async-invoke-config/, operation: 'get-async' },
] as const;
const KEYS = { accessKeyId: 'AK', accessKeySecret: 'SECRET' };
const TEMPORARY = { accessKeyId: 'STS.AK', accessKeySecret: 'TEMPORARY', securityToken: 'TOKEN' };
const MINUTES = 60_000;

const byAcs3 = RECORDED_REQUESTS.filter(({ signedHeaders }) => signedHeaders !== undefined);
const byFc1 = RECORDED_REQUESTS.filter(({ signedHeaders }) => signedHeaders === undefined);

function find(requests: readonly RecordedRequest[], text: string): RecordedRequest {
  const found = requests.find(({ name }) => name.includes(text));
  if (found === undefined) throw new Error(`no recorded request has ${text}`);
  return found;
}

/** Signs after the service's page, by code that is not the stand-in's. */
function signedAcs3({ request, body, signedHeaders = [] }: RecordedRequest, keys = KEYS): FcRequest {
  const { method, path, query, headers } = request;
  const search = [...query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const lines = signedHeaders.map((name) => `${name}:${headers.get(name)}\n`).join('');
  const canonical = `${method}\n${path}\n${search}\n${lines}\n${signedHeaders.join(';')}\n${body.sha256}`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  const signature = createHmac('sha256', keys.accessKeySecret).update(`ACS3-HMAC-SHA256\n${hash}`).digest('hex');
  const parts = `Credential=${keys.accessKeyId},SignedHeaders=${signedHeaders.join(';')},Signature=${signature}`;
  return withHeader(request, 'authorization', `ACS3-HMAC-SHA256 ${parts}`);
}

/** Signed by the client's own code. */
function signedFc1({ request }: RecordedRequest, keys = KEYS): FcRequest {
  const { method, path, headers } = request;
  const { accessKeyId, accessKeySecret } = keys;
  const signature = Fc2.getSignature(accessKeyId, accessKeySecret, method, path, Object.fromEntries(headers));
  return withHeader(request, 'authorization', signature);
}

function withHeader(request: FcRequest, name: string, value: string | undefined): FcRequest {
  const headers = new Map(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}

/** With a header more, before it is signed. */
function carrying(recorded: RecordedRequest, name: string, value: string): RecordedRequest {
  const { signedHeaders } = recorded;
  const names = signedHeaders === undefined ? undefined : [...new Set([...signedHeaders, name])].sort();
  return { ...recorded, request: withHeader(recorded.request, name, value), signedHeaders: names };
}

function check(request: FcRequest, recorded: RecordedRequest, changes: Partial<SignatureCheck> = {}): string {
  const api = request.path.startsWith('/2023') ? '3.0' : '2.0';
  const { operation } = OPERATIONS.find(({ path }) => path.test(request.path)) ?? { operation: 'get' as const };
  const known = { credentials: [KEYS, TEMPORARY], accountId: '123', nonces: new NonceMemory(), operation };
  try {
    authenticate(request, recorded.body, { ...known, api, now: recorded.sentAt, ...changes });
    return 'let in';
  } catch (thrown) {
    return (thrown as { code?: string }).code ?? String(thrown);
  }
}

const acs3 = find(byAcs3, 'POST');
const fc1 = find(byFc1, 'POST');

it('has requests of all four clients', () => {
  const clients = new Set(RECORDED_REQUESTS.map(({ request }) => request.headers.get('user-agent')?.split(' ')[0]));
  expect(RECORDED_REQUESTS.length).toBe(25);
  expect(clients.size).toBeGreaterThanOrEqual(3);
});

describe.each(byAcs3.map((recorded) => [recorded.name, recorded] as const))('%s', (_name, recorded) => {
  it('is let in, and refused when anything that was signed is another', () => {
    const signed = signedAcs3(recorded);
    expect(check(signed, recorded)).toBe('let in');
    for (const name of recorded.signedHeaders ?? []) {
      const spoilt = withHeader(signed, name, `${signed.headers.get(name)}0`);
      expect(check(spoilt, recorded), name).not.toBe('let in');
    }
    expect(check({ ...signed, path: `${signed.path}x` }, recorded)).toBe('SignatureNotMatch');
    expect(check({ ...signed, query: [['qualifier', 'other']] }, recorded)).toBe('SignatureNotMatch');
    expect(check({ ...signed, method: 'PUT' }, recorded)).toBe('SignatureNotMatch');
    expect(check(signed, { ...recorded, body: readBodyOf(Buffer.from('other')) })).toBe('SignatureNotMatch');
  });
});

describe.each(byFc1.map((recorded) => [recorded.name, recorded] as const))('%s', (_name, recorded) => {
  it('is let in, and refused when anything that was signed is another', () => {
    const signed = signedFc1(recorded);
    expect(check(signed, recorded)).toBe('let in');
    const names = ['content-md5', 'content-type', ...[...signed.headers.keys()].filter((name) => /^x-fc-/.test(name))];
    for (const name of names.filter((each) => signed.headers.has(each))) {
      expect(check(withHeader(signed, name, 'other'), recorded), name).toBe('SignatureNotMatch');
    }
    expect(check(withHeader(signed, 'x-fc-more', '1'), recorded)).toBe('SignatureNotMatch');
    expect(check({ ...signed, path: `${signed.path}x` }, recorded)).toBe('SignatureNotMatch');
  });
});

describe('a signature', () => {
  it.each([
    ['ACS3', acs3, signedAcs3(acs3)],
    ['the first', fc1, signedFc1(fc1)],
  ])('of a time more than 15 minutes off is refused, %s', (_name, recorded, signed) => {
    for (const way of [-1, 1]) {
      expect(check(signed, recorded, { now: recorded.sentAt + way * 15 * MINUTES })).toBe('let in');
      expect(check(signed, recorded, { now: recorded.sentAt + way * 15 * MINUTES + way })).toBe('RequestTimeTooSkewed');
    }
  });

  it.each([
    ['ACS3', acs3, signedAcs3],
    ['the first', fc1, signedFc1],
  ] as const)('needs a key that is known, and its secret, %s', (_name, recorded, sign) => {
    expect(check(sign(recorded, { ...KEYS, accessKeyId: 'other' }), recorded)).toBe('InvalidAccessKeyID');
    expect(check(sign(recorded, { ...KEYS, accessKeySecret: 'other' }), recorded)).toBe('SignatureNotMatch');
    const signed = sign(recorded).headers.get('authorization') ?? '';
    // As many characters, and more bytes.
    const odd = signed.replace(/(?<=Signature=|FC AK:).*/, (signature) => 'é'.repeat(signature.length));
    expect(check(withHeader(recorded.request, 'authorization', odd), recorded)).toBe('SignatureNotMatch');
    expect(check(recorded.request, recorded)).toBe('MissingRequiredHeader');
    expect(check(withHeader(recorded.request, 'authorization', 'Bearer x'), recorded)).not.toBe('let in');
  });

  it.each([
    ['ACS3', acs3, signedAcs3, 'x-acs-security-token'],
    ['the first', fc1, signedFc1, 'x-fc-security-token'],
  ] as const)(
    'of a temporary key needs its token, and that of a lasting one has none, %s',
    (_name, recorded, sign, header) => {
      expect(check(sign(carrying(recorded, header, 'TOKEN'), TEMPORARY), recorded)).toBe('let in');
      expect(check(sign(carrying(recorded, header, 'other'), TEMPORARY), recorded)).toBe('InvalidSecurityToken');
      expect(check(sign(recorded, TEMPORARY), recorded)).toBe('InvalidSecurityToken');
      expect(check(sign(carrying(recorded, header, 'TOKEN')), recorded)).toBe('InvalidSecurityToken');
    },
  );

  it('by ACS3 covers the host and every x-acs header, and is made anew for every request', () => {
    for (const name of ['host', 'content-type', 'x-acs-action', 'x-acs-date']) {
      const partly = { ...acs3, signedHeaders: acs3.signedHeaders?.filter((each) => each !== name) };
      expect(check(signedAcs3(partly as RecordedRequest), acs3), name).toBe('SignatureNotMatch');
    }
    for (const name of [
      'x-acs-action',
      'x-acs-content-sha256',
      'x-acs-date',
      'x-acs-signature-nonce',
      'x-acs-version',
    ]) {
      const less = { ...acs3, request: withHeader(acs3.request, name, undefined) };
      const names = { ...less, signedHeaders: acs3.signedHeaders?.filter((each) => each !== name) };
      expect(check(signedAcs3(names as RecordedRequest), acs3), name).toBe('MissingRequiredHeader');
    }
    const nonces = new NonceMemory();
    expect(check(signedAcs3(acs3), acs3, { nonces })).toBe('let in');
    expect(check(signedAcs3(acs3), acs3, { nonces })).toBe('SignatureNonceUsed');
  });

  it('by ACS3 is for the operation of its address', () => {
    expect(check(signedAcs3(carrying(acs3, 'x-acs-action', 'GetFunction')), acs3)).toBe('InvalidAction.NotFound');
    expect(check(signedAcs3(carrying(acs3, 'x-acs-version', '2021-04-06')), acs3)).toBe('InvalidVersion');
    expect(check(signedAcs3(acs3), acs3, { operation: 'get' })).toBe('InvalidAction.NotFound');
  });

  it('of the first kind opens the 2.0 interface only, ACS3 both', () => {
    const { path } = fc1.request;
    expect(check(signedFc1({ ...fc1, request: { ...fc1.request, path } }), fc1, { api: '3.0' })).toBe(
      'SignatureNotMatch',
    );
    expect(check(signedAcs3(acs3), acs3, { api: '2.0' })).toBe('let in');
  });

  it('does not open another account, nor a body with another digest', () => {
    const other = carrying(fc1, 'x-fc-account-id', '124');
    expect(check(signedFc1(other), fc1)).toBe('AccessDenied');
    expect(check(signedFc1(carrying(fc1, 'content-md5', 'bm90IHRoaXM=')), fc1)).toBe('InvalidArgument');
  });
});
