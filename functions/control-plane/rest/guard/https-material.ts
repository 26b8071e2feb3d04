/** Key and certificate of `https://` listeners. */
import type { SecretResolver } from '../../../../shared/config/secret.ts';
import { sslOptions } from '../../../../shared/config/worker/ssl-options.ts';
import type { WorkerConfig } from '../../../../shared/config/worker-keys.ts';
import { ConfigError } from '../../../../shared/errors.ts';

/** PEM texts, as `node:tls` takes them. */
export interface HttpsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
}

const PREFIX = 'listeners.https.';

/** Read anew at each call.
 *  @throws ConfigError when they are missing, cannot be read, or do not belong together */
export function httpsMaterial(worker: WorkerConfig, secrets: SecretResolver): HttpsMaterial {
  const { cert, key, passphrase } = named(() =>
    sslOptions(
      {
        'ssl.ca': undefined,
        'ssl.truststore.location': undefined,
        'ssl.certificate': worker[`${PREFIX}ssl.certificate`],
        'ssl.key': worker[`${PREFIX}ssl.key`],
        'ssl.keystore.location': worker[`${PREFIX}ssl.keystore.location`],
        'ssl.key.password': worker[`${PREFIX}ssl.key.password`],
        'ssl.endpoint.identification.algorithm': 'https',
      },
      secrets,
    ),
  );
  if (cert !== undefined && key !== undefined)
    return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
  const message = `is required with an https:// listener, unless ${PREFIX}ssl.certificate and ${PREFIX}ssl.key are given together`;
  throw new ConfigError([{ key: `${PREFIX}ssl.keystore.location`, message }], 'worker settings');
}

/** Problems of the keys that Kafka's connection has, under those of the listeners. */
function named<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const renamed = thrown.problems.map(({ key, message }) => ({
      key: key.startsWith('ssl.') ? `${PREFIX}${key}` : key,
      message: message.replaceAll(/\bssl\.(?:key|certificate|keystore)\b/g, (found) => `${PREFIX}${found}`),
    }));
    throw new ConfigError(renamed, thrown.subject);
  }
}
