/** A request as the operations see it: which bucket and key are meant, whatever style the client speaks. */
import type { IncomingMessage } from 'node:http';
import { invalidArgument, invalidObjectName, OssError } from './errors.ts';

/** A request, read but not yet trusted. */
export interface OssRequest {
  readonly method: string;
  /** Absent on requests to the service itself (`GET /` lists buckets). */
  readonly bucket: string | undefined;
  /** Decoded. Absent on requests to a bucket. */
  readonly key: string | undefined;
  /** Region of the endpoint that was addressed: from the host name where it tells one, else the server's own. */
  readonly region: string;
  /** Decoded; a bare name has the value ''. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. Values hold one character a byte, as node reads them; see `utf8Of`. */
  readonly headers: ReadonlyMap<string, string>;
  /** The host the client addressed, as error answers repeat it. */
  readonly hostId: string;
  readonly body: IncomingMessage;
}

/** A header's bytes as text. */
export function utf8Of(headerValue: string): string {
  return Buffer.from(headerValue, 'latin1').toString('utf8');
}

const SERVICE_HOST = /^(?:(.+)\.)?oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes, percent-encoded or not, as text.
 *  @throws TypeError where they are not UTF-8 */
export function percentDecode(encoded: string): string {
  const bytes = Buffer.from(
    encoded.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return utf8.decode(bytes);
}

function parseQuery(search: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const part of search.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    try {
      query.set(percentDecode(name.replaceAll('+', ' ')), percentDecode(value.replaceAll('+', ' ')));
    } catch (thrown) {
      throw new OssError(400, 'InvalidURI', `Couldn't parse the specified URI: ${String(thrown)}`);
    }
  }
  return query;
}

function decodeKey(encoded: string): string {
  let key: string;
  try {
    key = percentDecode(encoded);
  } catch {
    throw invalidObjectName();
  }
  if (!isObjectName(key)) throw invalidObjectName();
  return key;
}

/** The rules of the service's page "Naming conventions for objects". */
export function isObjectName(key: string): boolean {
  return key !== '' && !key.startsWith('/') && !key.startsWith('\\') && Buffer.byteLength(key) <= 1023;
}

/** Bucket named by the host, in virtual-host style, and the endpoint's region. */
function readHost(hostname: string, ownRegion: string): { bucket: string | undefined; region: string } {
  const service = SERVICE_HOST.exec(hostname);
  // ali-oss, at an IP endpoint, names the bucket `undefined` or `null` where it means none.
  const bucket = service?.[1] === 'undefined' || service?.[1] === 'null' ? undefined : service?.[1];
  if (service) return { bucket, region: service[2] ?? ownRegion };
  if (hostname.endsWith('.localhost')) return { bucket: hostname.slice(0, -'.localhost'.length), region: ownRegion };
  return { bucket: undefined, region: ownRegion };
}

/** Reads bucket, key and query from the host and the target. The target may be absolute, as a client sends it to an HTTP
 *  proxy; then its host counts.
 *  @throws OssError `InvalidURI`, `InvalidObjectName`, `InvalidArgument` */
export function readRequest(message: IncomingMessage, ownRegion: string): OssRequest {
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(message.url ?? '/');
  const host = absolute?.[1] ?? message.headers.host ?? '';
  const target = absolute ? (absolute[2] ?? '') : (message.url ?? '/');
  if (host === '') throw invalidArgument('The Host header is missing.');
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  const [path = '', ...rest] = target.split('?');
  const { bucket: hostBucket, region } = readHost(hostname, ownRegion);
  const withoutSlash = path.replace(/^\//, '');
  const slash = withoutSlash.indexOf('/');
  const [pathBucket, pathKey] =
    slash < 0 ? [withoutSlash, ''] : [withoutSlash.slice(0, slash), withoutSlash.slice(slash + 1)];
  const bucket = hostBucket ?? pathBucket;
  const key = hostBucket === undefined ? pathKey : withoutSlash;
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  return {
    method: message.method ?? 'GET',
    bucket: bucket === '' ? undefined : bucket,
    key: key === '' ? undefined : decodeKey(key),
    region,
    query: parseQuery(rest.join('?')),
    headers,
    hostId: hostname,
    body: message,
  };
}
