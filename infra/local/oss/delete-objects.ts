/** DeleteMultipleObjects. Source: the service's page of that name, and those of its error codes. */
import { readEncoding } from './encoding-type.ts';
import { invalidObjectName, malformedXml, missingArgument } from './errors.ts';
import { type Deletion, deleteOne } from './object-operations.ts';
import type { Operation } from './operation.ts';
import { emptyReply, xmlReply } from './reply.ts';
import { isObjectName } from './request.ts';
import { versionIdOf } from './stored-object.ts';
import { element, type XmlElement } from './xml.ts';
import { readXmlBody } from './xml-body.ts';
import { childText, type XmlNode } from './xml-reader.ts';

const MAX_OBJECTS = 1000;

interface Order {
  readonly key: string;
  readonly versionId: string | undefined;
}

function readOrder(node: XmlNode): Order {
  const key = childText(node, 'Key');
  const versionId = childText(node, 'VersionId');
  if (key === undefined) throw malformedXml('an Object has no Key');
  if (versionId === '') throw malformedXml('a VersionId is empty');
  if (!isObjectName(key)) throw invalidObjectName();
  return { key, versionId };
}

function describe(key: string, { versionId, marker }: Deletion): XmlElement {
  return element('Deleted', [
    element('Key', key),
    versionId === undefined ? undefined : element('VersionId', versionId),
    ...(marker ? [element('DeleteMarker', true), element('DeleteMarkerVersionId', versionIdOf(marker))] : []),
  ]);
}

/** Deletes up to 1,000 objects, or versions of them; `Quiet` answers nothing. All orders are read before the first is carried out.
 *  @throws OssError `MissingArgument` without `Content-MD5`, `InvalidDigest`, `MalformedXML` */
export const deleteObjects: Operation = async (service, request) => {
  const { bucket = '', headers } = request;
  if (!headers.has('content-md5')) throw missingArgument({ ArgumentName: 'Content-MD5', EC: '0016-00000606' });
  const encoding = readEncoding(request);
  const root = await readXmlBody(request, 'Delete');
  const orders = root.children.filter(({ name }) => name === 'Object').map(readOrder);
  if (orders.length === 0 || orders.length > MAX_OBJECTS) {
    throw malformedXml(`${orders.length} objects, expected 1 to ${MAX_OBJECTS}`);
  }
  const deleted = orders.map(({ key, versionId }) =>
    describe(encoding.encode(key), deleteOne(service, bucket, key, versionId)),
  );
  if (childText(root, 'Quiet')?.trim().toLowerCase() === 'true') return emptyReply(200);
  return xmlReply(element('DeleteResult', [...encoding.elements, ...deleted]));
};
