/** ListObjectsV2 and ListObjects (version 1). Source: the service's pages of those names. */
import { type NameEncoding, readEncoding } from './encoding-type.ts';
import { invalidArgument } from './errors.ts';
import { type Page, readLimit, readPage } from './list-page.ts';
import type { Operation, OssService } from './operation.ts';
import { OWNER } from './owner.ts';
import { xmlReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import { isoTime } from './request-time.ts';
import type { StoredObject } from './stored-object.ts';
import { element, type XmlElement } from './xml.ts';

interface Listing {
  readonly page: Page<StoredObject>;
  readonly encoding: NameEncoding;
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
}

function list({ store }: OssService, request: OssRequest, after: string): Listing {
  const { query, bucket = '' } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = readLimit(request, 'max-keys', 100);
  const page = readPage(store.objects(bucket), (object) => [object], { prefix, delimiter, after, maxKeys });
  return { page, encoding: readEncoding(request), prefix, delimiter, maxKeys };
}

function found({ page, encoding }: Listing, withOwner: boolean): XmlElement[] {
  return [
    ...page.entries.map(({ entry }) => contents(entry, encoding, withOwner)),
    ...page.commonPrefixes.map((text) => element('CommonPrefixes', [element('Prefix', encoding.encode(text))])),
  ];
}

function contents(object: StoredObject, { encode }: NameEncoding, withOwner: boolean): XmlElement {
  return element('Contents', [
    element('Key', encode(object.key)),
    element('LastModified', isoTime(object.lastModified)),
    element('ETag', object.etag),
    element('Type', object.type ?? 'Normal'),
    element('Size', object.size),
    element('StorageClass', object.headers['x-oss-storage-class'] ?? 'Standard'),
    withOwner ? OWNER : undefined,
  ]);
}

function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64').toString('utf8');
  if (Buffer.from(key).toString('base64') === token) return key;
  throw invalidArgument('The continuation-token is invalid.', {
    ArgumentName: 'continuation-token',
    ArgumentValue: token,
  });
}

/** ListObjectsV2 (`?list-type=2`).
 *  @throws OssError `InvalidArgument` */
export const listObjectsV2: Operation = (service, request) => {
  const { query, bucket = '' } = request;
  const token = query.get('continuation-token') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const listing = list(service, request, token === '' ? startAfter : decodeToken(token));
  const { page, encoding } = listing;
  const next = page.truncatedAfter?.key;
  return xmlReply(
    element('ListBucketResult', [
      element('Name', bucket),
      element('Prefix', encoding.encode(listing.prefix)),
      ...(token === '' ? [] : [element('ContinuationToken', token)]),
      ...(startAfter === '' ? [] : [element('StartAfter', encoding.encode(startAfter))]),
      element('MaxKeys', listing.maxKeys),
      element('Delimiter', encoding.encode(listing.delimiter)),
      ...encoding.elements,
      element('IsTruncated', next !== undefined),
      ...(next === undefined ? [] : [element('NextContinuationToken', Buffer.from(next).toString('base64'))]),
      ...found(listing, query.get('fetch-owner') === 'true'),
      element('KeyCount', page.entries.length + page.commonPrefixes.length),
    ]),
  );
};

/** ListObjects (version 1).
 *  @throws OssError `InvalidArgument` */
export const listObjects: Operation = (service, request) => {
  const { query, bucket = '' } = request;
  const marker = query.get('marker') ?? '';
  const listing = list(service, request, marker);
  const { page, encoding } = listing;
  const next = page.truncatedAfter?.key;
  return xmlReply(
    element('ListBucketResult', [
      element('Name', bucket),
      element('Prefix', encoding.encode(listing.prefix)),
      element('Marker', encoding.encode(marker)),
      element('MaxKeys', listing.maxKeys),
      element('Delimiter', encoding.encode(listing.delimiter)),
      ...encoding.elements,
      element('IsTruncated', next !== undefined),
      ...(next === undefined ? [] : [element('NextMarker', encoding.encode(next))]),
      ...found(listing, true),
    ]),
  );
};
