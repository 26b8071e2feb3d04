import { expect, it } from 'vitest';
import type { PostForm } from '../../../../../shared/kafka/oauth/post-form.ts';
import { TokenSource } from '../../../../../shared/kafka/oauth/token-source.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

function source(lifetimes: readonly number[]) {
  const clock = new ManualClock();
  const secrets: string[] = [];
  let issued = 0;
  let secret = 'first';
  const post: PostForm = async (_url, headers) => {
    secrets.push(Buffer.from(headers['authorization']?.slice(6) ?? '', 'base64').toString());
    const expires_in = lifetimes[issued++] ?? 100;
    return { status: 200, text: JSON.stringify({ access_token: `t${issued}`, expires_in }) };
  };
  const credentials = () => ({
    tokenEndpoint: 'https://idp.example/token',
    clientId: 'me',
    clientSecret: secret,
    urlEncoded: false,
    extensions: { cluster: 'c' },
  });
  const rotate = () => {
    secret = 'second';
  };
  return { tokens: new TokenSource(credentials, { clock, post }), clock, secrets, rotate };
}

it('fetches once for all who ask at the same time, and again after four fifths of its life', async () => {
  const { tokens, clock } = source([100, 100]);
  const both = await Promise.all([tokens.current(), tokens.current()]);
  expect(both.map(({ value }) => value)).toEqual(['t1', 't1']);
  expect(both[0]?.extensions).toEqual({ cluster: 'c' });
  await clock.advance(79_999);
  expect((await tokens.current()).value).toBe('t1');
  await clock.advance(1);
  expect((await tokens.current()).value).toBe('t2');
});

it('looks the secret up for each token', async () => {
  const { tokens, rotate, secrets } = source([100, 100]);
  await tokens.current();
  rotate();
  tokens.forget('t1');
  await tokens.current();
  expect(secrets).toEqual(['me:first', 'me:second']);
});

it('forgets only the token that was refused', async () => {
  const { tokens } = source([100, 100]);
  await tokens.current();
  tokens.forget('another');
  expect((await tokens.current()).value).toBe('t1');
  tokens.forget('t1');
  expect((await tokens.current()).value).toBe('t2');
});

it('does not hold on to a failure', async () => {
  const clock = new ManualClock();
  let calls = 0;
  const post: PostForm = async () =>
    calls++ === 0 ? { status: 503, text: '' } : { status: 200, text: '{"access_token":"t","expires_in":9}' };
  const credentials = () => ({
    tokenEndpoint: 'https://i/t',
    clientId: 'a',
    clientSecret: 'b',
    urlEncoded: false,
    extensions: {},
  });
  const tokens = new TokenSource(credentials, { clock, post });
  await expect(tokens.current()).rejects.toMatchObject({ code: 'KAFKA_TOKEN_UNAVAILABLE' });
  expect((await tokens.current()).value).toBe('t');
});
