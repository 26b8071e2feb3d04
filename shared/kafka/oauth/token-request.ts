/** One request for a token by the client credentials grant. Source: RFC 6749, 4.4 and 5; KIP-768. */
import { FatalError, RetriableError, toError } from '../../errors.ts';
import type { ClientCredentials } from '../driver.ts';
import type { FormAnswer, PostForm } from './post-form.ts';

/** Of what an endpoint says about a refusal. */
const SHOWN_CHARACTERS = 200;

const MAY_PASS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export interface IssuedToken {
  readonly value: string;
  /** From the moment of asking. */
  readonly lifetimeMs: number;
}

/** `nowMs` is epoch ms, against which the token's own expiry is read when the endpoint does not say how long it lives.
 *  @throws RetriableError `KAFKA_TOKEN_UNAVAILABLE` when it may answer later, FatalError `KAFKA_TOKEN_REFUSED` */
export async function requestToken(client: ClientCredentials, nowMs: number, post: PostForm): Promise<IssuedToken> {
  const form = { grant_type: 'client_credentials', ...(client.scope === undefined ? {} : { scope: client.scope }) };
  let answer: FormAnswer;
  try {
    answer = await post(client.tokenEndpoint, { authorization: basic(client) }, form);
  } catch (thrown) {
    const { message } = toError(thrown);
    throw new RetriableError(
      'KAFKA_TOKEN_UNAVAILABLE',
      `the token endpoint ${client.tokenEndpoint} cannot be reached: check sasl.oauthbearer.token.endpoint.url and the network (${message})`,
      { cause: thrown },
    );
  }
  if (answer.status !== 200) throw refused(answer, client);
  return issued(answer.text, client.tokenEndpoint, nowMs);
}

function basic({ clientId, clientSecret, urlEncoded }: ClientCredentials): string {
  const [id, secret] = urlEncoded ? [clientId, clientSecret].map(encodeURIComponent) : [clientId, clientSecret];
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

function refused({ status, text }: FormAnswer, client: ClientCredentials): RetriableError | FatalError {
  const said = reasonOf(text, client.clientSecret);
  const what = `the token endpoint ${client.tokenEndpoint} answered HTTP ${status}${said}`;
  if (MAY_PASS.has(status)) {
    return new RetriableError(
      'KAFKA_TOKEN_UNAVAILABLE',
      `${what}: nothing to do if it passes, else look at the endpoint`,
    );
  }
  const scope = client.scope === undefined ? 'none is asked for' : `"${client.scope}" is asked for`;
  const wrongAddress = status === 404 || status === 405;
  const advice = wrongAddress
    ? 'check sasl.oauthbearer.token.endpoint.url'
    : `check sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret and sasl.oauthbearer.scope (${scope})`;
  // Another secret may be there the next time, another address never.
  return new FatalError('KAFKA_TOKEN_REFUSED', `${what}: ${advice}`, { mayHeal: !wrongAddress });
}

/** `error` and `error_description` of RFC 6749, 5.2; an endpoint that repeats the secret is not repeated. */
function reasonOf(text: string, secret: string): string {
  const body = jsonObject(text);
  const said = [body?.['error'], body?.['error_description']].filter((part) => typeof part === 'string').join(', ');
  if (said === '' || said.includes(secret)) return '';
  return ` (${said.slice(0, SHOWN_CHARACTERS)})`;
}

function issued(text: string, endpoint: string, nowMs: number): IssuedToken {
  const body = jsonObject(text);
  const value = body?.['access_token'];
  // The characters of RFC 6750, 2.1: anything else would break the frame it is sent in.
  if (typeof value !== 'string' || !/^[\w.~+/-]+=*$/.test(value)) {
    throw new FatalError(
      'KAFKA_TOKEN_REFUSED',
      `the token endpoint ${endpoint} answered HTTP 200 without a usable access_token: is this the token endpoint?`,
    );
  }
  const expiresIn = Number(body?.['expires_in']);
  const lifetimeMs = expiresIn > 0 ? expiresIn * 1_000 : expiryOf(value) - nowMs;
  if (Number.isNaN(lifetimeMs)) {
    throw new FatalError(
      'KAFKA_TOKEN_REFUSED',
      `the token endpoint ${endpoint} says no expires_in, and its token no expiry (exp): one of the two is needed`,
    );
  }
  return { value, lifetimeMs };
}

/** Epoch ms of a JWT's `exp`; NaN when there is none. Nobody's signature is checked here: the broker does. */
function expiryOf(token: string): number {
  const payload = jsonObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const exp = payload?.['exp'];
  return typeof exp === 'number' ? exp * 1_000 : Number.NaN;
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON: callers say what they expected, and the text itself is nobody's to print.
    return undefined;
  }
}
