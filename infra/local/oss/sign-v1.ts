/** Signature version 1. Source: the service's page "Include signatures in the Authorization header (V1)". */
import { createHmac } from 'node:crypto';
import type { OssRequest } from './request.ts';

/** Query parameters that are part of the signed resource, besides everything that begins with `x-oss-`. Parameters of a
 *  list (`prefix`, `list-type`, `max-keys` ...) are not. */
const SIGNED_PARAMETERS = new Set(
  `acl append asyncFetch bucketInfo callback callback-var cname comp continuation-token cors delete encryption endTime
  group httpsConfig inventory inventoryId lifecycle link live location logging metaQuery notification objectInfo
  objectMeta partNumber policy policyStatus position publicAccessBlock qos qosInfo qosRequester referer regionList
  replication replicationLocation replicationProgress requestPayment requesterQosInfo resourceGroup
  response-cache-control response-content-disposition response-content-encoding response-content-language
  response-content-type response-expires restore rtc security-token seal sequential startTime stat status style styleName
  symlink tagging transferAcceleration uploadId uploads versionId versioning versions vip vod website withHashContext
  worm wormExtend wormId`.split(/\s+/),
);

const SIGNATURE_PARAMETERS = new Set(['x-oss-ac-source-ip', 'x-oss-ac-subnet-mask', 'x-oss-ac-vpc-id']);

function binary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function canonicalResource({ bucket, key, query }: OssRequest): string {
  const path = `/${bucket === undefined ? '' : `${bucket}/`}${key ?? ''}`;
  const parameters = [...query]
    .filter(([name]) => SIGNED_PARAMETERS.has(name) || (name.startsWith('x-oss-') && !SIGNATURE_PARAMETERS.has(name)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return binary(parameters.length === 0 ? path : `${path}?${parameters.join('&')}`);
}

/** What both sides sign, one character a byte. `date` is the fourth line: the `Date` (or `x-oss-date`) header's text, or
 *  the `Expires` parameter of a presigned address. */
export function stringToSignV1(request: OssRequest, date: string): string {
  const { headers, method } = request;
  const ossHeaders = [...headers]
    .filter(([name]) => name.startsWith('x-oss-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  return [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    date,
    `${ossHeaders.join('')}${canonicalResource(request)}`,
  ].join('\n');
}

/** Signature of a string to sign, in base64. */
export function signV1(accessKeySecret: string, stringToSign: string): string {
  return createHmac('sha1', accessKeySecret).update(Buffer.from(stringToSign, 'latin1')).digest('base64');
}
