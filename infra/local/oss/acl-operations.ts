/** GetBucketAcl and GetObjectAcl: everything is private, nothing can be set. */
import { findObject } from './find-object.ts';
import type { Operation } from './operation.ts';
import { OWNER } from './owner.ts';
import { type Reply, xmlReply } from './reply.ts';
import { element } from './xml.ts';

function policy(grant: string): Reply {
  return xmlReply(element('AccessControlPolicy', [OWNER, element('AccessControlList', [element('Grant', grant)])]));
}

export const getBucketAcl: Operation = () => policy('private');

/** `default`: as the bucket.
 *  @throws OssError `NoSuchKey`, `NoSuchVersion` */
export const getObjectAcl: Operation = (service, { bucket = '', key = '', query }) => {
  findObject(service, bucket, key, query.get('versionId'));
  return policy('default');
};
