/** Errors of connecting and of connections, as kafkajs throws them, in our own classes. */
import { FatalError, RetriableError, toError } from '../errors.ts';
import { KafkaCode } from './error-codes.ts';
import { type TlsRefusalContext, tlsRefusal } from './tls-refusals.ts';

/** What a person does about errors of the operating system, by their code. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is it the right port, and is the broker up?',
  ENOTFOUND: 'this host name is not known here; is it spelt right?',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'there is no way to this host; look at network and firewall',
  ENETUNREACH: 'there is no way to this network; look at network and firewall',
  ETIMEDOUT: 'no answer; look at network and firewall',
};

const CREDENTIALS = 'sasl.mechanism, sasl.username and sasl.password (or sasl.jaas.config)';

function codeOf(error: Error): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : '';
}

/** Turns what a kafkajs connection threw into `FatalError` (credentials, certificates or settings refused) or `RetriableError`.
 *  Errors that are ours already pass unchanged. */
export function transportError(
  thrown: unknown,
  address: string,
  context: TlsRefusalContext = {},
): RetriableError | FatalError {
  if (thrown instanceof RetriableError || thrown instanceof FatalError) return thrown;
  const error = toError(thrown);
  const code = codeOf(error);
  if (error.name === 'KafkaJSSASLAuthenticationError') {
    return new FatalError(
      'KAFKA_AUTHENTICATION_FAILED',
      `broker ${address} refused the credentials: check ${CREDENTIALS} (${error.message})`,
      { cause: error, mayHeal: true },
    );
  }
  const refused = tlsRefusal(address, code, error.message.replace('Connection error: ', ''), context);
  if (refused !== undefined) return refused;
  if ((error as { code?: unknown }).code === KafkaCode.unsupportedSaslMechanism) {
    return new FatalError(
      'KAFKA_PROTOCOL_MISMATCH',
      `broker ${address} does not take this sasl.mechanism: set one that it takes, or enable it there (sasl.enabled.mechanisms)`,
      { cause: error },
    );
  }
  if (!error.name.startsWith('KafkaJS')) {
    return new FatalError(
      'KAFKA_CLIENT_BROKEN',
      `unexpected ${error.name} while talking to broker ${address}: ${error.message}`,
      { cause: error },
    );
  }
  const hint = NETWORK[code] ?? (error.message === 'Connection timeout' ? NETWORK['ETIMEDOUT'] : undefined);
  const message =
    hint === undefined ? `broker ${address}: ${error.message}` : `broker ${address}: ${error.message}: ${hint}`;
  return new RetriableError('BROKER_CONNECTION_LOST', message, { cause: error });
}
