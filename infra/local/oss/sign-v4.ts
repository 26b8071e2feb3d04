/** Signature version 4. Source: the service's page "Include signatures in the Authorization header (V4)". */
import { createHash, createHmac } from 'node:crypto';
import type { OssRequest } from './request.ts';

/** Its name in headers, addresses and strings to sign. */
export const V4_ALGORITHM = 'OSS4-HMAC-SHA256';

/** `<access key id>/<yyyymmdd>/<region>/oss/aliyun_v4_request`, taken apart. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly product: string;
  readonly terminator: string;
}

/** Takes a credential apart; `undefined` when it has not five parts. */
export function parseCredential(credential: string): CredentialScope | undefined {
  const parts = credential.split('/');
  const [accessKeyId, date, region, product, terminator] = parts;
  if (parts.length !== 5 || !accessKeyId || !date || !region || !product || !terminator) return undefined;
  return { accessKeyId, date, region, product, terminator };
}

/** RFC 3986: everything but unreserved characters, upper-case hexadecimal. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalQuery(query: ReadonlyMap<string, string>): string {
  return [...query]
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]) => ({ name: uriEncode(name), value: uriEncode(value) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, value }) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

/** The canonical request, one character a byte. `additionalHeaders` are lower-case names, sorted. */
export function canonicalRequestV4(request: OssRequest, additionalHeaders: readonly string[]): string {
  const { bucket, key, headers, method, query } = request;
  const path = uriEncode(`/${bucket === undefined ? '' : `${bucket}/`}${key ?? ''}`).replaceAll('%2F', '/');
  const signed = [...headers.keys()].filter(
    (name) =>
      name === 'content-type' ||
      name === 'content-md5' ||
      name.startsWith('x-oss-') ||
      additionalHeaders.includes(name),
  );
  const canonicalHeaders = signed.sort().map((name) => `${name}:${(headers.get(name) ?? '').trim()}\n`);
  return [
    method,
    path,
    canonicalQuery(query),
    canonicalHeaders.join(''),
    additionalHeaders.join(';'),
    headers.get('x-oss-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

/** What both sides sign. `timestamp` is the text of the request's date, as the client wrote it. */
export function stringToSignV4(canonicalRequest: string, timestamp: string, scope: CredentialScope): string {
  const hash = createHash('sha256').update(Buffer.from(canonicalRequest, 'latin1')).digest('hex');
  return [V4_ALGORITHM, timestamp, `${scope.date}/${scope.region}/${scope.product}/${scope.terminator}`, hash].join(
    '\n',
  );
}

/** Signature of a string to sign, in lower-case hexadecimal. */
export function signV4(accessKeySecret: string, scope: CredentialScope, stringToSign: string): string {
  const key = [scope.date, scope.region, scope.product, scope.terminator].reduce<string | Buffer>(
    (signingKey, part) => createHmac('sha256', signingKey).update(part).digest(),
    `aliyun_v4${accessKeySecret}`,
  );
  return createHmac('sha256', key).update(stringToSign).digest('hex');
}
