/** PutBucketVersioning and GetBucketVersioning. */
import { malformedXml } from './errors.ts';
import type { Operation } from './operation.ts';
import { emptyReply, xmlReply } from './reply.ts';
import { element } from './xml.ts';
import { readXmlBody } from './xml-body.ts';
import { childText } from './xml-reader.ts';

/** Once enabled, versioning can only be suspended.
 *  @throws OssError `MalformedXML` */
export const putVersioning: Operation = async ({ store }, request) => {
  const status = childText(await readXmlBody(request, 'VersioningConfiguration'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw malformedXml(`Status is ${JSON.stringify(status)}, expected Enabled or Suspended`);
  }
  store.setVersioning(request.bucket ?? '', status);
  return emptyReply(200);
};

/** Tells no status for a bucket that never had versioning. */
export const getVersioning: Operation = ({ store }, { bucket = '' }) => {
  const versioning = store.bucket(bucket)?.versioning;
  return xmlReply(element('VersioningConfiguration', versioning === undefined ? [] : [element('Status', versioning)]));
};
