/** Conditional GET and HEAD. Source: the service's page "GetObject". */
import { OssError } from './errors.ts';
import type { OssRequest } from './request.ts';
import type { StoredObject } from './store.ts';

function sameEtag(header: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replaceAll('"', '').toUpperCase();
  return header.split(',').some((one) => one.trim() === '*' || bare(one) === bare(etag));
}

/** Whether the client's copy is current (answer 304).
 *  @throws OssError `PreconditionFailed` (412) */
export function isNotModified(request: OssRequest, object: StoredObject): boolean {
  const { headers } = request;
  const seconds = Math.floor(object.lastModified / 1000) * 1000;
  const failed = (condition: string) =>
    new OssError(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.', {
      Condition: condition,
    });
  const ifMatch = headers.get('if-match');
  if (ifMatch !== undefined && !sameEtag(ifMatch, object.etag)) throw failed('If-Match');
  const ifUnmodifiedSince = Date.parse(headers.get('if-unmodified-since') ?? '');
  if (seconds > ifUnmodifiedSince) throw failed('If-Unmodified-Since');
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch !== undefined) return sameEtag(ifNoneMatch, object.etag);
  return seconds <= Date.parse(headers.get('if-modified-since') ?? '');
}
