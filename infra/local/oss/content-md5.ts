/** The `Content-MD5` header, and what else a request says of its body's size. */
import { OssError } from './errors.ts';
import { entityTooLarge } from './incoming-body.ts';
import type { OssRequest } from './request.ts';

/** The digest the client promised.
 *  @throws OssError `InvalidDigest` */
export function expectedMd5({ headers }: OssRequest): Buffer | undefined {
  const text = headers.get('content-md5');
  if (text === undefined) return undefined;
  const md5 = Buffer.from(text, 'base64');
  if (md5.length !== 16 || md5.toString('base64') !== text.trim()) throw invalidDigest(text);
  return md5;
}

/** @throws OssError `InvalidDigest` where `received` is not the digest that the client promised */
export function checkMd5(request: OssRequest, received: Buffer): void {
  if (expectedMd5(request)?.equals(received) === false) throw invalidDigest(request.headers.get('content-md5') ?? '');
}

// One code for both: a value that is no MD5, and an MD5 of other bytes. Source: the service's page on this very message.
function invalidDigest(md5: string): OssError {
  return new OssError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', { 'Content-MD5': md5 });
}

/** A body must tell its length, or come in chunks.
 *  @throws OssError `MissingContentLength`, `EntityTooLarge` */
export function checkLength({ headers }: OssRequest, maxBytes: number): void {
  const length = headers.get('content-length');
  if (length === undefined && headers.get('transfer-encoding') === undefined) {
    throw new OssError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length ?? 0) > maxBytes) throw entityTooLarge(Number(length), maxBytes);
}
