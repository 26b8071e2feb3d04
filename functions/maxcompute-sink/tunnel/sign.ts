/** Signatures of requests, versions 2 and 4. Sources: aliyun-odps-python-sdk `odps/accounts.py`, aliyun-odps-java-sdk
 *  `com.aliyun.odps.account.AliyunRequestSigner`. */
import { createHmac } from 'node:crypto';

export interface RequestToSign {
  readonly method: string;
  /** Behind the endpoint's own path, not escaped: `/projects/p/tables/t`. */
  readonly path: string;
  /** Not escaped; '' for a name that stands alone. */
  readonly query: Readonly<Record<string, string>>;
  /** With `date`. Names in small letters; those that are not signed may be among them. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SigningKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

const VENDOR_PREFIX = 'x-odps-';

/** The text that both versions sign. */
export function stringToSign({ method, path, query, headers }: RequestToSign): string {
  const vendor = Object.keys(headers)
    .filter((name) => name.startsWith(VENDOR_PREFIX))
    .sort()
    .map((name) => `${name}:${headers[name] ?? ''}`);
  const parameters = Object.keys(query)
    .sort()
    .map((name) => (query[name] === '' ? name : `${name}=${query[name] ?? ''}`));
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers['date'] ?? '',
    ...vendor,
    parameters.length === 0 ? path : `${path}?${parameters.join('&')}`,
  ].join('\n');
}

/** Value of the `Authorization` header, version 2. */
export function signV2({ accessKeyId, accessKeySecret }: SigningKey, text: string): string {
  return `ODPS ${accessKeyId}:${createHmac('sha1', accessKeySecret).update(text).digest('base64')}`;
}

/** Value of the `Authorization` header, version 4: good on one day (UTC) and in one region. */
export function signV4(
  { accessKeyId, accessKeySecret }: SigningKey,
  region: string,
  nowMs: number,
  text: string,
): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${accessKeyId}/${day}/${region}/odps/aliyun_v4_request`;
  const key = signingKeyV4(accessKeySecret, day, region);
  return `ODPS ${scope}:${createHmac('sha1', key).update(text).digest('base64')}`;
}

/** @param day as `20260131` */
export function signingKeyV4(accessKeySecret: string, day: string, region: string): Buffer {
  let key: Buffer | string = `aliyun_v4${accessKeySecret}`;
  for (const part of [day, region, 'odps', 'aliyun_v4_request']) {
    key = createHmac('sha256', key).update(part).digest();
  }
  return Buffer.from(key);
}
