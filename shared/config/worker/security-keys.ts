/** Worker settings that say how the connection to Kafka is encrypted and signed in to. */
import { defineKey } from '../define-key.ts';
import { Refusal } from '../schemas.ts';

const SECURITY = { group: 'Security' } as const;
const MEDIUM = { ...SECURITY, importance: 'MEDIUM' } as const;
const LOW = { ...SECURITY, importance: 'LOW' } as const;

export const PEM_EXPECTED = 'certificates as PEM text (-----BEGIN CERTIFICATE-----...)';

/** How a Java store becomes PEM files; for messages. */
export const CONVERT_STORE =
  'PEM (convert a JKS store with: keytool -importkeystore -srckeystore STORE.jks -destkeystore STORE.p12 -deststoretype PKCS12; ' +
  'then trusted certificates of a PKCS12 store with: openssl pkcs12 -in STORE.p12 -nokeys -out ca.pem; ' +
  'and a key with its certificate with: openssl pkcs12 -in STORE.p12 -nodes -out client.pem)';

/** PEM text with its line breaks, which consoles and properties files often hold as the two characters `\n`. */
export function withLineBreaks(pem: string): string {
  return pem.replaceAll('\\n', '\n');
}

/** Certificates as PEM text, for `defineKey.parsed`. */
export function readCertificates(text: string): string | Refusal {
  const complete = text.includes('-----BEGIN CERTIFICATE-----') && text.includes('-----END CERTIFICATE-----');
  return complete ? withLineBreaks(text) : new Refusal(PEM_EXPECTED);
}

function readStoreType(text: string): 'PEM' | Refusal {
  return text.trim().toUpperCase() === 'PEM' ? 'PEM' : new Refusal(CONVERT_STORE);
}

/** What `ssl.endpoint.identification.algorithm` takes. */
export const HOSTNAME_CHECK_EXPECTED = 'https, or nothing (or none) to turn the check off';

/** That key's value, for `defineKey.parsed`. */
export function readHostnameCheck(text: string): 'https' | 'none' | Refusal {
  const name = text.trim().toLowerCase();
  if (name === '' || name === 'none') return 'none';
  return name === 'https' ? 'https' : new Refusal(HOSTNAME_CHECK_EXPECTED);
}

const URL_EXPECTED = 'an https:// or http:// address without user and password';

function readTokenUrl(text: string): string | Refusal {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usable = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return usable ? text : new Refusal(URL_EXPECTED, false);
}

const EXTENSIONS_EXPECTED = 'name=value pairs such as logicalCluster=lkc-1, names of letters only';

/** Java's rule for both: RFC 7628, section 3.1. */
const EXTENSION = /^[A-Za-z]+=[\x21-\x7e \t\r\n]+$/;

