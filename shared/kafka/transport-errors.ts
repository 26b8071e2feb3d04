/** Errors of connecting and of connections, as kafkajs throws them, in our own classes. */
import { FatalError, RetriableError, toError } from '../errors.ts';

const TLS_REFUSAL = /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS|ERR_SSL|ERR_OSSL|HOSTNAME_MISMATCH)/;

function codeOf(error: Error): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : '';
}

/** Turns what a kafkajs connection threw into `FatalError` (credentials or certificates refused) or `RetriableError`.
 *  Errors that are ours already pass unchanged. */
export function transportError(thrown: unknown, address: string): RetriableError | FatalError {
  if (thrown instanceof RetriableError || thrown instanceof FatalError) return thrown;
  const error = toError(thrown);
  if (error.name === 'KafkaJSSASLAuthenticationError') {
    return new FatalError(
      'KAFKA_AUTHENTICATION_FAILED',
      `broker ${address} refused the credentials: check sasl.mechanism, sasl.username and sasl.password (${error.message})`,
      { cause: error },
    );
  }
  if (TLS_REFUSAL.test(codeOf(error))) {
    return new FatalError(
      'KAFKA_TLS_REFUSED',
      `no trusted TLS connection to ${address} (${codeOf(error)}): check security.protocol and the ssl.* certificates`,
      { cause: error },
    );
  }
  const known = error.name.startsWith('KafkaJS');
  if (!known) {
    return new FatalError(
      'KAFKA_CLIENT_BROKEN',
      `unexpected ${error.name} while talking to broker ${address}: ${error.message}`,
      {
        cause: error,
      },
    );
  }
  return new RetriableError('BROKER_CONNECTION_LOST', `broker ${address}: ${error.message}`, { cause: error });
}
