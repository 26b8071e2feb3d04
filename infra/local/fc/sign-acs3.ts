/** The signature of all newer interfaces, `ACS3-HMAC-SHA256`. Source: the page "Request syntax and signature method V3" of Alibaba Cloud's
 *  OpenAPI. */
import { createHash, createHmac } from 'node:crypto';
import type { FcRequest } from './request.ts';

export const ACS3 = 'ACS3-HMAC-SHA256';

/** What stands in `Authorization`. */
export interface Acs3Authorization {
  readonly accessKeyId: string;
  /** Lower-case names, in the order given. */
  readonly signedHeaders: readonly string[];
  /** In hex. */
  readonly signature: string;
}

/** Undefined where it is none. */
export function parseAcs3(authorization: string): Acs3Authorization | undefined {
  const match = /^ACS3-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]*),\s*Signature=([0-9a-f]+)$/.exec(
    authorization,
  );
  if (match === null) return undefined;
  const [, accessKeyId = '', signedHeaders = '', signature = ''] = match;
  return { accessKeyId, signedHeaders: signedHeaders.split(';'), signature };
}

/** RFC 3986: everything but letters, digits and `-_.~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The request in the form that is signed. `sha256` is that of its body. */
export function canonicalRequest(
  { method, path, query, headers }: FcRequest,
  signedHeaders: readonly string[],
  sha256: string,
): string {
  const parameters = [...query]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return [
    method,
    path.split('/').map(encode).join('/'),
    parameters.join('&'),
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? '').trim()}`),
    '',
    signedHeaders.join(';'),
    sha256,
  ].join('\n');
}

/** In hex. */
export function signAcs3(accessKeySecret: string, canonical: string): string {
  const hashed = createHash('sha256').update(canonical).digest('hex');
  return createHmac('sha256', accessKeySecret).update(`${ACS3}\n${hashed}`).digest('hex');
}
