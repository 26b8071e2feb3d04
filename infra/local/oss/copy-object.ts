/** CopyObject. Source: the service's page of that name. */
import { readCopySource, readSource } from './copy-source.ts';
import { invalidArgument } from './errors.ts';
import { checkOverwrite } from './find-object.ts';
import { headersToKeep, versionHeader } from './object-headers.ts';
import type { Operation } from './operation.ts';
import { xmlReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import { isoTime } from './request-time.ts';
import { type StoredObject, versionIdOf } from './stored-object.ts';
import { element } from './xml.ts';

function headersOfCopy(request: OssRequest, source: StoredObject): Readonly<Record<string, string>> {
  const directive = request.headers.get('x-oss-metadata-directive')?.toUpperCase() ?? 'COPY';
  if (directive === 'REPLACE') return headersToKeep(request);
  if (directive === 'COPY') {
    const storageClass = request.headers.get('x-oss-storage-class');
    return storageClass === undefined ? source.headers : { ...source.headers, 'x-oss-storage-class': storageClass };
  }
  throw invalidArgument('x-oss-metadata-directive must be COPY or REPLACE.', {
    ArgumentName: 'x-oss-metadata-directive',
    ArgumentValue: directive,
  });
}

/** CopyObject: the source's content, with its headers or the request's.
 *  @throws OssError what `readCopySource` and `putObject` throw */
export const copyObject: Operation = async (service, request) => {
  const { store, clock, maxObjectBytes } = service;
  const { headers, bucket = '', key = '' } = request;
  const mayCommit = () => checkOverwrite(service, bucket, key, headers);
  mayCommit();
  const source = readCopySource(service, request);
  if (source === undefined) return { status: 304, headers: {} };
  const kept = headersOfCopy(request, source.object);
  const body = await store.receive(readSource(service, source), maxObjectBytes);
  const object = await store.commit(bucket, key, body, { headers: kept, lastModified: clock() }, mayCommit);
  const sourceIsVersioned = store.bucket(source.bucket)?.versioning !== undefined;
  return xmlReply(
    element('CopyObjectResult', [element('LastModified', isoTime(object.lastModified)), element('ETag', object.etag)]),
    {
      etag: object.etag,
      'x-oss-hash-crc64ecma': object.crc64,
      ...versionHeader(service, bucket, object),
      ...(sourceIsVersioned ? { 'x-oss-copy-source-version-id': versionIdOf(source.object) } : {}),
    },
  );
};
