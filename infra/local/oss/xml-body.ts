/** A request's body that is an XML document. */
import { createHash } from 'node:crypto';
import { checkLength, checkMd5 } from './content-md5.ts';
import { malformedXml } from './errors.ts';
import { entityTooLarge } from './incoming-body.ts';
import type { OssRequest } from './request.ts';
import { readXml, type XmlNode } from './xml-reader.ts';

/** The largest document there is: 1,000 keys of 1,023 bytes, each byte escaped, or 10,000 parts, with room for white space. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/** Reads the document and checks its digest, where the client sent one.
 *  @throws OssError `MalformedXML`, `InvalidDigest`, `EntityTooLarge`, `MissingContentLength` */
export async function readXmlBody(request: OssRequest, rootName: string): Promise<XmlNode> {
  checkLength(request, MAX_DOCUMENT_BYTES);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES) throw entityTooLarge(size, MAX_DOCUMENT_BYTES);
    chunks.push(chunk);
  }
  const document = Buffer.concat(chunks);
  checkMd5(request, createHash('md5').update(document).digest());
  let root: XmlNode;
  try {
    root = readXml(new TextDecoder('utf-8', { fatal: true }).decode(document));
  } catch (thrown) {
    throw malformedXml(String(thrown));
  }
  if (root.name !== rootName) throw malformedXml(`<${root.name}> where <${rootName}> was expected`);
  return root;
}
