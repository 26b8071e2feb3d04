/** Which object, or which version of it, a request means. */
import { alreadyExists, noSuchBucket, noSuchKey, noSuchVersion, OssError } from './errors.ts';
import type { OssService } from './operation.ts';
import type { StoredObject } from './stored-object.ts';
import { versionIdOf } from './stored-object.ts';

/** An object by its key, and by its version where one is named.
 *  @throws OssError `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, and `MethodNotAllowed` for a delete marker */
export function findObject({ store }: OssService, bucket: string, key: string, versionId?: string): StoredObject {
  if (store.bucket(bucket) === undefined) throw noSuchBucket(bucket);
  const index = store.index(bucket);
  if (versionId !== undefined) {
    const version = index.version(key, versionId);
    if (version === undefined) throw noSuchVersion(key, versionId);
    if (version.deleteMarker) throw deleteMarkerNotAllowed(version);
    return version;
  }
  const object = index.current.get(key);
  if (object !== undefined) return object;
  const [newest] = index.versions.get(key) ?? [];
  throw newest === undefined ? noSuchKey(key) : hiddenByMarker(noSuchKey(key), newest);
}

const hiddenByMarker = ({ status, code, message, details }: OssError, marker: StoredObject): OssError =>
  new OssError(status, code, message, details, markerHeaders(marker));

const deleteMarkerNotAllowed = (marker: StoredObject): OssError =>
  new OssError(
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    { ResourceType: 'DeleteMarker' },
    markerHeaders(marker),
  );

/** How answers tell that a delete marker is meant. */
export function markerHeaders(marker: StoredObject): Record<string, string> {
  return { 'x-oss-delete-marker': 'true', 'x-oss-version-id': versionIdOf(marker) };
}

/** Refuses to replace the current object where the request forbids it. Buckets that have or had versioning take no notice of that
 *  header. Source: the service's page "PutObject".
 *  @throws OssError `NoSuchBucket`, `FileAlreadyExists` */
export function checkOverwrite(
  { store }: OssService,
  bucket: string,
  key: string,
  headers: ReadonlyMap<string, string>,
): void {
  const found = store.bucket(bucket);
  if (found === undefined) throw noSuchBucket(bucket);
  const forbidden = headers.get('x-oss-forbid-overwrite') === 'true' && found.versioning === undefined;
  if (forbidden && store.objects(bucket).get(key)) throw alreadyExists();
}
