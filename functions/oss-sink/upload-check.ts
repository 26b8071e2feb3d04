/** What tells that a body arrived as it was sent. */

/** `md5`: the service refuses a body that is not of its Content-MD5, and the ETag of its answer is compared. `none`: the transport alone. */
export const UPLOAD_CHECKS = ['md5', 'none'] as const;
export type UploadCheck = (typeof UPLOAD_CHECKS)[number];

/** Where nobody chose: TLS authenticates every byte on its way, plain HTTP has 16 bits of TCP's checksum a packet and no more. */
export function defaultUploadCheck(endpoint: URL | undefined): UploadCheck {
  return endpoint?.protocol === 'http:' ? 'md5' : 'none';
}
