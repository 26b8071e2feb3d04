/** A token endpoint for the client credentials grant, on 127.0.0.1. Its tokens are unsigned (`alg` none), which Kafka's own validator
 *  for development accepts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const OAUTH_CLIENT = { id: 'spillway-client', secret: 'oauth-5ecret/+=&' } as const;

export interface TokenEndpoint {
  readonly url: string;
  /** Tokens handed out so far. */
  readonly issued: readonly string[];
  /** Scopes that were asked for. */
  readonly scopes: readonly (string | null)[];
  /** Whom the next tokens are for, and how long they live. */
  subject: string;
  lifetimeSeconds: number;
  /** Answers the next requests with this status and body. */
  failWith: { readonly status: number; readonly body: string } | undefined;
  close(): Promise<void>;
}

function unsignedToken(subject: string, lifetimeSeconds: number, scope: string | null): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const claims = { sub: subject, iat: now, exp: now + lifetimeSeconds, ...(scope === null ? {} : { scope }) };
  return `${encode({ alg: 'none' })}.${encode(claims)}.`;
}

export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const issued: string[] = [];
  const scopes: (string | null)[] = [];
  const expected = `Basic ${Buffer.from(`${OAUTH_CLIENT.id}:${OAUTH_CLIENT.secret}`).toString('base64')}`;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const answer = (status: number, body: string) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      };
      const form = new URLSearchParams(text);
      if (endpoint.failWith !== undefined) return answer(endpoint.failWith.status, endpoint.failWith.body);
      if (request.method !== 'POST' || form.get('grant_type') !== 'client_credentials') {
        return answer(400, '{"error":"unsupported_grant_type"}');
      }
      if (request.headers.authorization !== expected) {
        return answer(401, '{"error":"invalid_client","error_description":"no such client, or another secret"}');
      }
      const token = unsignedToken(endpoint.subject, endpoint.lifetimeSeconds, form.get('scope'));
      issued.push(token);
      scopes.push(form.get('scope'));
      answer(200, JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: endpoint.lifetimeSeconds }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint: TokenEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    issued,
    scopes,
    subject: 'admin',
    lifetimeSeconds: 3_600,
    failWith: undefined,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return endpoint;
}
