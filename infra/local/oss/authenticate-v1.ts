/** Signature version 1, in the header and in the address. */
import { checkSkew, expired, type SignatureCheck, secretOf, signatureMismatch } from './credentials.ts';
import { accessDenied, invalidArgument } from './errors.ts';
import { parseRequestTime } from './request-time.ts';
import { signV1, stringToSignV1 } from './sign-v1.ts';

interface SignedV1 {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly signature: string;
  /** Fourth line of the string to sign. */
  readonly date: string;
}

function verify({ request }: SignatureCheck, { accessKeyId, secret, signature, date }: SignedV1): void {
  const stringToSign = stringToSignV1(request, date);
  if (signV1(secret, stringToSign) === signature) return;
  throw signatureMismatch(accessKeyId, signature, stringToSign, { EC: '0002-00000040' });
}

/** `value` is what follows `OSS ` in the header: `<access key id>:<signature>`.
 *  @throws OssError */
export function authenticateHeaderV1(check: SignatureCheck, value: string): void {
  const { headers } = check.request;
  const [accessKeyId, signature, ...more] = value.trim().split(':');
  if (!accessKeyId || !signature || more.length > 0) throw invalidArgument('Authorization header is invalid.');
  const secret = secretOf(check, accessKeyId, headers.get('x-oss-security-token'));
  const date = headers.get('x-oss-date') ?? headers.get('date') ?? '';
  checkSkew(check.now, parseRequestTime(date));
  verify(check, { accessKeyId, secret, signature, date });
}

/** `OSSAccessKeyId`, `Expires` (epoch seconds) and `Signature` in the query.
 *  @throws OssError */
export function authenticatePresignedV1(check: SignatureCheck): void {
  const { query } = check.request;
  const accessKeyId = query.get('OSSAccessKeyId') ?? '';
  const signature = query.get('Signature');
  const expires = query.get('Expires');
  if (signature === undefined || expires === undefined) {
    throw accessDenied('Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters');
  }
  if (!/^\d+$/.test(expires)) {
    throw accessDenied('Invalid date (should be seconds since epoch)', { EC: '0002-00000070' });
  }
  const secret = secretOf(check, accessKeyId, query.get('security-token'));
  if (check.now > Number(expires) * 1000) throw expired(Number(expires) * 1000, check.now);
  verify(check, { accessKeyId, secret, signature, date: expires });
}
