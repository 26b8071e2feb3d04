/** CompleteMultipartUpload. Source: the service's page of that name. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readEncoding } from './encoding-type.ts';
import { malformedXml, noSuchUpload, OssError } from './errors.ts';
import { checkOverwrite } from './find-object.ts';
import { findUpload } from './multipart-operations.ts';
import { versionHeader } from './object-headers.ts';
import type { Operation } from './operation.ts';
import { xmlReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import type { StoredPart } from './upload-store.ts';
import { element } from './xml.ts';
import { readXmlBody } from './xml-body.ts';
import { childText, type XmlNode } from './xml-reader.ts';

/** Every part but the last must have as much. Source: the service's page "UploadPart". */
const MIN_PART_BYTES = 100 * 1024;

interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

const bare = (etag: string): string => etag.trim().replaceAll('"', '').toUpperCase();

function readNamedPart(node: XmlNode): NamedPart {
  const number = Number(childText(node, 'PartNumber')?.trim() || Number.NaN);
  const etag = childText(node, 'ETag');
  if (!Number.isInteger(number) || etag === undefined) throw malformedXml('a Part needs a PartNumber and an ETag');
  return { number, etag };
}

/** The parts that the request names, in its order, as they are stored.
 *  @throws OssError `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall` */
export function chooseParts(named: readonly NamedPart[], stored: readonly StoredPart[]): StoredPart[] {
  if (named.some(({ number }, i) => i > 0 && number <= (named[i - 1]?.number ?? 0))) throw invalidPartOrder();
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const chosen = named.map(({ number, etag }) => {
    const part = byNumber.get(number);
    if (part === undefined || bare(part.etag) !== bare(etag)) throw invalidPart(number, etag);
    return part;
  });
  const small = chosen.slice(0, -1).find(({ size }) => size < MIN_PART_BYTES);
  if (small) throw entityTooSmall(small);
  return chosen;
}

async function readNamedParts(request: OssRequest): Promise<NamedPart[]> {
  const root = await readXmlBody(request, 'CompleteMultipartUpload');
  const named = root.children.filter(({ name }) => name === 'Part').map(readNamedPart);
  if (named.length === 0) throw malformedXml('no Part is named');
  return named;
}

async function* contentOf(parts: readonly StoredPart[]): AsyncGenerator<Buffer> {
  for (const { number, etag, file } of parts) {
    // Brought anew, or given up, since the request came.
    if (!existsSync(file)) throw invalidPart(number, etag);
    yield* createReadStream(file, { highWaterMark: 256 * 1024 });
  }
}

/** No MD5 of the content: the digest of the parts' digests, and their number. */
function etagOf(parts: readonly StoredPart[]): string {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(bare(etag), 'hex'));
  return `"${md5.digest('hex').toUpperCase()}-${parts.length}"`;
}

/** Makes the named parts an object, all at once; with `x-oss-complete-all: yes` those that are there.
 *  @throws OssError `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `MalformedXML`, `FileAlreadyExists` */
export const completeUpload: Operation = async (service, request) => {
  const { store, uploads, clock } = service;
  const { bucket = '', key = '', headers, hostId } = request;
  const encoding = readEncoding(request);
  const upload = findUpload(service, request);
  const all = headers.get('x-oss-complete-all')?.toLowerCase() === 'yes';
  const named = all ? uploads.parts(upload) : await readNamedParts(request);
  const mayCommit = () => {
    if (uploads.find(bucket, key, upload.uploadId) === undefined) throw noSuchUpload(upload.uploadId);
    checkOverwrite(service, bucket, key, headers);
  };
  mayCommit();
  const parts = chooseParts(named, uploads.parts(upload));
  // The parts kept to the limit of one request each; there is none for their sum.
  const body = await store.receive(contentOf(parts), Number.POSITIVE_INFINITY);
  const properties = {
    headers: upload.headers,
    lastModified: clock(),
    etag: etagOf(parts),
    type: 'Multipart',
  } as const;
  const object = await store.commit(bucket, key, body, properties, mayCommit);
  uploads.remove(upload);
  return xmlReply(
    element('CompleteMultipartUploadResult', [
      ...encoding.elements,
      element('Location', `http://${hostId}/${encoding.encode(key)}`),
      element('Bucket', bucket),
      element('Key', encoding.encode(key)),
      element('ETag', object.etag),
    ]),
    { etag: object.etag, 'x-oss-hash-crc64ecma': object.crc64, ...versionHeader(service, bucket, object) },
  );
};

const invalidPart = (number: number, etag: string): OssError =>
  new OssError(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
    { PartNumber: String(number), ETag: etag },
  );

const invalidPartOrder = (): OssError =>
  new OssError(
    400,
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts list must specified in order by part number.',
  );

const entityTooSmall = ({ number, size, etag }: StoredPart): OssError =>
  new OssError(400, 'EntityTooSmall', 'Your proposed upload smaller than the minimum allowed size.', {
    ETag: etag,
    MinSizeAllowed: String(MIN_PART_BYTES),
    ProposedSize: String(size),
    PartNumber: String(number),
  });
