import type { ExchangeSetup } from 'kafkajs/src/broker/saslAuthenticator/index.js';
import { expect, it } from 'vitest';
import { ConfigError, RetriableError } from '../../../../shared/errors.ts';
import type { SaslOptions } from '../../../../shared/kafka/driver.ts';
import { kafkajsLogger } from '../../../../shared/kafka/kafkajs-logger.ts';
import { createSignIn, signInAgainMs } from '../../../../shared/kafka/sign-in.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

/** Signs in against a broker that answers `answers` one after the other; an Error is thrown. */
async function signIn(sasl: SaslOptions, answers: readonly (string | Error)[], sent: string[] = []): Promise<void> {
  let at = 0;
  const saslAuthenticate = (async ({ request, response }) => {
    sent.push((await request.encode()).subarray(4).toString());
    const answer = answers[at++] ?? '';
    if (answer instanceof Error) throw answer;
    const frame = Buffer.alloc(4 + answer.length);
    frame.writeInt32BE(answer.length);
    frame.write(answer, 4);
    return response === undefined ? undefined : await response.parse(await response.decode(frame));
  }) as ExchangeSetup['saslAuthenticate'];
  const post = async () => ({ status: 200, text: '{"access_token":"tok","expires_in":60}' });
  const { authenticationProvider } = createSignIn(sasl, { clock: new ManualClock(), post });
  await authenticationProvider({
    host: 'h',
    port: 1,
    logger: kafkajsLogger(silentLogger),
    saslAuthenticate,
  }).authenticate();
}

const password = { mechanism: 'plain', credentials: () => ({ username: 'u', password: 'p' }) } as const;
const token: SaslOptions = {
  mechanism: 'oauthbearer',
  clientCredentials: () => ({
    tokenEndpoint: 'https://i/t',
    clientId: 'a',
    clientSecret: 'b',
    urlEncoded: false,
    extensions: { cluster: 'c' },
  }),
};
const refusal = () => Object.assign(new Error('Invalid username or password'), { name: 'KafkaJSProtocolError' });

it('sends user and password', async () => {
  const sent: string[] = [];
  await signIn(password, [''], sent);
  expect(sent).toEqual(['\0u\0p']);
});

it('tells a refused password from a connection that was lost meanwhile', async () => {
  await expect(signIn(password, [refusal()])).rejects.toMatchObject({ name: 'KafkaJSSASLAuthenticationError' });
  const lost = new RetriableError('BROKER_CONNECTION_LOST', 'gone');
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
    await expect(signIn({ ...password, mechanism }, [lost])).rejects.toBe(lost);
  }
});

it('says which secret is out of reach', async () => {
  const credentials = () => {
    throw new ConfigError([{ key: 'sasl.password', message: 'file /x cannot be read (ENOENT)' }]);
  };
  await expect(signIn({ mechanism: 'plain', credentials }, [])).rejects.toMatchObject({
    name: 'FatalError',
    code: 'KAFKA_CREDENTIALS_MISSING',
    message: expect.stringContaining('sasl.password: file /x cannot be read'),
  });
});

it('sends a token with its extensions, as RFC 7628 frames it', async () => {
  const sent: string[] = [];
  await signIn(token, [''], sent);
  expect(sent).toEqual(['n,,\u0001auth=Bearer tok\u0001cluster=c\u0001\u0001']);
});

it('reads a refusal of the token, which the broker sends as an answer', async () => {
  const sent: string[] = [];
  const refused = signIn(token, ['{"status":"invalid_token"}', refusal()], sent);
  await expect(refused).rejects.toMatchObject({
    name: 'FatalError',
    code: 'KAFKA_AUTHENTICATION_FAILED',
    message: expect.stringMatching(/refused the token \(invalid_token, Invalid/),
  });
  expect(sent[1]).toBe('\u0001');
  expect(String(await refused.catch(String))).not.toContain('tok ');
});

it('is renewed 10 s before the end, later where the session is short, and never within its first second', () => {
  expect([3_600_000, 20_000, 2_000, 1_000, 400].map(signInAgainMs)).toEqual([10_000, 3_000, 300, 0, -600]);
});
