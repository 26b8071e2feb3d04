/** AppendObject. Source: the service's page of that name. */
import { invalidArgument, missingArgument, noSuchBucket, OssError } from './errors.ts';
import { headersToKeep, versionHeader } from './object-headers.ts';
import type { Operation } from './operation.ts';
import { emptyReply } from './reply.ts';
import type { StoredObject } from './stored-object.ts';
import { takeBody } from './take-body.ts';

function readPosition(text: string | undefined): number {
  if (text === undefined) throw missingArgument({ ArgumentName: 'position', EC: '0016-00000501' });
  const position = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(position)) return position;
  throw invalidArgument('The position must be a number of bytes.', { ArgumentName: 'position', ArgumentValue: text });
}

// Clients go on from where the header says.
const wrongPosition = (length: number): OssError =>
  new OssError(
    409,
    'PositionNotEqualToLength',
    'Position is not equal to file length',
    { Position: String(length) },
    { 'x-oss-next-append-position': String(length) },
  );

const notAppendable = (): OssError => new OssError(409, 'ObjectNotAppendable', 'The object is not appendable');

/** AppendObject: adds to an appendable object, or makes one.
 *  @throws OssError `PositionNotEqualToLength`, `ObjectNotAppendable`, `MissingArgument`, and as `putObject` */
export const appendObject: Operation = async (service, request) => {
  const { store, clock } = service;
  const { bucket = '', key = '', query } = request;
  const position = readPosition(query.get('position'));
  const mayAppend = (current: StoredObject | undefined): void => {
    if (!store.bucket(bucket)) throw noSuchBucket(bucket);
    const hiddenByMarker = current === undefined && store.index(bucket).versions.get(key) !== undefined;
    if (hiddenByMarker || (current && current.type !== 'Appendable')) throw notAppendable();
    if (position !== (current?.size ?? 0)) throw wrongPosition(current?.size ?? 0);
  };
  mayAppend(store.objects(bucket).get(key));
  const headers = headersToKeep(request);
  const body = await takeBody(service, request);
  const object = await store.append(bucket, key, body, { headers, lastModified: clock() }, mayAppend);
  return emptyReply(200, {
    etag: object.etag,
    'x-oss-hash-crc64ecma': object.crc64,
    'x-oss-next-append-position': String(object.size),
    ...versionHeader(service, bucket, object),
  });
};
