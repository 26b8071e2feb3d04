/** Certificates and keys of the connection to Kafka, out of the worker's settings and the files that they name. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { ConfigError } from '../../errors.ts';
import type { TlsOptions } from '../../kafka/driver.ts';
import type { ConfigOf } from '../definition.ts';
import type { SecretResolver } from '../secret.ts';
import type { kafkaKeys } from './kafka-keys.ts';
import { CONVERT_STORE, withLineBreaks } from './security-keys.ts';

type SslConfig = Pick<
  ConfigOf<typeof kafkaKeys>,
  | 'ssl.ca'
  | 'ssl.truststore.location'
  | 'ssl.certificate'
  | 'ssl.key'
  | 'ssl.keystore.location'
  | 'ssl.key.password'
  | 'ssl.endpoint.identification.algorithm'
>;

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z]+ )*PRIVATE KEY-----/;

/** A text and the key that it came by. */
interface Given {
  readonly key: string;
  readonly text: string;
}

/** PEM texts that were looked at: they hold what they should, and key and certificate belong together.
 *  @throws ConfigError when a file cannot be read, is no PEM, or key and certificate do not fit */
export function sslOptions(config: SslConfig, secrets: SecretResolver): TlsOptions {
  const trusted = given('ssl.ca', config['ssl.ca']) ?? fromFile('ssl.truststore.location', config, secrets);
  const store = fromFile('ssl.keystore.location', config, secrets);
  const certificate = given('ssl.certificate', config['ssl.certificate']) ?? store;
  const key = given('ssl.key', config['ssl.key']?.reveal(secrets)) ?? store;
  return {
    ...(trusted === undefined ? {} : { ca: certificates(trusted).join('\n') }),
    ...(certificate === undefined || key === undefined ? {} : clientCertificate(certificate, key, config, secrets)),
    ...(config['ssl.endpoint.identification.algorithm'] === 'none' ? { checkHostname: false } : {}),
  };
}

function given(key: string, text: string | undefined): Given | undefined {
  return text === undefined ? undefined : { key, text: withLineBreaks(text) };
}

function fromFile(
  key: 'ssl.truststore.location' | 'ssl.keystore.location',
  config: SslConfig,
  { readText }: SecretResolver,
): Given | undefined {
  const path = config[key];
  if (path === undefined) return undefined;
  if (readText === undefined) throw problem(key, 'no files can be read here; give the PEM text itself');
  try {
    return { key, text: readText(path) };
  } catch (thrown) {
    // Only the code (ENOENT, EACCES): messages of readers may show contents.
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unreadable';
    throw problem(key, `file ${path} cannot be read (${code})`);
  }
}

function certificates({ key, text }: Given): readonly string[] {
  const found = text.match(CERTIFICATES) ?? [];
  if (found.length === 0) throw problem(key, `holds no certificate; expected ${CONVERT_STORE}`);
  for (const [index, pem] of found.entries()) parsed(pem, `certificate ${index + 1} of ${found.length}`, key);
  return found;
}

function parsed(pem: string, which: string, key: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    // The reason is OpenSSL's and helps nobody; which one it is does.
    throw problem(
      key,
      `${which} is damaged; copy the PEM text again, from -----BEGIN to -----END with all line breaks`,
    );
  }
}

function clientCertificate(certificate: Given, key: Given, config: SslConfig, secrets: SecretResolver): TlsOptions {
  const chain = certificates(certificate);
  const passphrase = config['ssl.key.password']?.reveal(secrets);
  const pem = KEY.exec(key.text)?.[0];
  if (pem === undefined) {
    throw problem(key.key, `holds no private key (-----BEGIN PRIVATE KEY-----...); expected ${CONVERT_STORE}`);
  }
  const opened = openKey(pem, passphrase, key.key);
  if (!parsed(chain[0] ?? '', 'the first certificate', certificate.key).checkPrivateKey(opened)) {
    throw problem(
      key.key,
      `the key does not belong to the first certificate of ${certificate.key}; give the two that were made together, the client's own certificate before its issuers`,
    );
  }
  return { cert: chain.join('\n'), key: pem, ...(passphrase === undefined ? {} : { passphrase }) };
}

function openKey(pem: string, passphrase: string | undefined, key: string): KeyObject {
  const encrypted = pem.includes('ENCRYPTED');
  if (encrypted && passphrase === undefined)
    throw problem('ssl.key.password', `is required: the key of ${key} is encrypted`);
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw encrypted
      ? problem('ssl.key.password', `does not open the key of ${key}`)
      : problem(key, 'the private key is damaged; copy the PEM text again, with all line breaks');
  }
}

function problem(key: string, message: string): ConfigError {
  return new ConfigError([{ key, message }], 'worker settings');
}
