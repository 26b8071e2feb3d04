/** Who sent a request, and is it signed as the service demands. */
import { parseHttpTime } from '../oss/request-time.ts';
import { MaxComputeError, unauthorized } from './errors.ts';
import type { MaxComputeRequest } from './request.ts';
import { signV2, signV4, stringToSign } from './sign.ts';

/** A key pair that may sign. With a `securityToken` it is a temporary one, and requests must carry the token. */
export interface MaxComputeCredential {
  readonly accessId: string;
  readonly accessKey: string;
  readonly securityToken?: string;
  /** Epoch ms from which the token is refused; never, when absent. */
  readonly expiresAt?: number;
}

/** A request under examination. `now` is epoch ms. */
export interface SignatureCheck {
  readonly credentials: readonly MaxComputeCredential[];
  /** Of the endpoint: signatures of version 4 are bound to it. */
  readonly region: string;
  readonly now: number;
}

const MAX_SKEW_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
const V4_ID = /^(.+)\/(\d{8})\/([^/]+)\/odps\/aliyun_v4_request$/;

function checkTime(request: MaxComputeRequest, now: number): void {
  const time = parseHttpTime(request.headers.get('date') ?? '');
  if (Number.isNaN(time)) throw unauthorized('The Date header is missing or no RFC 1123 time.');
  if (Math.abs(now - time) <= MAX_SKEW_MS) return;
  throw new MaxComputeError(
    401,
    'RequestTimeTooSkewed',
    'ODPS-0410031:Authentication request expired - the difference between request and server time is too large',
  );
}

function checkToken(request: MaxComputeRequest, credential: MaxComputeCredential, now: number): void {
  const token = request.headers.get('authorization-sts-token');
  if (token !== credential.securityToken) {
    throw unauthorized('ODPS-0410051:Invalid credentials - the security token does not belong to this access id');
  }
  if (now >= (credential.expiresAt ?? Number.POSITIVE_INFINITY)) {
    throw unauthorized('ODPS-0410051:Invalid credentials - the security token has expired');
  }
}

/** Days that a signature of version 4 may name: clocks differ, also at midnight. */
function daysAround(now: number): string[] {
  return [now - DAY_MS, now, now + DAY_MS].map((at) => new Date(at).toISOString().slice(0, 10).replaceAll('-', ''));
}

/** Checks a request's signature, of version 2 or 4.
 *  @throws MaxComputeError when it is missing, malformed, out of its time, or wrong */
export function authenticate(request: MaxComputeRequest, { credentials, region, now }: SignatureCheck): void {
  const [, id = '', signature = ''] = /^ODPS ([^:]+):(.+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
  if (id === '')
    throw unauthorized('ODPS-0410061:Authentication failed - the Authorization header is missing or no ODPS one');
  checkTime(request, now);
  const [, accessId = id, day, signedRegion] = V4_ID.exec(id) ?? [];
  const credential = credentials.find((each) => each.accessId === accessId);
  if (credential === undefined) throw unauthorized('ODPS-0410051:Invalid credentials - accessKeyId not found');
  if (day !== undefined && (signedRegion !== region || !daysAround(now).includes(day))) {
    throw unauthorized(`ODPS-0410061:Authentication failed - the signature is for ${signedRegion} on ${day}`);
  }
  const text = stringToSign(request);
  const { accessKey } = credential;
  const expected = day === undefined ? signV2(accessKey, text) : signV4(accessKey, day, region, text);
  if (expected !== signature) {
    throw unauthorized(
      `ODPS-0410042:Invalid signature value - User signature does not match, server signed ${JSON.stringify(text)}`,
    );
  }
  checkToken(request, credential, now);
}
