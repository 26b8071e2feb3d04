/** Conditional GET and HEAD. Source: the service's page "GetObject". */
import { OssError } from './errors.ts';
import type { StoredObject } from './stored-object.ts';

function sameEtag(header: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replaceAll('"', '').toUpperCase();
  return header.split(',').some((one) => one.trim() === '*' || bare(one) === bare(etag));
}

/** Whether the client's copy is current (answer 304). The conditions are headers named `if-...`, behind `prefix`.
 *  @throws OssError `PreconditionFailed` (412) */
export function isNotModified(headers: ReadonlyMap<string, string>, object: StoredObject, prefix = ''): boolean {
  const condition = (name: string) => headers.get(`${prefix}${name}`);
  const seconds = Math.floor(object.lastModified / 1000) * 1000;
  const failed = (name: string) =>
    new OssError(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.', {
      Condition: name,
    });
  const ifMatch = condition('if-match');
  if (ifMatch !== undefined && !sameEtag(ifMatch, object.etag)) throw failed('If-Match');
  const ifUnmodifiedSince = Date.parse(condition('if-unmodified-since') ?? '');
  if (seconds > ifUnmodifiedSince) throw failed('If-Unmodified-Since');
  const ifNoneMatch = condition('if-none-match');
  if (ifNoneMatch !== undefined) return sameEtag(ifNoneMatch, object.etag);
  return seconds <= Date.parse(condition('if-modified-since') ?? '');
}
