/** What both signature versions share: keys, the time a signature holds, and the words of a mismatch. */
import { accessDenied, OssError } from './errors.ts';
import { type OssRequest, utf8Of } from './request.ts';
import { isoTime } from './request-time.ts';

/** A key pair that may sign. With a `securityToken` it is a temporary one, and requests must carry the token. */
export interface OssCredential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
  /** Epoch ms from which the token is refused; never, when absent. */
  readonly expiresAt?: number;
}

/** A request under examination. `now` is epoch ms. */
export interface SignatureCheck {
  readonly request: OssRequest;
  readonly credentials: readonly OssCredential[];
  readonly now: number;
}

/** The service refuses a signature whose time is further off than this. */
export const MAX_SKEW_MS = 15 * 60_000;

/** The key's secret. A temporary key without its token, and a lasting key with one, are no keys at all to the service.
 *  Source: its pages of the `EC` codes.
 *  @throws OssError `InvalidAccessKeyId`, `InvalidSecurityToken`, `SecurityTokenExpired` */
export function secretOf(
  { credentials, request, now }: SignatureCheck,
  accessKeyId: string,
  token: string | undefined,
): string {
  const found = credentials.find((credential) => credential.accessKeyId === accessKeyId);
  if (found === undefined) throw unknownKey(accessKeyId, token === undefined ? '0002-00000902' : '0002-00000002');
  const { accessKeySecret, securityToken, expiresAt = Number.POSITIVE_INFINITY } = found;
  if (token === undefined && securityToken !== undefined) throw unknownKey(accessKeyId, '0002-00000003', LOST_TOKEN);
  if (token !== undefined && securityToken === undefined) throw unknownKey(accessKeyId, '0002-00000002');
  const refused = (code: string, message: string, ec: string) =>
    new OssError(403, code, message, { Bucket: request.bucket ?? '', EC: ec });
  if (token !== securityToken) {
    throw refused('InvalidSecurityToken', 'The security token you provided is invalid.', '0002-00000006');
  }
  if (now >= expiresAt) {
    throw refused('SecurityTokenExpired', 'The security token you provided has expired.', '0002-00000007');
  }
  return accessKeySecret;
}

const LOST_TOKEN = ' The Security Token may be lost to specify that it is a STS Access Id.';

function unknownKey(accessKeyId: string, ec: string, more = ''): OssError {
  const message = `The OSS Access Key Id you provided does not exist in our records.${more}`;
  return new OssError(403, 'InvalidAccessKeyId', message, { OSSAccessKeyId: accessKeyId, EC: ec });
}

/** A header signature's time must be near. `time` is epoch ms, NaN when the request tells none.
 *  @throws OssError `AccessDenied`, `RequestTimeTooSkewed` */
export function checkSkew(now: number, time: number): void {
  if (Number.isNaN(time)) throw accessDenied('OSS authentication requires a valid Date.', { EC: '0002-00000503' });
  if (Math.abs(now - time) <= MAX_SKEW_MS) return;
  throw new OssError(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      RequestTime: isoTime(time),
      ServerTime: isoTime(now),
      EC: '0002-00000504',
    },
  );
}

/** A presigned address whose time ran out at `at`. */
export function expired(at: number, now: number): OssError {
  return accessDenied('Request has expired.', { Expires: isoTime(at), ServerTime: isoTime(now), EC: '0002-00000069' });
}

/** Tells the client what the service signed, so that it can find the difference. */
export function signatureMismatch(
  accessKeyId: string,
  provided: string,
  stringToSign: string,
  details: Readonly<Record<string, string>>,
): OssError {
  const bytes = Buffer.from(stringToSign, 'latin1').toString('hex').toUpperCase();
  return new OssError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      OSSAccessKeyId: accessKeyId,
      SignatureProvided: provided,
      StringToSign: utf8Of(stringToSign),
      StringToSignBytes: bytes.replace(/../g, '$& '),
      ...details,
    },
  );
}
