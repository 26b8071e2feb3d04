/** PUT, GET, HEAD and DELETE of one object. */
import { isNotModified } from './conditions.ts';
import { invalidArgument, noSuchBucket, noSuchKey, notImplemented, OssError } from './errors.ts';
import { entityTooLarge } from './incoming-body.ts';
import type { Operation, OssService } from './operation.ts';
import { readRange } from './range.ts';
import { emptyReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import { httpTime } from './request-time.ts';
import type { StoredObject } from './store.ts';

const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];
/** Names and values of all `x-oss-meta-*` together. Source: the service's page "PutObject". */
const MAX_META_BYTES = 8 * 1024;

function propertiesOf({ headers }: OssRequest): Record<string, string> {
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

function checkLength({ headers }: OssRequest, maxBytes: number): void {
  const length = headers.get('content-length');
  if (length === undefined && headers.get('transfer-encoding') === undefined) {
    throw new OssError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length ?? 0) > maxBytes) throw entityTooLarge(Number(length), maxBytes);
}

function expectedMd5({ headers }: OssRequest): Buffer | undefined {
  const text = headers.get('content-md5');
  if (text === undefined) return undefined;
  const md5 = Buffer.from(text, 'base64');
  if (md5.length !== 16 || md5.toString('base64') !== text.trim()) throw invalidDigest(text);
  return md5;
}

// One code for both: a value that is no MD5, and an MD5 of other bytes. Source: the service's page on this very message.
function invalidDigest(md5: string): OssError {
  return new OssError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', { 'Content-MD5': md5 });
}

function alreadyExists(): OssError {
  return new OssError(409, 'FileAlreadyExists', 'The object you specified already exists and can not be overwritten.');
}

/** PutObject.
 *  @throws OssError `FileAlreadyExists`, `InvalidDigest`, `EntityTooLarge`, `MissingContentLength`, `InvalidArgument` */
export const putObject: Operation = async (service, request) => {
  const { store, clock } = service;
  const { headers, bucket = '', key = '' } = request;
  if (headers.has('x-oss-copy-source')) throw notImplemented('x-oss-copy-source');
  const mayCommit = () => {
    if (!store.bucket(bucket)) throw noSuchBucket(bucket);
    if (headers.get('x-oss-forbid-overwrite') === 'true' && store.objects(bucket).get(key)) throw alreadyExists();
  };
  checkLength(request, service.maxObjectBytes);
  const md5 = expectedMd5(request);
  const properties = propertiesOf(request);
  mayCommit();
  // A body that is refused halfway must not take the connection with it: the client has to hear why.
  const incoming = request.body.iterator({ destroyOnReturn: false });
  const body = await store.receive(incoming, service.maxObjectBytes);
  if (md5 && !md5.equals(body.md5)) {
    store.discard(body);
    throw invalidDigest(headers.get('content-md5') ?? '');
  }
  const object = await store.commit(bucket, key, body, { headers: properties, lastModified: clock() }, mayCommit);
  return emptyReply(200, {
    etag: object.etag,
    'content-md5': body.md5.toString('base64'),
    'x-oss-hash-crc64ecma': object.crc64,
  });
};

function find({ store }: OssService, { bucket = '', key = '' }: OssRequest): StoredObject {
  const object = store.objects(bucket).get(key);
  if (object === undefined) throw noSuchKey(key);
  return object;
}

function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    'accept-ranges': 'bytes',
    etag: object.etag,
    'last-modified': httpTime(object.lastModified),
    'x-oss-object-type': 'Normal',
    'x-oss-hash-crc64ecma': object.crc64,
    'content-md5': Buffer.from(object.etag.replaceAll('"', ''), 'hex').toString('base64'),
  };
}

function overrides({ query }: OssRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['content-type', ...KEPT_HEADERS]) {
    const value = query.get(`response-${name}`);
    if (value !== undefined) headers[name] = Buffer.from(value).toString('latin1');
  }
  return headers;
}

/** GetObject, whole or a range.
 *  @throws OssError `NoSuchKey`, `InvalidRange`, `PreconditionFailed` */
export const getObject: Operation = (service, request) => {
  const object = find(service, request);
  const headers = { ...objectHeaders(object), ...overrides(request) };
  if (isNotModified(request, object)) return { status: 304, headers };
  const range = readRange(request.headers.get('range'), request.headers.get('x-oss-range-behavior'), object.size);
  const fd = service.store.openBody(request.bucket ?? '', object);
  const { start, end } = range ?? { start: 0, end: object.size };
  const length = { 'content-length': String(end - start) };
  if (!range) return { status: 200, headers: { ...headers, ...length }, body: { fd, start, end } };
  return {
    status: 206,
    headers: { ...headers, ...length, 'content-range': `bytes ${start}-${end - 1}/${object.size}` },
    body: { fd, start, end },
  };
};

/** HeadObject.
 *  @throws OssError `NoSuchKey`, `PreconditionFailed` */
export const headObject: Operation = (service, request) => {
  const object = find(service, request);
  const headers = { ...objectHeaders(object), 'content-length': String(object.size) };
  return isNotModified(request, object) ? { status: 304, headers: objectHeaders(object) } : { status: 200, headers };
};

/** `?objectMeta`: size, ETag and time only. */
export const getObjectMeta: Operation = (service, request) => {
  const object = find(service, request);
  return {
    status: 200,
    headers: {
      etag: object.etag,
      'last-modified': httpTime(object.lastModified),
      'content-length': String(object.size),
      'x-oss-hash-crc64ecma': object.crc64,
    },
  };
};

/** DeleteObject: 204, also where there is nothing. */
export const deleteObject: Operation = ({ store }, { bucket = '', key = '' }) => {
  store.remove(bucket, key);
  return { status: 204, headers: {} };
};
