/** How connections sign in: kafkajs' exchanges for passwords, our own for tokens, under credentials that are looked up each time. */

import type { ExchangeSetup, SaslExchange, SaslExchangeProvider } from 'kafkajs/src/broker/saslAuthenticator/index.js';
import plain from 'kafkajs/src/broker/saslAuthenticator/plain.js';
import scram256 from 'kafkajs/src/broker/saslAuthenticator/scram256.js';
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import type { Clock } from '../clock.ts';
import { ConfigError, FatalError } from '../errors.ts';
import type { KafkaConnectionOptions, SaslOptions } from './driver.ts';
import { postForm } from './oauth/post-form.ts';
import { tokenExchange } from './oauth/token-exchange.ts';
import { TokenSource, type TokenSourceDeps } from './oauth/token-source.ts';

const PASSWORD_EXCHANGES = { plain, 'scram-sha-256': scram256, 'scram-sha-512': scram512 } as const;

/** The `sasl` of kafkajs' connections and clients. kafkajs writes into it, so each connection gets a copy. */
export interface SignIn {
  readonly mechanism: SaslOptions['mechanism'];
  readonly authenticationProvider: SaslExchangeProvider;
}

/** One for all connections of a driver: they share its tokens. Exported for tests, which bring clock and endpoint. */
export function createSignIn(sasl: SaslOptions, deps: TokenSourceDeps): SignIn {
  const { mechanism } = sasl;
  if (mechanism === 'oauthbearer') {
    const tokens = new TokenSource(() => lookedUp(sasl.clientCredentials), deps);
    return { mechanism, authenticationProvider: (setup) => tokenExchange(setup, tokens) };
  }
  const exchange = PASSWORD_EXCHANGES[mechanism];
  return {
    mechanism,
    authenticationProvider: (setup) => keepingReason(setup, (kept) => exchange(lookedUp(sasl.credentials))(kept)),
  };
}

/** `deps` with what `connection` needs to sign in, unless it is there. */
export function withSignIn<D extends { readonly clock: Clock; readonly signIn?: SignIn }>(
  { sasl }: KafkaConnectionOptions,
  deps: D,
): D & { readonly signIn?: SignIn } {
  if (sasl === undefined || deps.signIn !== undefined) return deps;
  return { ...deps, signIn: createSignIn(sasl, { clock: deps.clock, post: postForm }) };
}

/** A secret that was there at the start may be gone now. */
function lookedUp<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const reasons = thrown.problems.map(({ key, message }) => `${key}: ${message}`).join('; ');
    throw new FatalError('KAFKA_CREDENTIALS_MISSING', `cannot sign in to Kafka: ${reasons}`, {
      cause: thrown,
      mayHeal: true,
    });
  }
}

/** kafkajs calls everything that goes wrong meanwhile a refusal of the credentials, a lost connection too. What the connection itself
 *  threw is thrown on instead, so that a broker's restart does not pass for a wrong password. */
function keepingReason(setup: ExchangeSetup, exchange: (setup: ExchangeSetup) => SaslExchange): SaslExchange {
  let reason: unknown;
  const kept = exchange({
    ...setup,
    saslAuthenticate: async (message) => {
      try {
        return await setup.saslAuthenticate(message);
      } catch (thrown) {
        reason = thrown;
        throw thrown;
      }
    },
  });
  return {
    authenticate: async () => {
      try {
        await kept.authenticate();
      } catch (thrown) {
        throw isRefusal(reason) ? thrown : reason;
      }
    },
  };
}

/** No reason: the exchange itself found fault (a wrong server signature). */
function isRefusal(reason: unknown): boolean {
  return reason === undefined || (reason as { name?: unknown }).name === 'KafkaJSProtocolError';
}

/** A session that the broker limits is renewed so long before its end, or in the last part of it where that is shorter. */
const SIGN_IN_AGAIN_MS = 10_000;
const SIGN_IN_AGAIN_PART = 0.15;
/** Brokers refuse to renew sooner. Source: KIP-368. */
const MIN_SESSION_MS = 1_000;

/** How long before the end of a session it is renewed; negative where it would be renewed too soon. */
export function signInAgainMs(sessionMs: number): number {
  return Math.min(SIGN_IN_AGAIN_MS, Math.floor(sessionMs * SIGN_IN_AGAIN_PART), sessionMs - MIN_SESSION_MS);
}
