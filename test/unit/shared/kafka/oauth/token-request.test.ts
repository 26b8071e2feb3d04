import { describe, expect, it } from 'vitest';
import type { ClientCredentials } from '../../../../../shared/kafka/driver.ts';
import type { PostForm } from '../../../../../shared/kafka/oauth/post-form.ts';
import { requestToken } from '../../../../../shared/kafka/oauth/token-request.ts';

const CLIENT: ClientCredentials = {
  tokenEndpoint: 'https://idp.example/token',
  clientId: 'me',
  clientSecret: 'hunter2/+',
  scope: 'kafka',
  urlEncoded: false,
  extensions: {},
};
const NOW = 1_700_000_000_000;

const answering =
  (status: number, body: unknown): PostForm =>
  async () => ({
    status,
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });
const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('a token request', () => {
  it('is a client credentials grant with basic authentication', async () => {
    const asked: unknown[] = [];
    const post: PostForm = async (...given) => {
      asked.push(given);
      return { status: 200, text: '{"access_token":"t","expires_in":60}' };
    };
    expect(await requestToken(CLIENT, NOW, post)).toEqual({ value: 't', lifetimeMs: 60_000 });
    const { scope: _, ...unscoped } = CLIENT;
    await requestToken({ ...unscoped, urlEncoded: true }, NOW, post);
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    expect(asked).toEqual([
      [CLIENT.tokenEndpoint, basic('me:hunter2/+'), { grant_type: 'client_credentials', scope: 'kafka' }],
      [CLIENT.tokenEndpoint, basic('me:hunter2%2F%2B'), { grant_type: 'client_credentials' }],
    ]);
  });

  it('reads the life of a token from its own expiry where the endpoint does not say it', async () => {
    const access_token = jwt({ exp: NOW / 1_000 + 90 });
    expect(await requestToken(CLIENT, NOW, answering(200, { access_token }))).toMatchObject({ lifetimeMs: 90_000 });
  });

  it.each([408, 429, 500, 503])('HTTP %i may pass', async (status) => {
    await expect(requestToken(CLIENT, NOW, answering(status, 'busy'))).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'KAFKA_TOKEN_UNAVAILABLE',
    });
  });

  it('may pass when there is no answer', async () => {
    const post: PostForm = async () => Promise.reject(new Error('connect ECONNREFUSED'));
    await expect(requestToken(CLIENT, NOW, post)).rejects.toMatchObject({
      name: 'RetriableError',
      message: expect.stringMatching(/sasl\.oauthbearer\.token\.endpoint\.url.*ECONNREFUSED/),
    });
  });

  it.each([
    [401, { error: 'invalid_client' }, /HTTP 401 \(invalid_client\).*client\.secret/],
    [400, { error: 'invalid_scope', error_description: 'what?' }, /invalid_scope, what\?.*"kafka" is asked for/],
    [404, '<html>', /HTTP 404: check sasl\.oauthbearer\.token\.endpoint\.url/],
    [302, '', /HTTP 302/],
    [200, '<html>', /without a usable access_token/],
    [200, { access_token: 'a b', expires_in: 1 }, /without a usable access_token/],
    [200, { access_token: 'opaque' }, /expires_in/],
  ])('HTTP %i with %j is refused', async (status, body, message) => {
    await expect(requestToken(CLIENT, NOW, answering(status, body))).rejects.toMatchObject({
      name: 'FatalError',
      code: 'KAFKA_TOKEN_REFUSED',
      message: expect.stringMatching(message),
    });
  });

  it('repeats no answer that holds the secret', async () => {
    const echo = answering(400, { error: 'bad', error_description: `no client with ${CLIENT.clientSecret}` });
    const error = await requestToken(CLIENT, NOW, echo).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('HTTP 400');
    expect(String(error)).not.toContain(CLIENT.clientSecret);
  });
});
