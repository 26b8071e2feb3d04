/** The service's first signature, `FC ak:base64(HMAC-SHA256)`. Source: its page "Signature authentication", and `lib/helper.js` of
 *  @alicloud/fc2. */
import { createHmac } from 'node:crypto';
import type { FcRequest } from './request.ts';

/** What both sides sign: method, digest, type, time, all `x-fc-` headers, the decoded path. */
export function stringToSignFc1({ method, path, headers }: FcRequest): string {
  const own = [...headers].filter(([name]) => name.startsWith('x-fc-')).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    headers.get('date') ?? '',
    ...own.map(([name, value]) => `${name}:${value}`),
    path,
  ].join('\n');
}

/** In base64. */
export function signFc1(accessKeySecret: string, text: string): string {
  return createHmac('sha256', accessKeySecret).update(text).digest('base64');
}
