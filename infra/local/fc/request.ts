/** A request as the rest sees it: its parts, its body, and what that body's digests are. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { percentDecode } from '../oss/request.ts';
import { invalidArgument } from './errors.ts';

/** A request, read but not yet trusted. */
export interface FcRequest {
  readonly method: string;
  /** As it stands in the request line. */
  readonly rawPath: string;
  /** Decoded. */
  readonly path: string;
  /** Decoded, in the order of the address; a bare name has the value ''. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case names; repeated headers joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A body that was read to its end. */
export interface ReadBody {
  /** Undefined when it has more bytes than were asked for. */
  readonly bytes: Buffer | undefined;
  /** In lower-case hex. */
  readonly sha256: string;
  readonly md5: string;
}

function decode(text: string): string {
  try {
    return percentDecode(text);
  } catch {
    throw invalidArgument(`The address is not UTF-8: ${text}`);
  }
}

/** Takes an address apart.
 *  @throws FcError `InvalidArgument` where it is not UTF-8 */
export function readRequest(message: IncomingMessage): FcRequest {
  const [rawPath = '', ...rest] = (message.url ?? '/').split('?');
  const query: [string, string][] = [];
  for (const part of rest.join('?').split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    query.push([decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]);
  }
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  return { method: message.method ?? 'GET', rawPath, path: decode(rawPath), query, headers };
}

/** Reads a body to its end, and keeps it where it has at most `most` bytes.
 *  @throws Error when the client goes away */
export async function readBody(message: IncomingMessage, most: number): Promise<ReadBody> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let kept: Buffer[] | undefined = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    md5.update(chunk);
    size += chunk.length;
    if (size > most) kept = undefined;
    kept?.push(chunk);
  }
  return { bytes: kept && Buffer.concat(kept), sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}
