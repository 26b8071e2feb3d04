/** Worker settings that say how Kafka is reached. */
import { defineKey } from '../define-key.ts';
import { Refusal } from '../schemas.ts';

const KAFKA = { group: 'Kafka' } as const;
const SECURITY = { group: 'Security' } as const;

const SERVERS_EXPECTED = 'host:port entries, such as 127.0.0.1:9092';

function serverComplaint(entry: string): string | undefined {
  const [, port] = /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(entry) ?? [];
  return Number(port) >= 1 && Number(port) <= 65_535 ? undefined : `a comma-separated list of ${SERVERS_EXPECTED}`;
}

const PEM_EXPECTED = 'certificates as PEM text (-----BEGIN CERTIFICATE-----...)';

/** PEM text with its line breaks, which consoles and properties files often hold as the two characters `\n`. */
export function withLineBreaks(pem: string): string {
  return pem.replaceAll('\\n', '\n');
}

function readCertificates(text: string): string | Refusal {
  const complete = text.includes('-----BEGIN CERTIFICATE-----') && text.includes('-----END CERTIFICATE-----');
  return complete ? withLineBreaks(text) : new Refusal(PEM_EXPECTED);
}

export const kafkaKeys = {
  'bootstrap.servers': defineKey.list({
    ...KAFKA,
    importance: 'HIGH',
    displayName: 'Brokers',
    required: true,
    expected: SERVERS_EXPECTED,
    check: serverComplaint,
    doc: 'Brokers to ask first, as host:port.',
  }),
  'client.id': defineKey.string({
    ...KAFKA,
    importance: 'LOW',
    displayName: 'Client id',
    default: 'spillway',
    doc: 'Name that brokers see in their logs and quotas.',
  }),
  'session.timeout.ms': defineKey.int({
    ...KAFKA,
    importance: 'LOW',
    displayName: 'Session timeout',
    min: 1000,
    unit: 'ms',
    default: 30_000,
    doc: 'After so long without a heartbeat the group takes a dead member for gone and gives its partitions to others.',
  }),
  'metadata.max.age.ms': defineKey.int({
    ...KAFKA,
    importance: 'LOW',
    displayName: 'Metadata age',
    min: 100,
    unit: 'ms',
    default: 30_000,
    doc: 'How often brokers are asked for new partitions, and for new topics that `topics.regex` matches.',
  }),
  'security.protocol': defineKey.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    ...SECURITY,
    importance: 'HIGH',
    displayName: 'Security protocol',
    default: 'PLAINTEXT',
    doc: 'Whether the connection is encrypted (`SSL`) and signed in to (`SASL`).',
  }),
  'sasl.mechanism': defineKey.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], {
    ...SECURITY,
    importance: 'MEDIUM',
    displayName: 'SASL mechanism',
    doc: 'How to sign in. Required with a SASL protocol.',
  }),
  'sasl.username': defineKey.string({
    ...SECURITY,
    importance: 'MEDIUM',
    displayName: 'User',
    doc: 'User to sign in as. Given together with `sasl.password`, or both within `sasl.jaas.config`.',
  }),
  'sasl.password': defineKey.password({
    ...SECURITY,
    importance: 'MEDIUM',
    displayName: 'Password',
    doc: 'Password of that user.',
  }),
  'sasl.jaas.config': defineKey.password({
    ...SECURITY,
    importance: 'MEDIUM',
    displayName: 'JAAS entry',
    doc: 'User and password as Java clients are given them: an entry of `PlainLoginModule` or `ScramLoginModule`. References may stand inside it.',
  }),
  'ssl.ca': defineKey.parsed(readCertificates, {
    ...SECURITY,
    importance: 'MEDIUM',
    displayName: 'Trusted certificates',
    aliases: ['ssl.truststore.certificates'],
    expected: PEM_EXPECTED,
    doc: "Certificates that the brokers' ones are checked against, as PEM text. Without it those that Node.js trusts.",
  }),
  'ssl.certificate': defineKey.parsed(readCertificates, {
    ...SECURITY,
    importance: 'MEDIUM',
    displayName: 'Client certificate',
    aliases: ['ssl.keystore.certificate.chain'],
    expected: PEM_EXPECTED,
    doc: 'Our own certificate and its chain, as PEM text, where brokers ask for one. Given together with `ssl.key`.',
  }),
  'ssl.key': defineKey.password({
    ...SECURITY,
    importance: 'MEDIUM',
    displayName: 'Client key',
    aliases: ['ssl.keystore.key'],
    doc: 'Private key of that certificate, as unencrypted PEM text.',
  }),
};
