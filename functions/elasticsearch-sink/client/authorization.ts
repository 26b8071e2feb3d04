/** How the sink signs in, as the value of an `Authorization` header. */
import { lookUp } from '../../../shared/config/look-up.ts';
import type { Secret, SecretResolver } from '../../../shared/config/secret.ts';
import { ConfigError } from '../../../shared/errors.ts';

/** As a configuration names them: a user with a password, or an API key, or a token, or nothing. */
export interface CredentialKeys {
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  readonly apiKey?: Secret | undefined;
  readonly bearerToken?: Secret | undefined;
}

/** Asked before each request, so that a secret that was replaced is followed; `undefined` for none.
 *  @throws FatalError `ELASTICSEARCH_CREDENTIALS_MISSING` when a reference leads nowhere, or to what no header can carry */
export type Authorization = () => string | undefined;

/** RFC 7617 has none in user and password, and no header can carry one. */
const CONTROL_CHARACTER =
  'holds a line break or another control character; take it out (a file read into a variable may end in one)';

/** The header of a configuration's credentials.
 *  Sources: RFC 7617 (Basic), RFC 6750 (Bearer), https://www.elastic.co/guide/en/elasticsearch/reference/8.19/security-api-create-api-key.html */
export function authorizationOf(keys: CredentialKeys, secrets: SecretResolver): Authorization {
  const { username, password, apiKey, bearerToken } = keys;
  const from = (secret: Secret, header: (value: string) => string) => () =>
    lookUp('ELASTICSEARCH_CREDENTIALS_MISSING', 'no credentials for Elasticsearch', () => {
      const value = secret.reveal(secrets);
      // What the environment or a literal gives is not trimmed, as with all secrets: a blank at the end may be meant.
      if (/\p{Cc}/u.test(value)) throw new ConfigError([{ key: secret.key, message: CONTROL_CHARACTER }]);
      return header(value);
    });
  if (apiKey !== undefined) return from(apiKey, (value) => `ApiKey ${encodedApiKey(value)}`);
  if (bearerToken !== undefined) return from(bearerToken, (value) => `Bearer ${value}`);
  if (password !== undefined) {
    return from(password, (value) => `Basic ${Buffer.from(`${username ?? ''}:${value}`).toString('base64')}`);
  }
  return () => undefined;
}

/** Keys are given out in both forms: `id:key`, and that in base64 (`encoded`), which has no colon. */
function encodedApiKey(value: string): string {
  return value.includes(':') ? Buffer.from(value).toString('base64') : value;
}
