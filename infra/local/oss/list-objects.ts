/** ListObjectsV2. Source: the service's page of that name. */
import { invalidArgument } from './errors.ts';
import { compareKeys } from './key-index.ts';
import type { Operation } from './operation.ts';
import { OWNER } from './owner.ts';
import { xmlReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import { isoTime } from './request-time.ts';
import { uriEncode } from './sign-v4.ts';
import type { StoredObject } from './store.ts';
import { element, type XmlElement } from './xml.ts';

interface Page {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** The last key or common prefix of this page, where more follow. */
  readonly truncatedAfter: string | undefined;
}

interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly maxKeys: number;
}

/** Past every key that begins with `prefix`: no valid text holds this code point at that place. */
const AFTER_ALL = '\u{10ffff}';

interface Keys {
  get(key: string): StoredObject | undefined;
  keysFrom(start: string): Iterable<string>;
}

/** One page of a listing: keys after `after`, those that share a prefix up to the delimiter rolled up into one. */
export function readPage(keys: Keys, { prefix, delimiter, after, maxKeys }: PageRequest): Page {
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  let start = compareKeys(after, prefix) > 0 ? after : prefix;
  for (;;) {
    let skipTo: string | undefined;
    for (const key of keys.keysFrom(start)) {
      if (!key.startsWith(prefix)) return { objects, commonPrefixes, truncatedAfter: undefined };
      if (key === after) continue;
      const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const commonPrefix = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
      if (commonPrefix !== undefined && commonPrefix === after) {
        skipTo = commonPrefix + AFTER_ALL;
        break;
      }
      if (objects.length + commonPrefixes.length === maxKeys) return { objects, commonPrefixes, truncatedAfter: last };
      last = commonPrefix ?? key;
      if (commonPrefix !== undefined) {
        commonPrefixes.push(commonPrefix);
        skipTo = commonPrefix + AFTER_ALL;
        break;
      }
      const object = keys.get(key);
      if (object) objects.push(object);
    }
    if (skipTo === undefined) return { objects, commonPrefixes, truncatedAfter: undefined };
    start = skipTo;
  }
}

function readMaxKeys({ query }: OssRequest): number {
  const text = query.get('max-keys') || '100';
  const maxKeys = Number(text);
  if (/^\d+$/.test(text) && maxKeys >= 1 && maxKeys <= 1000) return maxKeys;
  throw invalidArgument('Argument max-keys must be an integer between 1 and 1000.', {
    ArgumentName: 'max-keys',
    ArgumentValue: text,
  });
}

function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64').toString('utf8');
  if (Buffer.from(key).toString('base64') === token) return key;
  throw invalidArgument('The continuation-token is invalid.', {
    ArgumentName: 'continuation-token',
    ArgumentValue: token,
  });
}

/** ListObjectsV2 (`?list-type=2`).
 *  @throws OssError `InvalidArgument` */
export const listObjectsV2: Operation = ({ store }, request) => {
  const { query, bucket = '' } = request;
  const encodingType = query.get('encoding-type') ?? '';
  if (encodingType !== '' && encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request.', {
      ArgumentName: 'encoding-type',
      ArgumentValue: encodingType,
    });
  }
  const encoded = (text: string) => (encodingType === 'url' ? uriEncode(text) : text);
  const token = query.get('continuation-token') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = readMaxKeys(request);
  const after = token === '' ? startAfter : decodeToken(token);
  const page = readPage(store.objects(bucket), { prefix, delimiter, after, maxKeys });
  const withOwner = query.get('fetch-owner') === 'true';
  return xmlReply(
    element('ListBucketResult', [
      element('Name', bucket),
      element('Prefix', encoded(prefix)),
      ...(token === '' ? [] : [element('ContinuationToken', token)]),
      ...(startAfter === '' ? [] : [element('StartAfter', encoded(startAfter))]),
      element('MaxKeys', maxKeys),
      element('Delimiter', encoded(delimiter)),
      ...(encodingType === '' ? [] : [element('EncodingType', encodingType)]),
      element('IsTruncated', page.truncatedAfter !== undefined),
      ...(page.truncatedAfter === undefined
        ? []
        : [element('NextContinuationToken', Buffer.from(page.truncatedAfter).toString('base64'))]),
      ...page.objects.map((object) => contents(object, encoded, withOwner)),
      ...page.commonPrefixes.map((text) => element('CommonPrefixes', [element('Prefix', encoded(text))])),
      element('KeyCount', page.objects.length + page.commonPrefixes.length),
    ]),
  );
};

function contents(object: StoredObject, encoded: (text: string) => string, withOwner: boolean): XmlElement {
  return element('Contents', [
    element('Key', encoded(object.key)),
    element('LastModified', isoTime(object.lastModified)),
    element('ETag', object.etag),
    element('Type', 'Normal'),
    element('Size', object.size),
    element('StorageClass', object.headers['x-oss-storage-class'] ?? 'Standard'),
    withOwner ? OWNER : undefined,
  ]);
}
