/** Puts the writer and the claim-check store together from a configuration. */
import type { buildConnector } from 'undici';
import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Secret, SecretResolver } from '../../shared/config/secret.ts';
import { ConfigError } from '../../shared/errors.ts';
import type { RenderedRequest } from '../../shared/rendered-request.ts';
import type { SinkWriter } from '../../shared/sink.ts';
import { bodyBuilder } from './body/body.ts';
import { OssClaimCheckStore } from './claim-check-store.ts';
import { type Compressor, compressorFor } from './compress.ts';
import { namingOf, type OssConfig } from './config.ts';
import { type CredentialKeys, credentialSource, type OssCredentials } from './credentials.ts';
import { type OssAddress, ossAddress } from './endpoint.ts';
import { Transport } from './exchange.ts';
import { contentTypeOf } from './object-format.ts';
import { ObjectWriter } from './object-writer.ts';
import { OriginalValues } from './original-values.ts';
import { OssClient, type OssClientOptions } from './oss-client.ts';
import { previewCredentials, RecordingTransport } from './recording-transport.ts';
import { defaultUploadCheck } from './upload-check.ts';
import { ValueFetcher } from './value-fetcher.ts';
import { OssWriter } from './writer.ts';

export interface OssDeps {
  readonly clock: Clock;
  readonly secrets: SecretResolver;
  /** Credentials for a configuration that names none; asked before every request. `roleCredentials(env)` reads an environment. */
  readonly role: () => OssCredentials | undefined;
  /** Given every request in place of the network, which is not used then; no credentials are looked up. */
  readonly record?: ((request: RenderedRequest) => void) | undefined;
  /** How connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
}

function addressOf(endpoint: string | undefined, region: string | undefined, key: string): OssAddress {
  const address = ossAddress(endpoint, region);
  if (address !== undefined) return address;
  throw new ConfigError([{ key, message: 'no region: give it, or an endpoint of the service that names it' }]);
}

type Target = Pick<OssClientOptions, 'address' | 'bucket' | 'uploadCheck'>;

function clientFor(target: Target, keys: CredentialKeys, { clock, secrets, role, record, dial }: OssDeps): OssClient {
  if (record === undefined) {
    const transport = new Transport(dial);
    return new OssClient({ ...target, credentials: credentialSource(keys, secrets, role), clock, transport });
  }
  const credentials = () => previewCredentials(keys);
  return new OssClient({ ...target, credentials, clock, transport: new RecordingTransport(record) });
}

/** A writer for a parsed configuration. Makes no request before the first batch; `close` ends its connections.
 *  @throws ConfigError when the configuration skipped its checks */
export function createOssWriter(config: OssConfig, deps: OssDeps): SinkWriter {
  const { clock } = deps;
  const address = addressOf(config['oss.endpoint'], config['oss.region'], 'oss.region');
  const keys = {
    accessKeyId: config['oss.access.key.id'],
    accessKeySecret: config['oss.access.key.secret'],
    securityToken: config['oss.security.token'],
  };
  const target = { address, bucket: config['oss.bucket'], uploadCheck: config['oss.upload.check'] };
  const store = clientFor(target, keys, deps);
  const naming = namingOf(config);
  const body = bodyBuilder(config, () => clock.breath());
  let compressor: Promise<Compressor> | undefined;
  const objects = new ObjectWriter({
    store,
    body,
    compressor: () => (compressor ??= compressorFor(config['oss.compression'])),
    contentType: contentTypeOf(config['oss.format'], config['oss.compression'], config['oss.csv.header']),
    naming,
  });
  return new OssWriter({
    store,
    objects,
    values:
      deps.record === undefined ? new ValueFetcher(address.endpoint.hostname, clock, deps.dial) : new OriginalValues(),
    naming,
    body,
    clock,
  });
}

/** The keys `overflow.claim.check.*`. */
export interface ClaimCheckConfig {
  readonly bucket: string;
  readonly prefix: string;
  readonly expiryMs: number;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly accessKeyId?: Secret | undefined;
  readonly accessKeySecret?: Secret | undefined;
  readonly securityToken?: Secret | undefined;
}

/** A claim-check store in an OSS bucket. Makes no request before the first value.
 *  @throws ConfigError when neither endpoint nor region says where the bucket is */
export function createOssClaimCheckStore(config: ClaimCheckConfig, deps: OssDeps): ClaimCheckStore {
  const address = addressOf(config.endpoint, config.region, 'overflow.claim.check.region');
  const uploadCheck = defaultUploadCheck(address.endpoint);
  const store = clientFor({ address, bucket: config.bucket, uploadCheck }, config, deps);
  return new OssClaimCheckStore({ store, prefix: config.prefix, expiryMs: config.expiryMs });
}
