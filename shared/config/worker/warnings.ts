/** Worker settings that are allowed, and that a person should know the price of. */
import type { ConfigProblem } from '../../errors.ts';
import type { ConfigOf } from '../definition.ts';
import type { kafkaKeys } from './kafka-keys.ts';

type KafkaConfig = ConfigOf<typeof kafkaKeys>;

const LOOPBACK = /^(localhost|127(?:\.\d+){3}|\[::1\])$/;

/** What makes the connection less safe than it looks, by key. */
export function securityWarnings(config: KafkaConfig): readonly ConfigProblem[] {
  const warnings: ConfigProblem[] = [];
  const protocol = config['security.protocol'];
  if (protocol.endsWith('SSL') && config['ssl.endpoint.identification.algorithm'] === 'none') {
    warnings.push({
      key: 'ssl.endpoint.identification.algorithm',
      message:
        "the check of host names is off: whoever has any certificate of a trusted issuer can pass as a broker; better give the brokers' certificates the names they are reached by",
    });
  }
  if (protocol === 'SASL_PLAINTEXT' && ['PLAIN', 'OAUTHBEARER'].includes(config['sasl.mechanism'] ?? '')) {
    const away = config['bootstrap.servers'].some((server) => !LOOPBACK.test(server.replace(/:\d+$/, '')));
    if (away) {
      warnings.push({
        key: 'security.protocol',
        message: `SASL_PLAINTEXT with ${config['sasl.mechanism']} sends the secret in clear over the network; use SASL_SSL where the brokers offer it`,
      });
    }
  }
  const endpoint = config['sasl.oauthbearer.token.endpoint.url'];
  if (endpoint !== undefined) {
    const { protocol: scheme, hostname } = new URL(endpoint);
    if (scheme === 'http:' && !LOOPBACK.test(hostname)) {
      warnings.push({
        key: 'sasl.oauthbearer.token.endpoint.url',
        message: 'http:// sends the client secret in clear over the network; use https://',
      });
    }
  }
  return warnings;
}
