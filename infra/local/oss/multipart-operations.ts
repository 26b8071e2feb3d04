/** Multipart uploads: begin one, bring its parts, give it up. Completing is in complete-upload.ts. */
import { readCopySource, readSource } from './copy-source.ts';
import { readEncoding } from './encoding-type.ts';
import { invalidArgument, noSuchUpload } from './errors.ts';
import { checkOverwrite } from './find-object.ts';
import type { ReceivedBody } from './incoming-body.ts';
import { headersToKeep } from './object-headers.ts';
import type { Operation, OssService } from './operation.ts';
import { readRange } from './range.ts';
import { emptyReply, xmlReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import { isoTime } from './request-time.ts';
import { versionIdOf } from './stored-object.ts';
import { takeBody } from './take-body.ts';
import type { StoredPart, StoredUpload } from './upload-store.ts';
import { element } from './xml.ts';

const MAX_PART_NUMBER = 10_000;

/** The upload that a request names.
 *  @throws OssError `NoSuchUpload` */
export function findUpload({ uploads }: OssService, { bucket = '', key = '', query }: OssRequest): StoredUpload {
  const uploadId = query.get('uploadId') ?? '';
  const upload = uploads.find(bucket, key, uploadId);
  if (upload === undefined) throw noSuchUpload(uploadId);
  return upload;
}

/** InitiateMultipartUpload. The headers of the object to be come with this request. A body, chunked and empty as some clients send
 *  it, is not read.
 *  @throws OssError `FileAlreadyExists`, `InvalidArgument` */
export const initiateUpload: Operation = (service, request) => {
  const { bucket = '', key = '', headers } = request;
  checkOverwrite(service, bucket, key, headers);
  const encoding = readEncoding(request);
  const kept = headersToKeep(request);
  const upload = service.uploads.create({ bucket, key, headers: kept, initiatedAt: service.clock() });
  return xmlReply(
    element('InitiateMultipartUploadResult', [
      ...encoding.elements,
      element('Bucket', bucket),
      element('Key', encoding.encode(key)),
      element('UploadId', upload.uploadId),
    ]),
  );
};

function readPartNumber({ query }: OssRequest): number {
  const text = query.get('partNumber') ?? '';
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MAX_PART_NUMBER) return number;
  throw invalidArgument(`Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive.`, {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
}

function keepPart(service: OssService, request: OssRequest, number: number, body: ReceivedBody): StoredPart {
  try {
    // It may have been completed or aborted while the body came in.
    return service.uploads.addPart(findUpload(service, request), number, body, service.clock());
  } catch (thrown) {
    service.store.discard(body);
    throw thrown;
  }
}

/** UploadPart; UploadPartCopy where a source is named.
 *  @throws OssError `NoSuchUpload`, `InvalidArgument`, and as `putObject` and `copyObject` */
export const uploadPart: Operation = async (service, request) => {
  const number = readPartNumber(request);
  findUpload(service, request);
  if (request.headers.has('x-oss-copy-source')) return copyPart(service, request, number);
  const part = keepPart(service, request, number, await takeBody(service, request));
  return emptyReply(200, {
    etag: part.etag,
    'content-md5': Buffer.from(part.etag.replaceAll('"', ''), 'hex').toString('base64'),
    'x-oss-hash-crc64ecma': part.crc64,
  });
};

async function copyPart(
  service: OssService,
  request: OssRequest,
  number: number,
): Promise<ReturnType<typeof xmlReply>> {
  const { store, maxObjectBytes } = service;
  const source = readCopySource(service, request);
  if (source === undefined) return { status: 304, headers: {} };
  const range = readRange(request.headers.get('x-oss-copy-source-range'), undefined, source.object.size);
  const body = await store.receive(readSource(service, source, range), maxObjectBytes);
  const part = keepPart(service, request, number, body);
  const sourceIsVersioned = store.bucket(source.bucket)?.versioning !== undefined;
  return xmlReply(
    element('CopyPartResult', [element('LastModified', isoTime(part.lastModified)), element('ETag', part.etag)]),
    {
      etag: part.etag,
      'x-oss-hash-crc64ecma': part.crc64,
      ...(sourceIsVersioned ? { 'x-oss-copy-source-version-id': versionIdOf(source.object) } : {}),
    },
  );
}

/** AbortMultipartUpload.
 *  @throws OssError `NoSuchUpload` */
export const abortUpload: Operation = (service, request) => {
  service.uploads.remove(findUpload(service, request));
  return { status: 204, headers: {} };
};
