/** Requests that a web page of somebody else makes a browser send: they come from inside, with what the browser remembers of credentials, and
 *  its owner does not know of them. */
import type { FastifyRequest } from 'fastify';
import { Refused } from '../../refused.ts';

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** What `Sec-Fetch-Site` says of requests that no page of ours made. Source: https://www.w3.org/TR/fetch-metadata/ */
const OF_OTHERS = new Set(['cross-site', 'same-site']);

/** Browsers let pages read no answers of other sites. */
const HARMLESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** @param needsLoopbackHost where nobody signs in: a name that somebody else owns and lets lead to this machine (DNS rebinding) would make their
 *    page one of ours
 *  @throws Refused 403 */
export function refuseForeignPages(
  { method, headers }: Pick<FastifyRequest, 'method' | 'headers'>,
  needsLoopbackHost: boolean,
): void {
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign =
    (typeof site === 'string' && OF_OTHERS.has(site)) || (origin !== undefined && hostOf(origin) !== host);
  if (isForeign && !HARMLESS.has(method)) {
    throw new Refused(403, 'A page of another site made this request; this API takes changes from its own pages only.');
  }
  if (needsLoopbackHost && host !== '' && !LOOPBACK_HOST.test(host)) {
    throw new Refused(
      403,
      'This worker answers without sign-in on its own machine only, by localhost or its address; set rest.users.file or rest.admin.token to be asked by other names.',
    );
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
