/** Headers of objects: those that a request gives an object, and those that an answer tells of it. */
import { invalidArgument } from './errors.ts';
import type { OssService } from './operation.ts';
import type { OssRequest } from './request.ts';
import { httpTime } from './request-time.ts';
import { type StoredObject, versionIdOf } from './stored-object.ts';

const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];
/** Names and values of all `x-oss-meta-*` together. Source: the service's page "PutObject". */
const MAX_META_BYTES = 8 * 1024;

/** What the object will give back on GET and HEAD.
 *  @throws OssError `InvalidArgument` for too much metadata */
export function headersToKeep({ headers }: OssRequest): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': headers.get('content-type') ?? 'application/octet-stream' };
  let metaBytes = 0;
  for (const [name, value] of headers) {
    const isMeta = name.startsWith('x-oss-meta-');
    if (isMeta) metaBytes += name.length + value.length;
    if (isMeta || KEPT_HEADERS.includes(name)) kept[name] = value;
  }
  if (metaBytes > MAX_META_BYTES) {
    throw invalidArgument(`The user metadata has ${metaBytes} bytes, at most ${MAX_META_BYTES} are allowed.`);
  }
  kept['x-oss-storage-class'] = headers.get('x-oss-storage-class') ?? 'Standard';
  return kept;
}

/** `x-oss-version-id`, where the bucket has or had versioning. */
export function versionHeader({ store }: OssService, bucket: string, object: StoredObject): Record<string, string> {
  return store.bucket(bucket)?.versioning === undefined ? {} : { 'x-oss-version-id': versionIdOf(object) };
}

/** What GET and HEAD tell of an object, besides its length. */
export function describingHeaders(object: StoredObject): Record<string, string> {
  const { type = 'Normal', etag } = object;
  return {
    ...object.headers,
    'accept-ranges': 'bytes',
    etag,
    'last-modified': httpTime(object.lastModified),
    'x-oss-object-type': type,
    'x-oss-hash-crc64ecma': object.crc64,
    ...(type === 'Normal' ? { 'content-md5': Buffer.from(etag.replaceAll('"', ''), 'hex').toString('base64') } : {}),
    ...(type === 'Appendable' ? { 'x-oss-next-append-position': String(object.size) } : {}),
  };
}

/** Headers that a GET asks for with `response-*` parameters. */
export function overridingHeaders({ query }: OssRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['content-type', ...KEPT_HEADERS]) {
    const value = query.get(`response-${name}`);
    if (value !== undefined) headers[name] = Buffer.from(value).toString('latin1');
  }
  return headers;
}
