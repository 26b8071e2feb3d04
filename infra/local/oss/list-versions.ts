/** ListObjectVersions. Source: the service's page of that name. */
import { type NameEncoding, readEncoding } from './encoding-type.ts';
import { invalidArgument } from './errors.ts';
import { readLimit, readPage } from './list-page.ts';
import type { Operation } from './operation.ts';
import { OWNER } from './owner.ts';
import { xmlReply } from './reply.ts';
import { isoTime } from './request-time.ts';
import { type StoredObject, versionIdOf } from './stored-object.ts';
import { element, type XmlElement } from './xml.ts';

function describe(version: StoredObject, isLatest: boolean, { encode }: NameEncoding): XmlElement {
  const head = [
    element('Key', encode(version.key)),
    element('VersionId', versionIdOf(version)),
    element('IsLatest', isLatest),
    element('LastModified', isoTime(version.lastModified)),
  ];
  if (version.deleteMarker) return element('DeleteMarker', [...head, OWNER]);
  return element('Version', [
    ...head,
    element('ETag', version.etag),
    element('Type', version.type ?? 'Normal'),
    element('Size', version.size),
    element('StorageClass', version.headers['x-oss-storage-class'] ?? 'Standard'),
    OWNER,
  ]);
}

/** GetBucketVersions (`?versions`): all versions and delete markers, by key, newest first.
 *  @throws OssError `InvalidArgument` */
export const listVersions: Operation = ({ store }, request) => {
  const { query, bucket = '' } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker') ?? '';
  if (keyMarker === '' && idMarker !== '') {
    throw invalidArgument('A version-id marker cannot be specified without a key marker.');
  }
  const maxKeys = readLimit(request, 'max-keys', 100);
  const encoding = readEncoding(request);
  const { versions } = store.index(bucket);
  const restOf = (all: readonly StoredObject[]) => {
    const at = all.findIndex((version) => versionIdOf(version) === idMarker);
    return at < 0 ? [] : all.slice(at + 1);
  };
  const page = readPage(versions, (all) => all, { prefix, delimiter, maxKeys, after: keyMarker, restOf });
  const next = page.truncatedAfter;
  return xmlReply(
    element('ListVersionsResult', [
      element('Name', bucket),
      element('Prefix', encoding.encode(prefix)),
      element('KeyMarker', encoding.encode(keyMarker)),
      element('VersionIdMarker', idMarker),
      element('MaxKeys', maxKeys),
      element('Delimiter', encoding.encode(delimiter)),
      ...encoding.elements,
      element('IsTruncated', next !== undefined),
      ...(next === undefined ? [] : [element('NextKeyMarker', encoding.encode(next.key))]),
      ...(next?.entry === undefined ? [] : [element('NextVersionIdMarker', versionIdOf(next.entry))]),
      ...page.entries.map(({ key, entry }) => describe(entry, versions.get(key)?.[0] === entry, encoding)),
      ...page.commonPrefixes.map((text) => element('CommonPrefixes', [element('Prefix', encoding.encode(text))])),
    ]),
  );
};
