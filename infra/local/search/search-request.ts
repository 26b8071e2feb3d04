/** One request to a search server, without a client: what starts and tests servers must not depend on the client that is tested. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

/** How a server is reached. */
export interface SearchAddress {
  /** No slash at the end. */
  readonly url: string;
  /** PEM of the authority that signed its certificate. */
  readonly ca?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export interface SearchReply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** Parsed JSON; text where it is none; undefined where there is none. */
  readonly body: unknown;
}

function parsed(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** @param path with its slash in front
 *  @param body text is sent as NDJSON, anything else as JSON
 *  @throws Error of the connection; never for a status */
export async function searchRequest(
  address: SearchAddress,
  method: string,
  path: string,
  body?: unknown,
): Promise<SearchReply> {
  const { url, ca, username, password } = address;
  const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
  const options = {
    method,
    // A connection of its own: one that is kept would not survive a restart of the server.
    agent: false,
    headers: body === undefined ? {} : { 'content-type': type },
    ...(username === undefined ? {} : { auth: `${username}:${password ?? ''}` }),
    ...(ca === undefined ? {} : { ca }),
  };
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(`${url}${path}`, options, (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((answer) => resolve({ status, headers, body: parsed(answer) }), reject);
    });
    request.on('error', reject);
    request.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
}
