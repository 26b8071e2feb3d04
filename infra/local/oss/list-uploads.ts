/** ListMultipartUploads and ListParts. Source: the service's pages of those names. */
import { readEncoding } from './encoding-type.ts';
import { invalidArgument } from './errors.ts';
import { KeyIndex } from './key-index.ts';
import { readLimit, readPage } from './list-page.ts';
import { findUpload } from './multipart-operations.ts';
import type { Operation } from './operation.ts';
import { xmlReply } from './reply.ts';
import { isoTime } from './request-time.ts';
import type { StoredUpload } from './upload-store.ts';
import { element } from './xml.ts';

const storageClassOf = ({ headers }: StoredUpload): string => headers['x-oss-storage-class'] ?? 'Standard';

/** By key, then by upload id. */
function indexOf(uploads: readonly StoredUpload[]): KeyIndex<StoredUpload[]> {
  const index = new KeyIndex<StoredUpload[]>();
  for (const upload of [...uploads].sort((a, b) => (a.uploadId < b.uploadId ? -1 : 1))) {
    index.set(upload.key, [...(index.get(upload.key) ?? []), upload]);
  }
  return index;
}

/** ListMultipartUploads (`?uploads`).
 *  @throws OssError `InvalidArgument` */
export const listUploads: Operation = ({ uploads }, request) => {
  const { query, bucket = '' } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const maxKeys = readLimit(request, 'max-uploads', 1000);
  const encoding = readEncoding(request);
  // Without an upload id, the page begins after all uploads of the key.
  const restOf = (all: readonly StoredUpload[]) =>
    idMarker === '' ? [] : all.filter(({ uploadId }) => uploadId > idMarker);
  const page = readPage(indexOf(uploads.ofBucket(bucket)), (all) => all, {
    ...{ prefix, delimiter, maxKeys, restOf },
    after: keyMarker,
  });
  const next = page.truncatedAfter;
  return xmlReply(
    element('ListMultipartUploadsResult', [
      ...encoding.elements,
      element('Bucket', bucket),
      element('KeyMarker', encoding.encode(keyMarker)),
      element('UploadIdMarker', idMarker),
      element('NextKeyMarker', encoding.encode(next?.key ?? '')),
      element('NextUploadIdMarker', next?.entry?.uploadId ?? ''),
      element('Delimiter', encoding.encode(delimiter)),
      element('Prefix', encoding.encode(prefix)),
      element('MaxUploads', maxKeys),
      element('IsTruncated', next !== undefined),
      ...page.entries.map(({ entry }) =>
        element('Upload', [
          element('Key', encoding.encode(entry.key)),
          element('UploadId', entry.uploadId),
          element('StorageClass', storageClassOf(entry)),
          element('Initiated', isoTime(entry.initiatedAt)),
        ]),
      ),
      ...page.commonPrefixes.map((text) => element('CommonPrefixes', [element('Prefix', encoding.encode(text))])),
    ]),
  );
};

/** ListParts (`?uploadId`).
 *  @throws OssError `NoSuchUpload`, `InvalidArgument` */
export const listParts: Operation = (service, request) => {
  const { query, bucket = '', key = '' } = request;
  const upload = findUpload(service, request);
  const maxParts = readLimit(request, 'max-parts', 1000);
  const markerText = query.get('part-number-marker') || '0';
  if (!/^\d+$/.test(markerText)) {
    throw invalidArgument('The part-number-marker must be a number.', { ArgumentName: 'part-number-marker' });
  }
  const marker = Number(markerText);
  const encoding = readEncoding(request);
  const left = service.uploads.parts(upload).filter(({ number }) => number > marker);
  const parts = left.slice(0, maxParts);
  return xmlReply(
    element('ListPartsResult', [
      ...encoding.elements,
      element('Bucket', bucket),
      element('Key', encoding.encode(key)),
      element('UploadId', upload.uploadId),
      element('StorageClass', storageClassOf(upload)),
      element('PartNumberMarker', marker),
      element('NextPartNumberMarker', parts.at(-1)?.number ?? 0),
      element('MaxParts', maxParts),
      element('IsTruncated', left.length > parts.length),
      ...parts.map(({ number, lastModified, etag, size, crc64 }) =>
        element('Part', [
          element('PartNumber', number),
          element('LastModified', isoTime(lastModified)),
          element('ETag', etag),
          element('HashCrc64ecma', crc64),
          element('Size', size),
        ]),
      ),
    ]),
  );
};
