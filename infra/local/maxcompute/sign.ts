/** Signatures of requests, versions 2 and 4. Source: `odps/accounts.py` of aliyun/aliyun-odps-python-sdk, and the same in the SDKs for
 *  Java and Go. */
import { createHmac } from 'node:crypto';
import type { MaxComputeRequest } from './request.ts';

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);

function canonicalResource({ resource, query }: MaxComputeRequest): string {
  const parameters = [...query].sort(byName).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return parameters.length === 0 ? resource : `${resource}?${parameters.join('&')}`;
}

/** What both sides sign, in either version. */
export function stringToSign(request: MaxComputeRequest): string {
  const { method, headers, query } = request;
  const own = [...headers, ...query].filter(([name]) => name.startsWith('x-odps-')).sort(byName);
  return [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    headers.get('date') ?? '',
    ...own.map(([name, value]) => `${name}:${value}`),
    canonicalResource(request),
  ].join('\n');
}

/** Signature of version 2, in base64. */
export function signV2(accessKey: string, text: string): string {
  return createHmac('sha1', accessKey).update(text).digest('base64');
}

/** Signature of version 4, in base64. `day` is `yyyymmdd` in UTC. */
export function signV4(accessKey: string, day: string, region: string, text: string): string {
  const key = [day, region, 'odps', 'aliyun_v4_request'].reduce<string | Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `aliyun_v4${accessKey}`,
  );
  return createHmac('sha1', key).update(text).digest('base64');
}
