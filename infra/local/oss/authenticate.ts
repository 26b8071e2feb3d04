/** Who sent a request, and is it signed as the service demands. Refusals carry the service's status, code and words. */
import { authenticateHeaderV1, authenticatePresignedV1 } from './authenticate-v1.ts';
import { authenticateHeaderV4, authenticatePresignedV4 } from './authenticate-v4.ts';
import type { OssCredential } from './credentials.ts';
import { accessDenied, invalidArgument } from './errors.ts';
import type { OssRequest } from './request.ts';
import { V4_ALGORITHM } from './sign-v4.ts';

/** Checks a request's signature: version 1 or 4, in the header or in the address. `now` is epoch ms.
 *  @throws OssError when it is missing, malformed, out of its time, or wrong */
export function authenticate(request: OssRequest, credentials: readonly OssCredential[], now: number): void {
  const check = { request, credentials, now };
  const authorization = request.headers.get('authorization');
  if (authorization?.startsWith(`${V4_ALGORITHM} `)) {
    authenticateHeaderV4(check, authorization.slice(V4_ALGORITHM.length + 1));
  } else if (authorization?.startsWith('OSS ')) {
    authenticateHeaderV1(check, authorization.slice('OSS '.length));
  } else if (authorization !== undefined) {
    throw invalidArgument('Authorization header is invalid.');
  } else if (request.query.has('x-oss-signature-version')) {
    authenticatePresignedV4(check);
  } else if (request.query.has('OSSAccessKeyId')) {
    authenticatePresignedV1(check);
  } else {
    throw accessDenied('You have no right to access this object because of bucket acl.', { EC: '0003-00000001' });
  }
}
