/** A request as the operations see it: which endpoint, project, schema and table are meant. */
import type { IncomingMessage } from 'node:http';
import { percentDecode } from '../oss/request.ts';
import { invalidArgument } from './errors.ts';

/** The two endpoints share a port: what begins with `/api` is for the service, the rest for the tunnel. */
export type Side = 'service' | 'tunnel';

/** A request, read but not yet trusted. */
export interface MaxComputeRequest {
  readonly method: string;
  readonly side: Side;
  /** Path below the endpoint, decoded: what is signed. */
  readonly resource: string;
  /** Its parts, each decoded. */
  readonly path: readonly string[];
  /** Decoded; a bare name has the value ''. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; repeated headers joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: IncomingMessage;
}

function decode(text: string): string {
  try {
    return percentDecode(text);
  } catch {
    throw invalidArgument(`The address is not UTF-8: ${text}`);
  }
}

function readQuery(search: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const part of search.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    query.set(decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' ')));
  }
  return query;
}

/** Which endpoint an address belongs to. */
export function sideOf({ url = '/' }: IncomingMessage): Side {
  return /^\/api(?:[/?]|$)/.test(url) ? 'service' : 'tunnel';
}

/** Takes an address apart.
 *  @throws MaxComputeError `InvalidArgument` where it is not UTF-8 */
export function readRequest(message: IncomingMessage): MaxComputeRequest {
  const side = sideOf(message);
  const [target = '', ...rest] = (message.url ?? '/').split('?');
  const path = side === 'service' ? target.slice('/api'.length) : target;
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  return {
    method: message.method ?? 'GET',
    side,
    resource: decode(path),
    path: path.split('/').slice(1).map(decode),
    query: readQuery(rest.join('?')),
    headers,
    body: message,
  };
}

/** A parameter that the operation cannot do without.
 *  @throws MaxComputeError `InvalidArgument` */
export function parameter({ query }: MaxComputeRequest, name: string): string {
  const value = query.get(name);
  if (value === undefined || value === '') throw invalidArgument(`The parameter ${name} is missing.`);
  return value;
}

/** A parameter that is a whole number from 0 on.
 *  @throws MaxComputeError `InvalidArgument` */
export function countParameter(request: MaxComputeRequest, name: string): number {
  const value = parameter(request, name);
  if (!/^\d{1,15}$/.test(value)) throw invalidArgument(`The parameter ${name} is no number: ${value}`);
  return Number(value);
}
