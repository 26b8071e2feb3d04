/** What clients ask of buckets and of the service itself. */
import { invalidBucketName, OssError } from './errors.ts';
import type { Operation } from './operation.ts';
import { OWNER } from './owner.ts';
import { emptyReply, xmlReply } from './reply.ts';
import { isoTime } from './request-time.ts';
import type { StoredBucket } from './stored-object.ts';
import { element, type XmlElement } from './xml.ts';

/** The rules of the service's page "Bucket naming conventions". */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name);
}

function describe({ name, region, createdAt }: StoredBucket): XmlElement[] {
  return [
    element('CreationDate', isoTime(createdAt)),
    element('ExtranetEndpoint', `oss-${region}.aliyuncs.com`),
    element('IntranetEndpoint', `oss-${region}-internal.aliyuncs.com`),
    element('Location', `oss-${region}`),
    element('Name', name),
    element('StorageClass', 'Standard'),
  ];
}

/** GetService: all buckets, by name; `prefix` narrows them. */
export const listBuckets: Operation = ({ store }, { query }) => {
  const prefix = query.get('prefix') ?? '';
  const buckets = store.buckets().filter(({ name }) => name.startsWith(prefix));
  buckets.sort((a, b) => (a.name < b.name ? -1 : 1));
  return xmlReply(
    element('ListAllMyBucketsResult', [
      OWNER,
      element(
        'Buckets',
        buckets.map((bucket) => element('Bucket', [...describe(bucket), element('Region', bucket.region)])),
      ),
    ]),
  );
};

/** One's own bucket may be put again; the service answers the same. */
export const putBucket: Operation = ({ store, clock }, { bucket = '', region, body }) => {
  if (!isBucketName(bucket)) throw invalidBucketName(bucket);
  body.resume();
  store.createBucket({ name: bucket, region, createdAt: clock() });
  return emptyReply(200, { location: `/${bucket}` });
};

/** DeleteBucket: an empty one only. Versions, delete markers and uploads count.
 *  @throws OssError `BucketNotEmpty` */
export const deleteBucket: Operation = ({ store, uploads }, { bucket = '' }) => {
  if (store.index(bucket).versions.size > 0 || uploads.ofBucket(bucket).length > 0) {
    throw new OssError(409, 'BucketNotEmpty', 'The bucket has objects. Please delete them first.', {
      BucketName: bucket,
    });
  }
  store.removeBucket(bucket);
  return { status: 204, headers: {} };
};

/** GetBucketInfo, as far as clients read it. */
export const getBucketInfo: Operation = ({ store }, { bucket = '' }) => {
  const found = store.bucket(bucket);
  return xmlReply(
    element('BucketInfo', [
      element('Bucket', [
        ...(found ? describe(found) : []),
        element('DataRedundancyType', 'LRS'),
        element('AccessControlList', [element('Grant', 'private')]),
        OWNER,
        ...(found?.versioning === undefined ? [] : [element('Versioning', found.versioning)]),
      ]),
    ]),
  );
};

/** GetBucketLocation: `oss-<region>`. */
export const getBucketLocation: Operation = ({ store }, { bucket = '' }) =>
  xmlReply(element('LocationConstraint', `oss-${store.bucket(bucket)?.region ?? ''}`));
