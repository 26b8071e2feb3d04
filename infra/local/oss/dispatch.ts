/** Which operation a request means: by what it addresses, by method, and by the sub-resource in its query. */
import { getBucketAcl, getObjectAcl } from './acl-operations.ts';
import { appendObject } from './append-object.ts';
import { deleteBucket, getBucketInfo, getBucketLocation, listBuckets, putBucket } from './bucket-operations.ts';
import { completeUpload } from './complete-upload.ts';
import { deleteObjects } from './delete-objects.ts';
import { accessDenied, methodNotAllowed, noSuchBucket, notImplemented } from './errors.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listParts, listUploads } from './list-uploads.ts';
import { listVersions } from './list-versions.ts';
import { abortUpload, initiateUpload, uploadPart } from './multipart-operations.ts';
import { deleteObject, getObject, getObjectMeta, headObject, putObject } from './object-operations.ts';
import type { Operation, OssService } from './operation.ts';
import type { OssRequest } from './request.ts';
import { getVersioning, putVersioning } from './versioning-operations.ts';

/** `<scope> <method> [<sub-resource>]`. What the service has and this table lacks answers 501. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'service GET': listBuckets,
  'bucket PUT': putBucket,
  'bucket DELETE': deleteBucket,
  'bucket GET': listObjects,
  'bucket GET acl': getBucketAcl,
  'bucket GET bucketInfo': getBucketInfo,
  'bucket GET location': getBucketLocation,
  'bucket GET list-type': listObjectsV2,
  'bucket GET uploads': listUploads,
  'bucket GET versioning': getVersioning,
  'bucket GET versions': listVersions,
  'bucket PUT versioning': putVersioning,
  'bucket POST delete': deleteObjects,
  'object PUT': putObject,
  'object GET': getObject,
  'object HEAD': headObject,
  'object HEAD objectMeta': getObjectMeta,
  'object DELETE': deleteObject,
  'object GET acl': getObjectAcl,
  'object POST append': appendObject,
  'object POST uploads': initiateUpload,
  'object PUT uploadId': uploadPart,
  'object POST uploadId': completeUpload,
  'object DELETE uploadId': abortUpload,
  'object GET uploadId': listParts,
};

/** Query names that choose another operation. Others are parameters of one. */
const SUB_RESOURCES = `acl append bucketInfo callback cors delete encryption inventory lifecycle list-type location
  logging objectMeta policy referer replication requestPayment restore stat symlink tagging transferAcceleration uploadId
  uploads versioning versions website worm x-oss-process`.split(/\s+/);

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS'];

function scopeOf({ bucket, key }: OssRequest): 'service' | 'bucket' | 'object' {
  if (bucket === undefined) return 'service';
  return key === undefined ? 'bucket' : 'object';
}

const subResourceOf = ({ query }: OssRequest): string | undefined => SUB_RESOURCES.find((name) => query.has(name));

/** @throws OssError `NotImplemented` for what the service does and this stand-in does not, `MethodNotAllowed` */
export function operationFor(request: OssRequest): Operation {
  const scope = scopeOf(request);
  if (!METHODS.includes(request.method)) throw methodNotAllowed(request.method, scope);
  const subResource = subResourceOf(request);
  const name = [scope, request.method, ...(subResource === undefined ? [] : [subResource])].join(' ');
  if (request.headers.has('x-oss-callback')) throw notImplemented('x-oss-callback');
  const operation = OPERATIONS[name];
  if (operation === undefined) throw notImplemented(name);
  return operation;
}

/** The bucket must exist and belong to the endpoint that was addressed.
 *  @throws OssError `NoSuchBucket`, `AccessDenied` */
export function checkBucket({ store }: OssService, request: OssRequest): void {
  const { bucket, key, method, region } = request;
  if (bucket === undefined) return;
  const found = store.bucket(bucket);
  if (found === undefined) {
    if (method === 'PUT' && key === undefined && subResourceOf(request) === undefined) return;
    throw noSuchBucket(bucket);
  }
  if (found.region === region) return;
  throw accessDenied(
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { Bucket: bucket, Endpoint: `oss-${found.region}.aliyuncs.com`, EC: '0003-00001403' },
  );
}
