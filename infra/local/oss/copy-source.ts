/** The object that a copy reads, as `x-oss-copy-source` names it. */
import { createReadStream } from 'node:fs';
import { isNotModified } from './conditions.ts';
import { invalidArgument, OssError } from './errors.ts';
import { findObject } from './find-object.ts';
import type { OssService } from './operation.ts';
import type { ByteRange } from './range.ts';
import { type OssRequest, percentDecode } from './request.ts';
import type { StoredObject } from './stored-object.ts';

/** What is copied from. */
export interface CopySource {
  readonly bucket: string;
  readonly object: StoredObject;
}

/** Finds the source and checks the `x-oss-copy-source-if-...` conditions; `undefined` where they say: nothing new (304).
 *  @throws OssError `InvalidArgument`, `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `PreconditionFailed` */
export function readCopySource(service: OssService, { headers }: OssRequest): CopySource | undefined {
  const header = headers.get('x-oss-copy-source') ?? '';
  const [, encodedBucket, encodedKey, versionId] = /^\/([^/?]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(header) ?? [];
  if (encodedBucket === undefined || encodedKey === undefined) throw invalidSource(header);
  let bucket: string;
  let key: string;
  try {
    bucket = percentDecode(encodedBucket);
    // The service's own SDKs for Go (version 1) and Ruby write a blank as `+` here; all write a plus as `%2B`.
    key = percentDecode(encodedKey.replaceAll('+', ' '));
  } catch {
    throw invalidSource(header);
  }
  const object = findObject(service, bucket, key, versionId);
  if (object.type === 'Appendable') throw notCopyable(key);
  return isNotModified(headers, object, 'x-oss-copy-source-') ? undefined : { bucket, object };
}

/** The source's bytes, or a range of them. */
export function readSource(
  { store }: OssService,
  { bucket, object }: CopySource,
  range?: ByteRange,
): AsyncIterable<Buffer> {
  const fd = store.openBody(bucket, object);
  const { start, end } = range ?? { start: 0, end: object.size };
  // An empty stream would want `end` before `start`; of an empty object nothing is read either way.
  return createReadStream('', { fd, start, end: Math.max(start, end - 1), highWaterMark: 256 * 1024 });
}

const invalidSource = (header: string): OssError =>
  invalidArgument('Copy Source must be in the form of /bucket/object, URL-encoded.', {
    ArgumentName: 'x-oss-copy-source',
    ArgumentValue: header,
  });

/** That they cannot be copied is on the service's page "CopyObject"; status and code are not, and are chosen here. */
const notCopyable = (key: string): OssError =>
  new OssError(400, 'OperationNotSupported', 'An appendable object can not be copied.', { Key: key });
