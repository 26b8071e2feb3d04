/** PUT, GET, HEAD and DELETE of one object. */
import { isNotModified } from './conditions.ts';
import { copyObject } from './copy-object.ts';
import { checkOverwrite, findObject, markerHeaders } from './find-object.ts';
import { describingHeaders, headersToKeep, overridingHeaders, versionHeader } from './object-headers.ts';
import type { Operation, OssService } from './operation.ts';
import { readRange } from './range.ts';
import { emptyReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import { httpTime } from './request-time.ts';
import type { StoredObject } from './stored-object.ts';
import { takeBody } from './take-body.ts';

/** PutObject; CopyObject where a source is named.
 *  @throws OssError `FileAlreadyExists`, `InvalidDigest`, `EntityTooLarge`, `MissingContentLength`, `InvalidArgument` */
export const putObject: Operation = async (service, request) => {
  const { store, clock } = service;
  const { headers, bucket = '', key = '' } = request;
  if (headers.has('x-oss-copy-source')) return copyObject(service, request);
  const mayCommit = () => checkOverwrite(service, bucket, key, headers);
  const kept = headersToKeep(request);
  mayCommit();
  const body = await takeBody(service, request);
  const object = await store.commit(bucket, key, body, { headers: kept, lastModified: clock() }, mayCommit);
  return emptyReply(200, {
    etag: object.etag,
    'content-md5': body.md5.toString('base64'),
    'x-oss-hash-crc64ecma': object.crc64,
    ...versionHeader(service, bucket, object),
  });
};

function find(service: OssService, { bucket = '', key = '', query }: OssRequest): StoredObject {
  return findObject(service, bucket, key, query.get('versionId'));
}

/** GetObject, whole or a range.
 *  @throws OssError `NoSuchKey`, `NoSuchVersion`, `InvalidRange`, `PreconditionFailed` */
export const getObject: Operation = (service, request) => {
  const { bucket = '', headers: asked } = request;
  const object = find(service, request);
  const headers = {
    ...describingHeaders(object),
    ...versionHeader(service, bucket, object),
    ...overridingHeaders(request),
  };
  if (isNotModified(asked, object)) return { status: 304, headers };
  const range = readRange(asked.get('range'), asked.get('x-oss-range-behavior'), object.size);
  const fd = service.store.openBody(bucket, object);
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
 *  @throws OssError `NoSuchKey`, `NoSuchVersion`, `PreconditionFailed` */
export const headObject: Operation = (service, request) => {
  const object = find(service, request);
  const headers = { ...describingHeaders(object), ...versionHeader(service, request.bucket ?? '', object) };
  if (isNotModified(request.headers, object)) return { status: 304, headers };
  return { status: 200, headers: { ...headers, 'content-length': String(object.size) } };
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
      ...versionHeader(service, request.bucket ?? '', object),
    },
  };
};

/** What became of one object that was to be deleted. */
export interface Deletion {
  /** The version that is gone, where one was named. */
  readonly versionId: string | undefined;
  /** The marker that was put before the versions, or that was itself removed. */
  readonly marker: StoredObject | undefined;
}

/** Deletes as the bucket does: for good without versioning or where a version is named, else by a delete marker. */
export function deleteOne({ store, clock }: OssService, bucket: string, key: string, versionId?: string): Deletion {
  const versioned = store.bucket(bucket)?.versioning !== undefined;
  if (versioned && versionId === undefined) {
    return { versionId: undefined, marker: store.addDeleteMarker(bucket, key, clock()) };
  }
  const index = store.index(bucket);
  const object = versionId === undefined ? index.current.get(key) : index.version(key, versionId);
  if (object !== undefined) store.removeVersion(bucket, object);
  return { versionId, marker: object?.deleteMarker ? object : undefined };
}

/** DeleteObject: 204, also where there is nothing. */
export const deleteObject: Operation = (service, { bucket = '', key = '', query }) => {
  const { versionId, marker } = deleteOne(service, bucket, key, query.get('versionId'));
  const headers = marker ? markerHeaders(marker) : versionId === undefined ? {} : { 'x-oss-version-id': versionId };
  return { status: 204, headers };
};
