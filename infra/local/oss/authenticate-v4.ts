/** Signature version 4, in the header and in the address. */
import { checkSkew, expired, MAX_SKEW_MS, type SignatureCheck, secretOf, signatureMismatch } from './credentials.ts';
import { accessDenied, invalidArgument, type OssError } from './errors.ts';
import { utf8Of } from './request.ts';
import { isoTime, parseCompactTime, parseHttpTime } from './request-time.ts';
import {
  type CredentialScope,
  canonicalRequestV4,
  parseCredential,
  signV4,
  stringToSignV4,
  V4_ALGORITHM,
} from './sign-v4.ts';

const MAX_PRESIGNED_SECONDS = 7 * 24 * 3600;

function dayOf(epochMs: number): string {
  return isoTime(epochMs).slice(0, 10).replaceAll('-', '');
}

/** Source of the words and numbers: answers of the service quoted in its SDKs' issues, and the page of each number. */
function readScope({ request, now }: SignatureCheck, credential: string, place: string): CredentialScope {
  const wrong = (what: string, details: Record<string, string>): OssError =>
    invalidArgument(`Invalid ${what} in ${place}.`, details);
  const scope = parseCredential(credential);
  if (scope?.terminator !== 'aliyun_v4_request') throw wrong('Credential', { EC: '0002-00000213' });
  if (!/^\d{8}$/.test(scope.date)) throw wrong('signing date', { ServerTime: isoTime(now) });
  if (scope.region !== request.region) throw wrong('signing region', { EC: '0002-00000226' });
  if (scope.product !== 'oss') throw wrong('signing product', { EC: '0002-00000227' });
  return scope;
}

interface SignedV4 {
  readonly scope: CredentialScope;
  readonly secret: string;
  readonly additionalHeaders: string;
  readonly signature: string;
  readonly timestamp: string;
}

function verify({ request }: SignatureCheck, signed: SignedV4): void {
  const { scope, secret, additionalHeaders, signature, timestamp } = signed;
  const names = additionalHeaders === '' ? [] : additionalHeaders.toLowerCase().split(';').sort();
  const canonicalRequest = canonicalRequestV4(request, names);
  const stringToSign = stringToSignV4(canonicalRequest, timestamp, scope);
  if (signV4(secret, scope, stringToSign) === signature) return;
  throw signatureMismatch(scope.accessKeyId, signature, stringToSign, { CanonicalRequest: utf8Of(canonicalRequest) });
}

function readFields(value: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of value.split(',')) {
    const equals = field.indexOf('=');
    fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  return fields;
}

/** `value` is what follows the algorithm in the header: `Credential=...,AdditionalHeaders=...,Signature=...`.
 *  @throws OssError */
export function authenticateHeaderV4(check: SignatureCheck, value: string): void {
  const { now, request } = check;
  const { headers } = request;
  const fields = readFields(value);
  const credential = fields.get('Credential');
  const signature = fields.get('Signature');
  if (!credential || !signature) throw invalidArgument('Authorization header is invalid.');
  if (headers.get('x-oss-content-sha256') !== 'UNSIGNED-PAYLOAD') {
    throw invalidArgument('Invalid x-oss-content-sha256 header: expected UNSIGNED-PAYLOAD.', { EC: '0002-00000214' });
  }
  const scope = readScope(check, credential, 'Authorization header');
  // Some clients send no x-oss-date; then the Date header's own text is what they signed.
  const ossDate = headers.get('x-oss-date');
  const timestamp = ossDate ?? headers.get('date') ?? '';
  const time = ossDate === undefined ? parseHttpTime(timestamp) : parseCompactTime(ossDate);
  // A clock that is a day off is told so by its signing date, before its time is looked at.
  if (![now - MAX_SKEW_MS, now, now + MAX_SKEW_MS].map(dayOf).includes(scope.date)) {
    throw invalidArgument('Invalid signing date in Authorization header.', { ServerTime: isoTime(now) });
  }
  checkSkew(now, time);
  const secret = secretOf(check, scope.accessKeyId, headers.get('x-oss-security-token'));
  verify(check, { scope, secret, signature, timestamp, additionalHeaders: fields.get('AdditionalHeaders') ?? '' });
}

/** `x-oss-signature-version`, `x-oss-credential`, `x-oss-date`, `x-oss-expires` (seconds from the date) and
 *  `x-oss-signature` in the query.
 *  @throws OssError */
export function authenticatePresignedV4(check: SignatureCheck): void {
  const { now, request } = check;
  const invalid = (name: string) => invalidArgument(`Invalid ${name} parameter.`, { ArgumentName: name });
  const parameter = (name: string): string => {
    const value = request.query.get(name);
    if (!value) throw invalid(name);
    return value;
  };
  if (parameter('x-oss-signature-version') !== V4_ALGORITHM) throw invalid('x-oss-signature-version');
  const scope = readScope(check, parameter('x-oss-credential'), 'the x-oss-credential parameter');
  const seconds = Number(parameter('x-oss-expires'));
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_PRESIGNED_SECONDS) throw invalid('x-oss-expires');
  const timestamp = parameter('x-oss-date');
  const signedAt = parseCompactTime(timestamp);
  if (Number.isNaN(signedAt)) throw invalid('x-oss-date');
  if (scope.date !== dayOf(signedAt)) throw invalid('x-oss-credential');
  if (signedAt - now > MAX_SKEW_MS) throw accessDenied('Request is not valid yet.', { EC: '0002-00000235' });
  if (now > signedAt + seconds * 1000) throw expired(signedAt + seconds * 1000, now);
  const secret = secretOf(check, scope.accessKeyId, request.query.get('x-oss-security-token'));
  const additionalHeaders = request.query.get('x-oss-additional-headers') ?? '';
  verify(check, { scope, secret, signature: parameter('x-oss-signature'), timestamp, additionalHeaders });
}