export const securityKeys = {
  'security.protocol': defineKey.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    ...SECURITY,
    importance: 'HIGH',
    displayName: 'Security protocol',
    default: 'PLAINTEXT',
    doc: 'Whether the connection is encrypted (`SSL`) and signed in to (`SASL`).',
  }),
  'sasl.mechanism': defineKey.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'], {
    ...MEDIUM,
    displayName: 'SASL mechanism',
    doc: 'How to sign in. Required with a SASL protocol.',
  }),
  'sasl.username': defineKey.string({
    ...MEDIUM,
    displayName: 'User',
    doc: 'User to sign in as. Given together with `sasl.password`, or both within `sasl.jaas.config`.',
  }),
  'sasl.password': defineKey.password({
    ...MEDIUM,
    displayName: 'Password',
    doc: 'Password of that user. Looked up anew at each sign-in, so that a rotated one is picked up.',
  }),
  'sasl.jaas.config': defineKey.password({
    ...MEDIUM,
    displayName: 'JAAS entry',
    doc: 'Credentials as Java clients are given them: an entry of `PlainLoginModule`, `ScramLoginModule` or `OAuthBearerLoginModule`. References may stand inside it.',
  }),
  'sasl.oauthbearer.token.endpoint.url': defineKey.parsed(readTokenUrl, {
    ...MEDIUM,
    displayName: 'Token endpoint',
    expected: URL_EXPECTED,
    doc: 'Where tokens for `OAUTHBEARER` come from, by the client credentials grant.',
  }),
  'sasl.oauthbearer.client.id': defineKey.string({
    ...MEDIUM,
    displayName: 'OAuth client id',
    aliases: ['sasl.oauthbearer.client.credentials.client.id'],
    doc: 'Client that asks for tokens; wins over `clientId` within `sasl.jaas.config`.',
  }),
  'sasl.oauthbearer.client.secret': defineKey.password({
    ...MEDIUM,
    displayName: 'OAuth client secret',
    aliases: ['sasl.oauthbearer.client.credentials.client.secret'],
    doc: 'Secret of that client; wins over `clientSecret` within `sasl.jaas.config`. Looked up anew for each token.',
  }),
  'sasl.oauthbearer.scope': defineKey.string({
    ...LOW,
    displayName: 'OAuth scope',
    doc: 'Scope to ask for; wins over `scope` within `sasl.jaas.config`.',
  }),
  'sasl.oauthbearer.extensions': defineKey.list({
    ...LOW,
    displayName: 'SASL extensions',
    expected: EXTENSIONS_EXPECTED,
    check: (entry) => (EXTENSION.test(entry) ? undefined : EXTENSIONS_EXPECTED),
    doc: 'Sent to the broker with the token, as `extension_NAME` within `sasl.jaas.config` is.',
  }),
  'sasl.oauthbearer.header.urlencode': defineKey.boolean({
    ...LOW,
    displayName: 'Encode OAuth client',
    default: false,
    doc: 'Whether client id and secret are URL-encoded before they go into the `Authorization` header, as RFC 6749 (2.3.1) asks and many endpoints do not.',
  }),
  'ssl.ca': defineKey.parsed(readCertificates, {
    ...MEDIUM,
    displayName: 'Trusted certificates',
    aliases: ['ssl.truststore.certificates'],
    expected: PEM_EXPECTED,
    doc: "Certificates that the brokers' ones are checked against, as PEM text. Without it those that Node.js trusts.",
  }),
  'ssl.truststore.location': defineKey.string({
    ...MEDIUM,
    displayName: 'File of trusted certificates',
    expected: 'a path of a PEM file',
    doc: 'PEM file with the same, instead of `ssl.ca`.',
  }),
  'ssl.truststore.type': defineKey.parsed(readStoreType, {
    ...LOW,
    displayName: 'Type of that file',
    expected: CONVERT_STORE,
    default: 'PEM',
    doc: 'Only `PEM`. JKS and PKCS12 are refused, with the commands that convert them.',
  }),
  'ssl.certificate': defineKey.parsed(readCertificates, {
    ...MEDIUM,
    displayName: 'Client certificate',
    aliases: ['ssl.keystore.certificate.chain'],
    expected: PEM_EXPECTED,
    doc: 'Our own certificate and its chain, as PEM text, where brokers ask for one. Given together with `ssl.key`.',
  }),
  'ssl.key': defineKey.password({
    ...MEDIUM,
    displayName: 'Client key',
    aliases: ['ssl.keystore.key'],
    doc: 'Private key of that certificate, as PEM text; encrypted or not.',
  }),
  'ssl.keystore.location': defineKey.string({
    ...MEDIUM,
    displayName: 'File of client key and certificate',
    expected: 'a path of a PEM file',
    doc: 'PEM file with key and certificate, instead of `ssl.key` and `ssl.certificate`.',
  }),
  'ssl.keystore.type': defineKey.parsed(readStoreType, {
    ...LOW,
    displayName: 'Type of that file',
    expected: CONVERT_STORE,
    default: 'PEM',
    doc: 'As `ssl.truststore.type`.',
  }),
  'ssl.key.password': defineKey.password({
    ...LOW,
    displayName: 'Password of the client key',
    doc: 'Needed where the key is encrypted.',
  }),
  'ssl.endpoint.identification.algorithm': defineKey.parsed(readHostnameCheck, {
    ...LOW,
    displayName: 'Check of the host name',
    expected: HOSTNAME_CHECK_EXPECTED,
    default: 'https',
    doc: "Whether a broker's certificate must hold the name it is reached by. Turned off by an empty value or `none`, with a warning.",
  }),
};
