/** The signature of RPC calls, version 1.0: HMAC-SHA1 over all parameters. Source: the page "Request syntax and signature method V2" of Alibaba
 *  Cloud's OpenAPI. */
import { createHmac } from 'node:crypto';

/** RFC 3986: everything but letters, digits and `-_.~`. */
function encode(text: string): string {
  const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

/** All parameters but `Signature`, sorted, encoded, and encoded again as a whole. */
export function stringToSignRpc(method: string, parameters: ReadonlyMap<string, string>): string {
  const sorted = [...parameters].filter(([name]) => name !== 'Signature').sort(([a], [b]) => (a < b ? -1 : 1));
  const query = sorted.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return `${method}&${encode('/')}&${encode(query)}`;
}

/** In base64. */
export function signRpc(accessKeySecret: string, text: string): string {
  return createHmac('sha1', `${accessKeySecret}&`).update(text).digest('base64');
}
