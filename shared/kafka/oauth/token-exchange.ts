/** SASL OAUTHBEARER, client side. Source: RFC 7628; KIP-255 for the extensions.
 *
 *  kafkajs 2.2.4 has it too, but never looks at the broker's answer: a refused token passes for a success, and the connection then dies
 *  without a reason. Here the answer is read, and the refusal fetched as the RFC has it. */
import type { ExchangeSetup, SaslExchange } from 'kafkajs/src/broker/saslAuthenticator/index.js';
import { FatalError } from '../../errors.ts';
import type { TokenSource } from './token-source.ts';

const SEPARATOR = '\u0001';

/** kafkajs takes and gives authentication bytes with their length in front. */
function framed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const frame = Buffer.alloc(4 + bytes.length);
  frame.writeInt32BE(bytes.length, 0);
  bytes.copy(frame, 4);
  return frame;
}

const answerText = {
  decode: async (frame: Buffer): Promise<string> => frame.subarray(4).toString('utf8'),
  parse: async (text: string): Promise<string> => text,
};

/** One sign-in with a token that is good for now.
 *  Throws FatalError `KAFKA_AUTHENTICATION_FAILED` when the broker refuses it, and what the token source throws. */
export function tokenExchange({ host, port, saslAuthenticate }: ExchangeSetup, tokens: TokenSource): SaslExchange {
  const send = async (text: string): Promise<string> =>
    (await saslAuthenticate({ request: { encode: async () => framed(text) }, response: answerText })) ?? '';
  return {
    authenticate: async () => {
      const { value, extensions } = await tokens.current();
      const listed = Object.entries(extensions).map(([name, text]) => `${name}=${text}${SEPARATOR}`);
      const answer = await send(`n,,${SEPARATOR}auth=Bearer ${value}${SEPARATOR}${listed.join('')}${SEPARATOR}`);
      if (answer === '') return;
      // A token that is refused once is not tried again.
      tokens.forget(value);
      let reason = statusOf(answer);
      try {
        await send(SEPARATOR);
      } catch (thrown) {
        if ((thrown as { name?: unknown }).name !== 'KafkaJSProtocolError') throw thrown;
        reason = `${reason}, ${(thrown as Error).message}`;
      }
      throw new FatalError(
        'KAFKA_AUTHENTICATION_FAILED',
        `broker ${host}:${port} refused the token (${reason}): check that the endpoint issues tokens for this cluster ` +
          '(sasl.oauthbearer.scope, and issuer and audience that the broker expects), and that the clocks of both sides are right',
        { mayHeal: true },
      );
    },
  };
}

/** `status` of the broker's JSON; other content is not repeated. */
function statusOf(answer: string): string {
  const [, status] = /"status"\s*:\s*"([\w.-]{1,60})"/.exec(answer) ?? [];
  return status ?? 'no status given';
}
