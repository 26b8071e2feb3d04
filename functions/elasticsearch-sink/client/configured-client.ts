/** The client of a configuration. */
import type { buildConnector } from 'undici';
import type { Clock } from '../../../shared/clock.ts';
import type { SecretResolver } from '../../../shared/config/secret.ts';
import type { RenderedRequest } from '../../../shared/rendered-request.ts';
import type { ElasticsearchConfig } from '../config.ts';
import { hostUrl } from '../hosts.ts';
import { authorizationOf } from './authorization.ts';
import { connector } from './connector.ts';
import { nodeConnection } from './node-connection.ts';
import { HIDDEN_AUTHORIZATION, recordingConnection } from './recording-connection.ts';
import { ElasticSearchClient, type SearchClient } from './search-client.ts';
import { tlsMaterialOf } from './tls-material.ts';

export interface ClientDeps {
  readonly clock: Clock;
  readonly secrets: SecretResolver;
  /** Given every bulk request in place of the network, which is not used then; no secrets are looked up. */
  readonly record?: ((request: RenderedRequest) => void) | undefined;
  /** How connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
}

/** Beside bulk requests there are questions about the cluster. */
const SPARE_CONNECTIONS = 1;

/** Makes no request by itself. */
export function configuredClient(
  config: ElasticsearchConfig,
  { clock, secrets, record, dial }: ClientDeps,
): SearchClient {
  const credentials = {
    username: config['elasticsearch.username'],
    password: config['elasticsearch.password'],
    apiKey: config['elasticsearch.api.key'],
    bearerToken: config['elasticsearch.bearer.token'],
  };
  const hosts = config['elasticsearch.hosts'].map(addressOf);
  if (record !== undefined) {
    const isSignedIn = Object.values(credentials).some((value) => value !== undefined);
    return new ElasticSearchClient({
      hosts,
      connection: recordingConnection(record, config['elasticsearch.target.type']),
      authorization: () => (isSignedIn ? HIDDEN_AUTHORIZATION : undefined),
      compression: false,
    });
  }
  return new ElasticSearchClient({
    hosts,
    connection: nodeConnection({
      connect: connector(tlsMaterialOf(tlsKeysOf(config), secrets), dial),
      connectionsPerNode: config['elasticsearch.max.in.flight.requests'] + SPARE_CONNECTIONS,
      clock,
    }),
    authorization: authorizationOf(credentials, secrets),
    compression: config['elasticsearch.compression'] === 'gzip',
  });
}

/** The key's own check read it before. */
function addressOf(host: string): URL {
  const url = hostUrl(host);
  if (url === undefined) throw new Error('the configuration was not checked: elasticsearch.hosts holds no address');
  return url;
}

function tlsKeysOf(config: ElasticsearchConfig) {
  const file = (key: 'elasticsearch.ssl.truststore.location' | 'elasticsearch.ssl.keystore.location') => {
    const path = config[key];
    return path === undefined ? undefined : { key, path };
  };
  return {
    ca: config['elasticsearch.ssl.ca'],
    caFile: file('elasticsearch.ssl.truststore.location'),
    certificate: config['elasticsearch.ssl.certificate'],
    key: config['elasticsearch.ssl.key'],
    keyFile: file('elasticsearch.ssl.keystore.location'),
    passphrase: config['elasticsearch.ssl.key.password'],
    checkHostname: config['elasticsearch.ssl.endpoint.identification.algorithm'] === 'https',
  };
}
